use std::collections::BTreeSet;

use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Operation, Rule, Schema, Severity, Surface};
use serde_json::Value;

use crate::{Check, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "undeclared-response-fields",
    aliases: &[],
    title: "A response holds fields that the specification does not declare",
    category: Category::PropertyAuthorization,
    severity: Severity::Low,
    cwe: &[213],
    tags: &[],
    risk: "Fields that nobody decided to publish reach every client.",
    fix: "Build each response from its declared schema, and declare additionalProperties: false.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://spec.openapis.org/oas/v3.1.0#schema-object",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    on_end: Some(on_end),
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
        let Some(json) = exchange.json().filter(|_| exchange.is_success()) else { continue };
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
    if compared { Ok(()) } else { Err(NotTested::not_applicable("no answer has a declared schema with properties")) }
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
/// alternatives, nothing is undeclared.
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
        // An object without a single declared property is another answer than the one described, or a map from keys to values.
        Value::Object(fields) if schema.properties.keys().any(|name| fields.contains_key(name)) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match schema.properties.get(name) {
                    Some(known) => compare(known, value, &path, depth + 1, extra),
                    None if schema.additional_properties == Some(true) => {}
                    None => {
                        extra.forbidden |= schema.additional_properties == Some(false);
                        extra.fields.insert(path);
                    }
                }
            }
        }
        _ => {}
    }
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
}
