use std::collections::BTreeSet;

use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Operation, Rule, Schema, Severity, Surface};
use serde_json::Value;

use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "undeclared-response-fields",
    aliases: &[],
    title: "Response fields missing from the OpenAPI document",
    category: Category::PropertyAuthorization,
    severity: Severity::Low,
    cwe: &[213],
    tags: &[],
    risk: "Fields that no one decided to publish reach every client.",
    fix: "Build each response from its declared schema, and declare additionalProperties: false.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://spec.openapis.org/oas/v3.1.0#schema-object",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(on_end), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn on_end(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    if surface.specification.is_none() {
        return Err(NotTested::NoSpecification);
    }
    let mut compared = false;
    for (operation, exchange) in observations.called(surface) {
        let json = exchange.json();
        let Some(json) = json.as_deref().filter(|_| exchange.is_success()) else { continue };
        let Some(schema) = declared(operation, exchange.status()) else { continue };
        compared = true;
        let mut extra = Extra::default();
        compare(schema, json, "", 0, &mut extra);
        if extra.fields.is_empty() {
            continue;
        }
        let list = extra.fields.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
        let confidence = if extra.forbidden { Confidence::Confirmed } else { Confidence::Firm };
        let evidence = Evidence::new(exchange, format!("not in the declared schema: {list}"));
        found
            .push(Finding::new(&RULE, confidence, Location::of(operation), evidence).detail(format!("fields: {list}")));
    }
    if compared { Ok(()) } else { Err(NotTested::not_applicable("no response has a declared schema with properties")) }
}

/// The schema declared for this status: exact, by range, or the default.
fn declared(operation: &Operation, status: u16) -> Option<&Schema> {
    let names = [status.to_string(), format!("{}XX", status / 100), "default".to_owned()];
    let response = names.iter().find_map(|n| operation.responses.iter().find(|r| r.status.eq_ignore_ascii_case(n)))?;
    response.schema.as_ref().filter(|schema| !schema.properties.is_empty() || schema.items.is_some())
}

#[derive(Debug, Default)]
struct Extra {
    fields: BTreeSet<String>,
    /// Whether the schema forbids them (`additionalProperties: false`) rather than only leaving them out.
    forbidden: bool,
}

/// Collects the fields of a value that its schema does not know. Where the schema allows any, was cut, or is one of several
/// alternatives, nothing is undeclared. A value with no declared field at all is not what the schema describes, and entries of a
/// map are no fields: both are faults of the document. Where it forbids others (`additionalProperties: false`) all count.
fn compare(schema: &Schema, value: &Value, path: &str, depth: usize, extra: &mut Extra) {
    const DEEPEST: usize = 6;
    const ITEMS: usize = 5;
    if depth > DEEPEST || schema.cut || schema.one_of_several {
        return;
    }
    match value {
        Value::Array(items) => {
            let Some(of) = &schema.items else { return };
            items.iter().take(ITEMS).for_each(|item| compare(of, item, &format!("{path}[]"), depth + 1, extra));
        }
        Value::Object(fields) if !schema.properties.is_empty() => {
            let closed = schema.additional_properties == Some(false);
            if !closed && !fields.keys().any(|name| schema.properties.contains_key(name)) {
                return;
            }
            let unknown = |name: &str| !schema.properties.contains_key(name);
            let entries = are_entries(fields.iter().filter(|(name, _)| unknown(name)).map(|(_, value)| value));
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match schema.properties.get(name) {
                    Some(known) => compare(known, value, &path, depth + 1, extra),
                    None if schema.additional_properties == Some(true) => {}
                    None if !closed && (entries || is_an_id(name)) => {}
                    None => {
                        extra.forbidden |= closed;
                        extra.fields.insert(path);
                    }
                }
            }
        }
        _ => {}
    }
}

/// Whether several values are objects of the same fields, as the entries of a map are.
fn are_entries<'a>(values: impl Iterator<Item = &'a Value>) -> bool {
    let shapes: Vec<Option<Vec<&String>>> = values.map(|value| value.as_object().map(|o| o.keys().collect())).collect();
    shapes.len() > 1
        && shapes[0].as_ref().is_some_and(|first| !first.is_empty())
        && shapes.iter().all(|s| *s == shapes[0])
}

/// Whether a name is a number, a UUID, a hash or an address rather than a word: the key of an entry.
fn is_an_id(name: &str) -> bool {
    let hex = name.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let digits = name.bytes().any(|b| b.is_ascii_digit());
    name.contains(['/', '@', ':', ' '])
        || hex && digits && (name.len() >= 8 || name.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use model::SchemaType;
    use serde_json::json;

    use super::*;

    fn user() -> Schema {
        let mut schema = Schema::of(SchemaType::Object);
        schema.properties.insert("id".to_owned(), Schema::of(SchemaType::Integer));
        schema
    }

    fn extra(schema: &Schema, value: &Value) -> Extra {
        let mut extra = Extra::default();
        compare(schema, value, "", 0, &mut extra);
        extra
    }

    #[test]
    fn undeclared_fields_are_named_in_lists_too() {
        let list = Schema { items: Some(Box::new(user())), ..Schema::of(SchemaType::Array) };
        let found = extra(&list, &json!([{"id": 1, "cost": 2}, {"id": 2, "note": ""}]));
        assert_eq!(found.fields.into_iter().collect::<Vec<_>>(), ["[].cost", "[].note"]);
        assert!(!found.forbidden);
        assert!(extra(&user(), &json!({"todo1": {"task": ""}, "todo2": {"task": ""}})).fields.is_empty(), "a map");
        let closed = Schema { additional_properties: Some(false), ..user() };
        assert!(extra(&closed, &json!({"id": 1, "cost": 2})).forbidden);
    }

    #[test]
    fn what_the_schema_leaves_open_is_not_undeclared() {
        let open = Schema { additional_properties: Some(true), ..user() };
        let cut = Schema { cut: true, ..user() };
        let either = Schema { one_of_several: true, ..user() };
        for schema in [open, cut, either, Schema::default()] {
            assert!(extra(&schema, &json!({"id": 1, "cost": 2})).fields.is_empty());
        }
    }

    #[test]
    fn entries_of_a_map_are_no_fields() {
        for map in [
            json!({"7": {"name": "a"}, "42": {"name": "b"}}),
            json!({"cmyk": ["cyan"], "rgb": ["red"]}),
            json!({"id": 1, "7": "a", "6fa459ea-ee8a-3ca4-894e-db77e160355e": "b", "a@b.example": "c"}),
            json!({"id": 1, "todo1": {"task": "a"}, "todo2": {"task": "b"}}),
        ] {
            assert!(extra(&user(), &map).fields.is_empty(), "{map}");
            let closed = Schema { additional_properties: Some(false), ..user() };
            assert!(extra(&closed, &map).forbidden, "what is forbidden is so under any name: {map}");
        }
        for object in [
            json!({"id": 1, "owner": {"name": "a"}}),
            json!({"id": 1, "owner": {"name": "a"}, "bank": {"iban": "b"}}),
            json!({"id": 1, "cost": 2, "margin": 3}),
            json!({"id": 1, "sha256": "a"}),
        ] {
            assert!(!extra(&user(), &object).fields.is_empty(), "{object}");
        }
    }
}
