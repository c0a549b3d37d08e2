use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The JSON type of a schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum SchemaType {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    Null,
    /// Nothing is said.
    #[default]
    Any,
}

/// A JSON Schema as far as a client needs it: references resolved, `allOf` merged, cut at a depth and a node budget, so that
/// cyclic and exploding schemas become finite trees.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools)] // each is a keyword of its own
pub struct Schema {
    /// The type; the first non-null one of several.
    pub kind: SchemaType,
    /// Such as `uuid`, `date-time`, `email`, `int64`, `password`, `binary`.
    pub format: Option<String>,
    /// Properties of an object.
    pub properties: BTreeMap<String, Schema>,
    /// Names of required properties.
    pub required: Vec<String>,
    /// Items of an array.
    pub items: Option<Box<Schema>>,
    /// Permitted values.
    pub enumeration: Vec<Value>,
    /// The example, or else the default.
    pub example: Option<Value>,
    /// Lower bound.
    pub minimum: Option<f64>,
    /// Upper bound.
    pub maximum: Option<f64>,
    /// Shortest string.
    pub min_length: Option<u64>,
    /// Longest string.
    pub max_length: Option<u64>,
    /// Fewest items.
    pub min_items: Option<u64>,
    /// Most items.
    pub max_items: Option<u64>,
    /// Regular expression for strings.
    pub pattern: Option<String>,
    /// Only in responses.
    pub read_only: bool,
    /// Only in requests.
    pub write_only: bool,
    /// `additionalProperties`: `Some(false)` forbids unknown properties, `None` says nothing.
    pub additional_properties: Option<bool>,
    /// Taken from several alternatives (`oneOf`, `anyOf`): the others may have other properties.
    pub one_of_several: bool,
    /// The tree was cut here because it was cyclic, too deep or too large.
    pub cut: bool,
}

impl Schema {
    /// A schema that says only the type.
    pub fn of(kind: SchemaType) -> Schema {
        Schema { kind, ..Schema::default() }
    }
}
