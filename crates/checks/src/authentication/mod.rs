//! Who are you? Missing, weak and leaky authentication: API2:2023.

use crate::Check;

mod jwt_cookie_without_csrf;
mod jwt_long_lived;
mod jwt_sensitive_claims;
mod jwt_unsigned_issued;
mod jwt_without_expiry;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &jwt_cookie_without_csrf::CHECK,
    &jwt_long_lived::CHECK,
    &jwt_sensitive_claims::CHECK,
    &jwt_unsigned_issued::CHECK,
    &jwt_without_expiry::CHECK,
];
