//! Transport, cookies and caches: what others can read or replay.

use crate::Check;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[];
