//! Functions that the caller should not reach: API5:2023.

use crate::Check;

mod admin_function_open;
mod admin_function_open_to_users;
mod administration;
mod debug_function_open;
mod flask_admin_open;
mod management_interface_open;
mod management_interface_writable;
mod method_swap;
mod role_from_client;
mod setup_wizard_open;
mod spec_admin_without_security;
mod state_change_over_get;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &admin_function_open::CHECK,
    &admin_function_open_to_users::CHECK,
    &debug_function_open::CHECK,
    &flask_admin_open::CHECK,
    &management_interface_open::CHECK,
    &management_interface_writable::CHECK,
    &method_swap::CHECK,
    &role_from_client::CHECK,
    &setup_wizard_open::CHECK,
    &spec_admin_without_security::CHECK,
    &state_change_over_get::CHECK,
];
