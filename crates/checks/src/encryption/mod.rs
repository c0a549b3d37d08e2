//! Transport, cookies and caches: what others can read or replay.

use crate::Check;

mod cookie_long_lived;
mod cookie_without_httponly;
mod cookie_without_samesite;
mod cookie_without_secure;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &cookie_long_lived::CHECK,
    &cookie_without_httponly::CHECK,
    &cookie_without_samesite::CHECK,
    &cookie_without_secure::CHECK,
];
