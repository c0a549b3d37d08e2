//! What is served against what is known to be served: API9:2023.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
