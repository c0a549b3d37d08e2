//! What the API tells that it should keep: API3:2023 and API8:2023.

use crate::Check;

mod debug_mode;
mod debug_page;
mod error_details;
mod errors;
mod sql_error;
mod stack_trace;
mod werkzeug_debugger;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &debug_mode::CHECK,
    &debug_page::CHECK,
    &error_details::CHECK,
    &sql_error::CHECK,
    &stack_trace::CHECK,
    &werkzeug_debugger::CHECK,
];
