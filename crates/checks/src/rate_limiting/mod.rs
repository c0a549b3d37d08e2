//! How much one caller may take: API4:2023.

use crate::Check;

mod graphql_alias_limit;
mod graphql_batching;
mod graphql_depth;
mod login_rate_limit_missing;
mod oversized_body;
mod page_size_uncapped;
mod pagination;
mod pagination_undeclared;
mod rate_limit_bypass;
mod rate_limit_missing;
mod rate_limit_per_worker;
mod retry_after_missing;
mod string_limits_undeclared;
mod unbounded_list;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &graphql_alias_limit::CHECK,
    &graphql_batching::CHECK,
    &graphql_depth::CHECK,
    &login_rate_limit_missing::CHECK,
    &oversized_body::CHECK,
    &page_size_uncapped::CHECK,
    &pagination_undeclared::CHECK,
    &rate_limit_bypass::CHECK,
    &rate_limit_missing::CHECK,
    &rate_limit_per_worker::CHECK,
    &retry_after_missing::CHECK,
    &string_limits_undeclared::CHECK,
    &unbounded_list::CHECK,
];
