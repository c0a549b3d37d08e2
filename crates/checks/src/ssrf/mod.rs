//! Requests that the server makes for the caller: API7:2023.

use crate::Check;

mod fetches;
#[allow(clippy::module_inception)] // a folder is named as its rule is
mod ssrf;
mod ssrf_error_oracle;
mod ssrf_file_scheme;
mod ssrf_in_body;
mod ssrf_internal_address;
mod ssrf_redirect_bypass;
mod url_parameter;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &ssrf::CHECK,
    &ssrf_file_scheme::CHECK,
    &ssrf_error_oracle::CHECK,
    &ssrf_internal_address::CHECK,
    &ssrf_redirect_bypass::CHECK,
    &url_parameter::CHECK,
    &ssrf_in_body::CHECK,
];
