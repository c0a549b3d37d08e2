//! Who are you? Missing, weak and leaky authentication: API2:2023.

use crate::Check;

mod flask_session_weak_key;
mod flask_wtf_weak_key;
mod jwt_cookie_without_csrf;
mod jwt_long_lived;
mod jwt_sensitive_claims;
mod jwt_unsigned_issued;
mod jwt_weak_secret;
mod jwt_without_expiry;
mod remember_token_weak_key;
mod secret_key_fallback_weak;
mod unsigned_session_cookie;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &flask_session_weak_key::CHECK,
    &flask_wtf_weak_key::CHECK,
    &jwt_cookie_without_csrf::CHECK,
    &jwt_long_lived::CHECK,
    &jwt_sensitive_claims::CHECK,
    &jwt_unsigned_issued::CHECK,
    &jwt_weak_secret::CHECK,
    &jwt_without_expiry::CHECK,
    &remember_token_weak_key::CHECK,
    &secret_key_fallback_weak::CHECK,
    &unsigned_session_cookie::CHECK,
];
