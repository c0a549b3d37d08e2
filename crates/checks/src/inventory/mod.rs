//! What is served against what is known to be served: API9:2023.

use crate::Check;

mod adler32;
mod api_docs_exposed;
mod deprecated_operation_served;
mod development_server;
mod dotted_version;
mod etag;
mod flask_client_side_session;
mod framework_fingerprint;
mod graphql_ide;
mod graphql_introspection;
mod graphql_suggestions;
mod install_path_disclosed;
mod monitoring_dashboard;
mod old_api_version;
mod route_list_exposed;
mod server_version_disclosed;
mod staging_traces;
mod static_served_by_application;
mod undocumented_operation;
mod vanished_operation;
mod versions;
mod vulnerable_version;
mod werkzeug_signs;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &api_docs_exposed::CHECK,
    &deprecated_operation_served::CHECK,
    &development_server::CHECK,
    &flask_client_side_session::CHECK,
    &framework_fingerprint::CHECK,
    &graphql_ide::CHECK,
    &graphql_introspection::CHECK,
    &graphql_suggestions::CHECK,
    &install_path_disclosed::CHECK,
    &monitoring_dashboard::CHECK,
    &old_api_version::CHECK,
    &route_list_exposed::CHECK,
    &server_version_disclosed::CHECK,
    &staging_traces::CHECK,
    &static_served_by_application::CHECK,
    &undocumented_operation::CHECK,
    &vanished_operation::CHECK,
    &vulnerable_version::CHECK,
];
