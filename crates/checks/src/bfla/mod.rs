//! Functions that the caller should not reach: API5:2023.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
