//! Fields that the caller should not read or set: API3:2023.

use crate::Check;

mod graphql_data_open;
mod internal_fields_in_response;
mod mass_assignment;
mod mass_assignment_response;
mod mass_assignment_schema;
mod owner_from_client;
mod password_in_response;
mod session_contents;
mod session_personal_data;
mod session_privileged_data;
mod undeclared_response_fields;
mod write_only_field_returned;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &graphql_data_open::CHECK,
    &internal_fields_in_response::CHECK,
    &mass_assignment::CHECK,
    &mass_assignment_response::CHECK,
    &mass_assignment_schema::CHECK,
    &owner_from_client::CHECK,
    &password_in_response::CHECK,
    &session_personal_data::CHECK,
    &session_privileged_data::CHECK,
    &undeclared_response_fields::CHECK,
    &write_only_field_returned::CHECK,
];
