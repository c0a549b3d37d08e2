use model::{
    Category, Confidence, Evidence, Finding, Location, Method, NotTested, Operation, Rule, Schema, SchemaType,
    Severity, Surface,
};

use super::pagination;
use crate::judging::access;
use crate::vocabulary;
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "pagination-undeclared",
    aliases: &[],
    title: "List declared without pagination or maxItems",
    category: Category::RateLimiting,
    severity: Severity::Info,
    cwe: &[770],
    tags: &[],
    risk: "Clients and gateways cannot know how long a response may be.",
    fix: "Declare limit and offset (or a cursor) with a maximum, or maxItems.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
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
    let witness = access::witness(observations).ok_or(NotTested::NoAnswer)?;
    let lists: Vec<&Operation> = surface.operations.iter().map(AsRef::as_ref).filter(|o| list(o).is_some()).collect();
    for operation in lists.iter().filter(|o| is_endless(o)) {
        let evidence =
            Evidence::new(witness, format!("{} declares a list and neither pages nor maxItems", operation.name()));
        found.push(Finding::new(&RULE, Confidence::Tentative, Location::of(operation), evidence));
    }
    if lists.is_empty() { Err(NotTested::not_applicable("no operation declares a list")) } else { Ok(()) }
}

/// The list that a GET declares as its answer: the schema itself, or the only list of its envelope.
fn list(operation: &Operation) -> Option<&Schema> {
    let response = operation.responses.iter().find(|r| r.status.starts_with('2'))?;
    let schema = response
        .schema
        .as_ref()
        .filter(|_| operation.method == Method::GET && !vocabulary::names_an_object(&operation.path))?;
    if schema.kind == SchemaType::Array {
        return Some(schema);
    }
    let mut lists = schema.properties.values().filter(|p| p.kind == SchemaType::Array);
    lists.next().filter(|_| lists.next().is_none() && schema.properties.len() <= 2)
}

fn is_endless(operation: &Operation) -> bool {
    let records = |s: &Schema| s.max_items.is_none() && s.items.as_ref().is_none_or(|i| !i.properties.is_empty());
    list(operation).is_some_and(records) && !pagination::takes_pages(operation)
}

#[cfg(test)]
mod tests {
    use model::DeclaredResponse;

    use super::*;
    use crate::samples;

    fn endless(schema: Schema) -> bool {
        let mut operation = samples::operation(Method::GET, "/books");
        let media_type = Some("application/json".to_owned());
        operation.responses.push(DeclaredResponse { status: "200".to_owned(), media_type, schema: Some(schema) });
        is_endless(&operation)
    }

    #[test]
    fn a_bound_or_a_list_of_words_is_enough() {
        let mut item = Schema::of(SchemaType::Object);
        item.properties.insert("id".to_owned(), Schema::of(SchemaType::Integer));
        let books = Schema { items: Some(Box::new(item)), ..Schema::of(SchemaType::Array) };
        assert!(endless(books.clone()));
        assert!(!endless(Schema { max_items: Some(100), ..books }));
        let names = Schema { items: Some(Box::new(Schema::of(SchemaType::String))), ..Schema::of(SchemaType::Array) };
        assert!(!endless(names));
        assert!(!endless(Schema::of(SchemaType::Object)));
    }
}
