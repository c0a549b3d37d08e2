//! Requests that the server makes for the caller: API7:2023.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
