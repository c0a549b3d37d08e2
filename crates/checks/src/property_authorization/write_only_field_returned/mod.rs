use std::collections::{BTreeMap, BTreeSet};

use model::{
    Category, Confidence, Evidence, Finding, Location, NotTested, Operation, Rule, Schema, Severity, Surface, mask,
};

use crate::vocabulary;
use crate::vocabulary::fields;
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "write-only-field-returned",
    aliases: &[],
    title: "Excessive data exposure: a writeOnly field is returned",
    category: Category::PropertyAuthorization,
    severity: Severity::Medium,
    cwe: &[200],
    tags: &[],
    risk: "Secrets that clients submit are returned to anyone who reads the object.",
    fix: "Remove writeOnly fields when an object is serialized into a response.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://spec.openapis.org/oas/v3.0.3#schema-object",
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
    let (mut declared, mut compared) = (false, false);
    let taken = taken(surface);
    for (operation, exchange) in observations.called(surface) {
        let names = write_only(operation, &taken);
        declared |= !names.is_empty();
        let json = exchange.json();
        let Some(json) = json.as_deref().filter(|_| exchange.is_success() && !names.is_empty()) else { continue };
        compared = true;
        let mut returned: Vec<(String, String)> = Vec::new();
        fields::walk(json, &mut |field| {
            let text = field.value.as_str().map_or_else(|| field.value.to_string(), str::to_owned);
            let masked = text.chars().all(|c| matches!(c, '*' | '\u{2022}'));
            if names.contains(field.name) && !fields::is_empty(field.value) && !masked {
                returned.push((field.path.clone(), text));
            }
        });
        let Some((path, value)) = returned.first().cloned() else { continue };
        let evidence = Evidence::new(exchange, format!("\"{path}\": {}", mask(&value)));
        let finding = Finding::new(&RULE, Confidence::Confirmed, Location::of(operation), evidence)
            .detail(format!("{path} is declared write-only and has a value in the response"));
        found.push(returned.into_iter().take(50).fold(finding, |finding, (_, value)| finding.hiding(value)));
    }
    match (declared, compared) {
        (_, true) => Ok(()),
        (true, false) => Err(NotTested::inconclusive("no operation with write-only fields returned a response")),
        (false, false) => Err(NotTested::not_applicable("no field is declared write-only")),
    }
}

/// Names that the schemas of the operation's answers, or of the request bodies of its collection, declare write-only.
fn write_only(operation: &Operation, taken: &BTreeMap<&str, BTreeSet<String>>) -> BTreeSet<String> {
    let mut names = taken.get(vocabulary::collection(&operation.path)).cloned().unwrap_or_default();
    operation.responses.iter().filter_map(|r| r.schema.as_ref()).for_each(|schema| collect(schema, 0, &mut names));
    names
}

/// By collection, the names that request bodies declare write-only.
fn taken(surface: &Surface) -> BTreeMap<&str, BTreeSet<String>> {
    let mut taken: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for operation in &surface.operations {
        if let Some(body) = &operation.body {
            collect(&body.schema, 0, taken.entry(vocabulary::collection(&operation.path)).or_default());
        }
    }
    taken
}

fn collect(schema: &Schema, depth: usize, names: &mut BTreeSet<String>) {
    if depth > 6 {
        return;
    }
    for (name, property) in &schema.properties {
        if property.write_only {
            names.insert(name.clone());
        }
        collect(property, depth + 1, names);
    }
    if let Some(items) = &schema.items {
        collect(items, depth + 1, names);
    }
}

#[cfg(test)]
mod tests {
    use model::{Body, Method, SchemaType};

    use super::*;
    use crate::samples;

    fn outcome(body: &str) -> (Vec<Finding>, Result<(), NotTested>) {
        let mut schema = Schema::of(SchemaType::Object);
        let secret = Schema { write_only: true, ..Schema::of(SchemaType::String) };
        schema.properties.insert("pin".to_owned(), secret);
        let mut create = samples::operation(Method::POST, "/cards");
        create.body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
        let surface = samples::surface(vec![samples::operation(Method::GET, "/cards/{id}"), create]);
        let plain = vec![Some(samples::exchange("/cards/1", 200, body)), None];
        let mut found = Findings::default();
        let result = on_end(&surface, &Observations::plainly(plain, Vec::new()), &mut found);
        (found.into_vec(), result)
    }

    #[test]
    fn a_returned_value_is_found_and_a_masked_one_is_not() {
        assert_eq!(outcome(r#"{"id":1,"pin":"4711"}"#).0.len(), 1);
        for body in [r#"{"id":1,"pin":"****"}"#, r#"{"id":1,"pin":null}"#, r#"{"id":1}"#] {
            let (found, result) = outcome(body);
            assert!(found.is_empty() && result.is_ok(), "{body}");
        }
    }
}
