//! What the API tells that it should keep: API3:2023 and API8:2023.

use crate::Check;

mod console;
mod debug_mode;
mod debug_page;
mod debug_toolbar;
mod debug_toolbar_config;
mod debug_toolbar_request;
mod debug_toolbar_sql;
mod error_details;
mod errors;
mod sql_error;
mod stack_trace;
mod toolbar;
mod werkzeug_console;
mod werkzeug_debugger;
mod werkzeug_debugger_without_pin;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &debug_mode::CHECK,
    &debug_page::CHECK,
    &debug_toolbar::CHECK,
    &debug_toolbar_config::CHECK,
    &debug_toolbar_request::CHECK,
    &debug_toolbar_sql::CHECK,
    &error_details::CHECK,
    &sql_error::CHECK,
    &stack_trace::CHECK,
    &werkzeug_console::CHECK,
    &werkzeug_debugger::CHECK,
    &werkzeug_debugger_without_pin::CHECK,
];
