use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Rule, Schema, SchemaType,
    Severity, Source,
};

use super::question;
use crate::judging::access;
use crate::llm::interview;
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};
use model::Surface;

pub(crate) static RULE: Rule = Rule {
    id: "llm-prompt-unbounded",
    aliases: &[],
    title: "LLM prompt without a length limit",
    category: Category::Llm,
    severity: Severity::Low,
    cwe: &[770],
    tags: &[],
    risk: "Every token of a prompt costs money and time, and any client decides how many there are.",
    fix: "Declare and enforce a maximum prompt length and number of messages, and limit the reply.",
    references: &[
        "https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/",
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
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
    let endpoints: Vec<&Operation> =
        surface.operations.iter().map(Arc::as_ref).filter(|o| interview::applies(o, surface)).collect();
    found.extend(endpoints.iter().filter_map(|operation| judge(operation, witness)));
    if endpoints.is_empty() { Err(NotTested::not_applicable("no LLM endpoint was recognised")) } else { Ok(()) }
}

fn judge(operation: &Operation, witness: &Arc<Exchange>) -> Option<Finding> {
    let body = operation.body.as_ref().filter(|_| operation.source == Source::Specification)?;
    let (name, field) = question::carrying(body, operation)?;
    let open = if field.kind == SchemaType::Array { list_is_open(field) } else { text_is_open(field) };
    let shows = format!("{} declares no limit for {name}", operation.name());
    open.then(|| {
        Finding::new(&RULE, Confidence::Tentative, Location::of(operation), Evidence::new(witness, shows))
            .detail(format!("`{name}` has no limit in the specification."))
    })
}

fn text_is_open(schema: &Schema) -> bool {
    schema.kind == SchemaType::String
        && schema.max_length.is_none()
        && schema.enumeration.is_empty()
        && schema.pattern.is_none()
}

/// Neither the number of messages nor the length of one is limited.
fn list_is_open(schema: &Schema) -> bool {
    let Some(items) = &schema.items else { return schema.max_items.is_none() };
    let texts: Vec<&Schema> = match items.properties.get("content") {
        Some(content) => vec![content],
        None => vec![items],
    };
    schema.max_items.is_none() || texts.iter().all(|text| text_is_open(text))
}

#[cfg(test)]
mod tests {
    use model::{Body, Method};

    use super::*;
    use crate::samples;

    fn found(field: Schema) -> bool {
        let mut schema = Schema::of(SchemaType::Object);
        schema.properties.insert("prompt".to_owned(), field);
        let mut operation = samples::operation(Method::POST, "/ask");
        operation.body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
        judge(&operation, &samples::exchange("/openapi.json", 200, "{}")).is_some()
    }

    #[test]
    fn a_declared_limit_is_enough() {
        assert!(found(Schema::of(SchemaType::String)));
        assert!(!found(Schema { max_length: Some(2_000), ..Schema::of(SchemaType::String) }));
        assert!(found(Schema::of(SchemaType::Array)));
        let text = Schema { max_length: Some(2_000), ..Schema::of(SchemaType::String) };
        let list = Schema { max_items: Some(20), items: Some(Box::new(text)), ..Schema::of(SchemaType::Array) };
        assert!(!found(list));
    }
}
