//! How much one caller may take: API4:2023.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
