//! Input that reaches an interpreter, a header or another site: API8:2023.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
