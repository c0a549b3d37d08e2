//! Transport, cookies and caches: what others can read or replay.

use crate::Check;

mod api_key_over_http;
mod basic_over_http;
mod caching;
mod certificate_expires_soon;
mod certificate_untrusted;
mod certificate_weak;
mod cookie_domain_wide;
mod cookie_long_lived;
mod cookie_without_httponly;
mod cookie_without_prefix;
mod cookie_without_samesite;
mod cookie_without_secure;
mod forwarded_proto_trusted;
mod hsts_missing;
mod hsts_weak;
mod http_redirect_weak;
mod mixed_content;
mod personal_data_cacheable;
mod plain_http;
mod session_answer_cacheable;
mod session_cookies;
mod tls_old_protocol;
mod tls_weak_cipher;
mod token_over_http;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &api_key_over_http::CHECK,
    &basic_over_http::CHECK,
    &certificate_expires_soon::CHECK,
    &certificate_untrusted::CHECK,
    &certificate_weak::CHECK,
    &cookie_domain_wide::CHECK,
    &cookie_long_lived::CHECK,
    &cookie_without_httponly::CHECK,
    &cookie_without_prefix::CHECK,
    &cookie_without_samesite::CHECK,
    &cookie_without_secure::CHECK,
    &forwarded_proto_trusted::CHECK,
    &hsts_missing::CHECK,
    &hsts_weak::CHECK,
    &http_redirect_weak::CHECK,
    &mixed_content::CHECK,
    &personal_data_cacheable::CHECK,
    &plain_http::CHECK,
    &session_answer_cacheable::CHECK,
    &tls_old_protocol::CHECK,
    &tls_weak_cipher::CHECK,
    &token_over_http::CHECK,
];
