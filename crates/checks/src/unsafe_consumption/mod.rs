//! What the API believes of others: API10:2023.

use crate::Check;

mod script_over_http;
mod scripts;
mod third_party_script_without_integrity;
mod unpinned_third_party_version;
mod upstream_error_exposed;
mod webhook_without_replay_protection;
mod webhook_without_signature;
mod webhooks;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &script_over_http::CHECK,
    &third_party_script_without_integrity::CHECK,
    &unpinned_third_party_version::CHECK,
    &upstream_error_exposed::CHECK,
    &webhook_without_replay_protection::CHECK,
    &webhook_without_signature::CHECK,
];
