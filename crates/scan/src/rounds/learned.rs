//! What an operation turns out to want in its body.

use std::collections::BTreeMap;

use model::{Body, Operation, Schema, SchemaType};
use serde_json::Value;

/// The operation with an empty JSON object for a body where none is known: what it lacks, the response may say.
pub(super) fn with_some_body(operation: &Operation) -> Operation {
    let empty =
        || Body { media_type: "application/json".to_owned(), schema: Schema::of(SchemaType::Object), required: false };
    Operation { body: operation.body.clone().or_else(|| Some(empty())), ..operation.clone() }
}

/// The operation with these fields in its body, each with its value for an example. None where that is what was sent.
pub(super) fn with_wanted(operation: &Operation, wanted: &BTreeMap<String, Value>) -> Option<Operation> {
    let mut learned = operation.clone();
    let schema = &mut learned.body.as_mut()?.schema;
    for (name, value) in wanted {
        let property = schema.properties.entry(name.clone()).or_insert_with(|| Schema::of(kind(value)));
        if property.enumeration.is_empty() {
            property.example = Some(value.clone());
        }
        if !schema.required.contains(name) {
            schema.required.push(name.clone());
        }
    }
    (learned != *operation).then_some(learned)
}

fn kind(value: &Value) -> SchemaType {
    match value {
        Value::Object(_) => SchemaType::Object,
        Value::Array(_) => SchemaType::Array,
        Value::Number(_) => SchemaType::Integer,
        Value::Bool(_) => SchemaType::Boolean,
        Value::String(_) | Value::Null => SchemaType::String,
    }
}

#[cfg(test)]
mod tests {
    use model::{Method, Source};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_sent_already_is_not_learned_again() {
        let bare = Operation::undeclared(Method::POST, "/notes", Source::Link);
        let empty = with_some_body(&bare);
        let wanted = BTreeMap::from([("day".to_owned(), json!(1)), ("text".to_owned(), json!("example"))]);
        let learned = with_wanted(&empty, &wanted).unwrap();
        let schema = &learned.body.as_ref().unwrap().schema;
        assert_eq!(openapi_example(schema), json!({"day": 1, "text": "example"}));
        assert_eq!(with_wanted(&learned, &wanted), None);
        assert_eq!(with_wanted(&empty, &BTreeMap::new()), None);
        assert_eq!(with_wanted(&bare, &wanted), None, "no body to put them into");
    }

    fn openapi_example(schema: &Schema) -> Value {
        checks::calling::body::filled(
            &Body { media_type: String::new(), schema: schema.clone(), required: true },
            &model::Surface::default(),
        )
    }
}
