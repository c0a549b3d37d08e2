use serde_json::{Map, Value};

/// An object that looks like somebody's own.
pub(super) struct Object {
    pub(super) fields: Map<String, Value>,
    /// It holds personal data, and not only a reference to its owner.
    pub(super) is_personal: bool,
}
