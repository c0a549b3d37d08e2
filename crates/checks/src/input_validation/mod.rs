//! Input that reaches an interpreter, a header or another site: API8:2023.

use crate::Check;

mod code_injection;
mod command_injection;
mod command_injection_blind;
mod cookie_session;
mod cors;
mod cors_null_origin;
mod cors_origin_reflected;
mod cors_origin_reflected_with_credentials;
mod cors_origin_suffix;
mod cors_private_network;
mod cors_wildcard;
mod csrf_form_without_token;
mod csrf_graphql;
mod csrf_json;
mod format_string_injection;
mod forwarded_host_trusted;
mod header_injection;
mod host_header_injection;
mod host_reflected_in_redirect;
mod hosts;
mod input_reflection;
mod json_body_crashes;
mod json_served_as_html;
mod markup;
mod method_override;
mod missing_path_fails;
mod nosql_injection;
mod open_redirect;
mod path_traversal;
mod reflected_xss;
mod reflection;
mod script;
mod serialized_object_from_client;
mod shell;
mod socketio_any_origin;
mod sql_injection;
mod sql_injection_blind;
mod statement_error;
mod stored_xss;
mod template_injection;
mod timing;
mod trace_enabled;
mod transfer_encoding_ignored;
mod unhandled_input_error;
mod unhandled_server_error;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &reflected_xss::CHECK,
    &stored_xss::CHECK,
    &json_served_as_html::CHECK,
    &input_reflection::CHECK,
    &template_injection::CHECK,
    &format_string_injection::CHECK,
    &header_injection::CHECK,
    &sql_injection::CHECK,
    &sql_injection_blind::CHECK,
    &command_injection::CHECK,
    &command_injection_blind::CHECK,
    &code_injection::CHECK,
    &path_traversal::CHECK,
    &open_redirect::CHECK,
    &cors_origin_reflected_with_credentials::CHECK,
    &cors_origin_reflected::CHECK,
    &cors_wildcard::CHECK,
    &cors_null_origin::CHECK,
    &cors_origin_suffix::CHECK,
    &cors_private_network::CHECK,
    &socketio_any_origin::CHECK,
    &host_header_injection::CHECK,
    &forwarded_host_trusted::CHECK,
    &host_reflected_in_redirect::CHECK,
    &csrf_form_without_token::CHECK,
    &csrf_json::CHECK,
    &trace_enabled::CHECK,
    &transfer_encoding_ignored::CHECK,
    &method_override::CHECK,
    &unhandled_input_error::CHECK,
    &unhandled_server_error::CHECK,
    &missing_path_fails::CHECK,
    &json_body_crashes::CHECK,
    &nosql_injection::CHECK,
    &serialized_object_from_client::CHECK,
    &csrf_graphql::CHECK,
];
