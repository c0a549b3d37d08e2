//! What the API tells that it should keep: API3:2023 and API8:2023.

use crate::Check;

mod werkzeug_debugger;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[&werkzeug_debugger::CHECK];
