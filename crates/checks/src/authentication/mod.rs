//! Who are you? Missing, weak and leaky authentication: API2:2023.

use crate::Check;

mod api_key_in_cookie;
mod api_key_in_query;
mod basic_in_use;
mod flask_session_weak_key;
mod flask_wtf_weak_key;
mod itsdangerous_token_in_url;
mod jwt_cookie_without_csrf;
mod jwt_long_lived;
mod jwt_sensitive_claims;
mod jwt_unsigned_issued;
mod jwt_weak_secret;
mod jwt_without_expiry;
mod login_over_get;
mod operation_without_credentials;
mod remember_token_weak_key;
mod secret_key_fallback_weak;
mod session_fixation;
mod session_id_predictable;
mod session_signature_ignored;
mod unsigned_session_cookie;
mod www_authenticate_missing;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &api_key_in_cookie::CHECK,
    &api_key_in_query::CHECK,
    &basic_in_use::CHECK,
    &flask_session_weak_key::CHECK,
    &flask_wtf_weak_key::CHECK,
    &itsdangerous_token_in_url::CHECK,
    &jwt_cookie_without_csrf::CHECK,
    &jwt_long_lived::CHECK,
    &jwt_sensitive_claims::CHECK,
    &jwt_unsigned_issued::CHECK,
    &jwt_weak_secret::CHECK,
    &jwt_without_expiry::CHECK,
    &login_over_get::CHECK,
    &operation_without_credentials::CHECK,
    &remember_token_weak_key::CHECK,
    &secret_key_fallback_weak::CHECK,
    &session_fixation::CHECK,
    &session_id_predictable::CHECK,
    &session_signature_ignored::CHECK,
    &unsigned_session_cookie::CHECK,
    &www_authenticate_missing::CHECK,
];
