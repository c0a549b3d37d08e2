use model::{
    Category, Confidence, Evidence, Finding, Location, NotTested, Operation, Rule, Schema, SchemaType, Severity,
    Surface,
};

use crate::judging::access;
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "string-limits-undeclared",
    aliases: &[],
    title: "String properties without maxLength in the OpenAPI document",
    category: Category::RateLimiting,
    severity: Severity::Info,
    cwe: &[770, 1284],
    tags: &[],
    risk: "An attacker can send strings of any length past a gateway or server that validates by the document.",
    fix: "Declare maxLength for every string that clients send, and enforce it.",
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
    let mut bodies = false;
    for operation in &surface.operations {
        let (all, endless) = texts(operation);
        bodies |= all > 0;
        if endless.is_empty() {
            continue;
        }
        let list = endless.iter().take(8).copied().collect::<Vec<_>>().join(", ");
        let said = format!("without maxLength: {list}");
        let evidence = Evidence::new(witness, format!("{} declares {said}", operation.name()));
        found.push(Finding::new(&RULE, Confidence::Tentative, Location::of(operation), evidence).detail(said));
    }
    if bodies { Ok(()) } else { Err(NotTested::not_applicable("no request body declares texts")) }
}

/// How many texts the body of the operation has at its top, and those without any bound.
fn texts(operation: &Operation) -> (usize, Vec<&str>) {
    let Some(body) = &operation.body else { return (0, Vec::new()) };
    let all = body.schema.properties.iter().filter(|(_, s)| s.kind == SchemaType::String && !s.read_only);
    let endless = all.clone().filter(|(_, s)| is_endless(s)).map(|(name, _)| name.as_str()).collect();
    (all.count(), endless)
}

/// A length, a choice, a pattern or a format bounds a text.
fn is_endless(schema: &Schema) -> bool {
    let formatted = schema.format.as_deref().is_some_and(|f| !matches!(f, "password" | "binary" | "byte"));
    schema.max_length.is_none() && schema.enumeration.is_empty() && schema.pattern.is_none() && !formatted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bound_is_enough() {
        let text = || Schema::of(SchemaType::String);
        assert!(is_endless(&text()));
        assert!(!is_endless(&Schema { max_length: Some(80), ..text() }));
        assert!(!is_endless(&Schema { pattern: Some("^[a-z]{1,9}$".to_owned()), ..text() }));
        assert!(!is_endless(&Schema { format: Some("date-time".to_owned()), ..text() }));
        assert!(is_endless(&Schema { format: Some("password".to_owned()), ..text() }));
    }
}
