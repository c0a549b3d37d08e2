//! Input that reaches an interpreter, a header or another site: API8:2023.

use crate::Check;

mod code_injection;
mod command_injection;
mod format_string_injection;
mod header_injection;
mod input_reflection;
mod json_served_as_html;
mod open_redirect;
mod path_traversal;
mod reflected_xss;
mod sql_injection;
mod template_injection;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &reflected_xss::CHECK,
    &json_served_as_html::CHECK,
    &input_reflection::CHECK,
    &template_injection::CHECK,
    &format_string_injection::CHECK,
    &header_injection::CHECK,
    &sql_injection::CHECK,
    &command_injection::CHECK,
    &code_injection::CHECK,
    &path_traversal::CHECK,
    &open_redirect::CHECK,
];
