//! Fields that the caller should not read or set: API3:2023.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
