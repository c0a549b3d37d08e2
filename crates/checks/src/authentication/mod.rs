//! Who are you? Missing, weak and leaky authentication: API2:2023.

use crate::Check;

mod accepted_credential;
mod any_password_accepted;
mod any_token_accepted;
mod api_key_crashes;
mod api_key_in_cookie;
mod api_key_in_query;
mod auth_status_inconsistent;
mod authorization;
mod basic_in_use;
mod credentials_oracle;
mod credentials_timing_oracle;
mod default_credentials;
mod digest_md5;
mod first_cookie;
mod flask_session_weak_key;
mod flask_wtf_weak_key;
mod itsdangerous_token_in_url;
mod jwt_cookie_without_csrf;
mod jwt_expired_accepted;
mod jwt_key_confusion;
mod jwt_kid_injection;
mod jwt_library_error;
mod jwt_long_lived;
mod jwt_none_accepted;
mod jwt_sensitive_claims;
mod jwt_signature_ignored;
mod jwt_unsigned_issued;
mod jwt_weak_secret;
mod jwt_without_expiry;
mod login_over_get;
mod long_password_crashes;
mod nameless_cookie_accepted;
mod operation_without_credentials;
mod query_credential;
mod refresh_token_accepted;
mod remember_token_weak_key;
mod secret_guessing;
mod secret_key_fallback_weak;
mod session_difference;
mod session_fixation;
mod session_id_predictable;
mod session_signature_ignored;
mod signed_cookie_weak_key;
mod unsigned_session_cookie;
mod wrong_scheme_crashes;
mod www_authenticate_missing;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &any_password_accepted::CHECK,
    &any_token_accepted::CHECK,
    &api_key_crashes::CHECK,
    &api_key_in_cookie::CHECK,
    &api_key_in_query::CHECK,
    &auth_status_inconsistent::CHECK,
    &basic_in_use::CHECK,
    &credentials_oracle::CHECK,
    &default_credentials::CHECK,
    &digest_md5::CHECK,
    &credentials_timing_oracle::CHECK,
    &flask_session_weak_key::CHECK,
    &flask_wtf_weak_key::CHECK,
    &itsdangerous_token_in_url::CHECK,
    &jwt_cookie_without_csrf::CHECK,
    &jwt_expired_accepted::CHECK,
    &jwt_key_confusion::CHECK,
    &jwt_kid_injection::CHECK,
    &jwt_library_error::CHECK,
    &jwt_long_lived::CHECK,
    &jwt_none_accepted::CHECK,
    &jwt_sensitive_claims::CHECK,
    &jwt_signature_ignored::CHECK,
    &jwt_unsigned_issued::CHECK,
    &jwt_weak_secret::CHECK,
    &jwt_without_expiry::CHECK,
    &login_over_get::CHECK,
    &long_password_crashes::CHECK,
    &nameless_cookie_accepted::CHECK,
    &operation_without_credentials::CHECK,
    &refresh_token_accepted::CHECK,
    &remember_token_weak_key::CHECK,
    &secret_key_fallback_weak::CHECK,
    &session_fixation::CHECK,
    &session_id_predictable::CHECK,
    &session_signature_ignored::CHECK,
    &signed_cookie_weak_key::CHECK,
    &unsigned_session_cookie::CHECK,
    &wrong_scheme_crashes::CHECK,
    &www_authenticate_missing::CHECK,
];
