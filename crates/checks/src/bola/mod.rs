//! Objects that the caller should not reach: API1:2023.

use crate::Check;

mod account_takeover;
mod adjacent_object_readable;
mod identifiers;
mod object_id_enumeration;
mod object_id_traversal;
mod path_parameter_without_security;
mod peer_object_readable;
mod peer_object_writable;
mod sequential_object_ids;

/// The checks of this category.
pub const CHECKS: &[&Check] = &[
    &account_takeover::CHECK,
    &adjacent_object_readable::CHECK,
    &object_id_enumeration::CHECK,
    &object_id_traversal::CHECK,
    &path_parameter_without_security::CHECK,
    &peer_object_readable::CHECK,
    &peer_object_writable::CHECK,
    &sequential_object_ids::CHECK,
];
