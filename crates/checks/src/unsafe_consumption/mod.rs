//! What the API believes of others: API10:2023.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
