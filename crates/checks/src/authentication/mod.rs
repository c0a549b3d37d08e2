//! Who are you? Missing, weak and leaky authentication: API2:2023.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
