//! What the API tells that it should keep: API3:2023 and API8:2023.

use crate::Check;

mod api_key_in_response;
mod config_dump;
mod console;
mod contact_details_in_response;
mod credential_echoed;
mod credential_in_local_storage;
mod csp_disabled;
mod csp_ineffective;
mod csp_missing;
mod debug_mode;
mod debug_mode_json_error;
mod debug_page;
mod debug_toolbar;
mod debug_toolbar_config;
mod debug_toolbar_request;
mod debug_toolbar_sql;
mod directory_listing;
mod error_details;
mod errors;
mod exposed_backup;
mod exposed_build_file;
mod exposed_database_file;
mod exposed_env_file;
mod exposed_git_repository;
mod exposed_key_file;
mod exposed_log;
mod exposed_requirements_file;
mod exposed_source_file;
mod files;
mod flask_secret_key_exposed;
mod framing_allowed;
mod headers;
mod internal_details_in_response;
mod labels;
mod nosniff_missing;
mod password_hash_in_response;
mod personal;
mod personal_data_in_response;
mod personal_records_listed;
mod published;
mod referrer_policy_missing;
mod secret_in_response;
mod secret_in_script;
mod secrets;
mod signing_keys;
mod source_map;
mod sql_error;
mod stack_trace;
mod static_traversal;
mod toolbar;
mod werkzeug_console;
mod werkzeug_debugger;
mod werkzeug_debugger_any_host;
mod werkzeug_debugger_without_pin;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &api_key_in_response::CHECK,
    &config_dump::CHECK,
    &contact_details_in_response::CHECK,
    &credential_echoed::CHECK,
    &credential_in_local_storage::CHECK,
    &csp_disabled::CHECK,
    &csp_ineffective::CHECK,
    &csp_missing::CHECK,
    &debug_mode::CHECK,
    &debug_mode_json_error::CHECK,
    &debug_page::CHECK,
    &debug_toolbar::CHECK,
    &debug_toolbar_config::CHECK,
    &debug_toolbar_request::CHECK,
    &debug_toolbar_sql::CHECK,
    &directory_listing::CHECK,
    &error_details::CHECK,
    &exposed_backup::CHECK,
    &exposed_build_file::CHECK,
    &exposed_database_file::CHECK,
    &exposed_env_file::CHECK,
    &exposed_git_repository::CHECK,
    &exposed_key_file::CHECK,
    &exposed_log::CHECK,
    &exposed_requirements_file::CHECK,
    &exposed_source_file::CHECK,
    &flask_secret_key_exposed::CHECK,
    &framing_allowed::CHECK,
    &internal_details_in_response::CHECK,
    &nosniff_missing::CHECK,
    &password_hash_in_response::CHECK,
    &personal_data_in_response::CHECK,
    &personal_records_listed::CHECK,
    &referrer_policy_missing::CHECK,
    &secret_in_response::CHECK,
    &secret_in_script::CHECK,
    &source_map::CHECK,
    &sql_error::CHECK,
    &stack_trace::CHECK,
    &static_traversal::CHECK,
    &werkzeug_console::CHECK,
    &werkzeug_debugger::CHECK,
    &werkzeug_debugger_any_host::CHECK,
    &werkzeug_debugger_without_pin::CHECK,
];
