//! Objects that the caller should not reach: API1:2023.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
