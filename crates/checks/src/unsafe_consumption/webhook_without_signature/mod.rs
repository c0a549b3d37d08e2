use std::collections::BTreeSet;
use std::sync::Arc;

use model::{
    Body, Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Request, Rule,
    Severity, Surface,
};
use serde_json::{Map, Value};

use super::webhooks;
use crate::calling::body;
use crate::judging::access;
use crate::{Check, Cost, Detectors, Findings, Observations, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "webhook-without-signature",
    aliases: &[],
    title: "Missing webhook signature verification",
    category: Category::UnsafeConsumption,
    severity: Severity::Medium,
    cwe: &[345, 306],
    tags: &[],
    risk: "An unauthenticated attacker reports payments, deliveries or commits that never happened.",
    fix: "Verify an HMAC over the raw body with a secret that only the sender knows, before anything is read.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/",
        "https://www.standardwebhooks.com/",
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(2),
    detectors: Detectors {
        applies: webhooks::is_receiver,
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        on_end: Some(on_end),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// With consent: an empty delivery without a signature, which a receiver has to refuse; where it fails in another way, one about a
/// thing that does not exist.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let empty = probe.response_to(unsigned(probe, &Value::Object(Map::new()))).await?;
    if refuses(&empty) {
        return Ok(());
    }
    if empty.is_success() {
        let shows = format!("an unsigned {{}} returns {}", empty.status());
        found.push(Finding::new(&RULE, Confidence::Firm, probe.location(), Evidence::new(&empty, shows)));
        return Ok(());
    }
    let declared = probe.operation.body.as_ref();
    let about_nothing = declared.map_or(Value::Null, |declared| of_nothing(declared, &probe.canary("delivery")));
    let filled = probe.response_to(unsigned(probe, &about_nothing)).await?;
    if refuses(&filled) {
        return Ok(());
    }
    if !is_read(&empty, &filled) {
        return Err(NotTested::inconclusive(format!("an unsigned delivery returned {}", filled.status())));
    }
    let shows =
        format!("an unsigned delivery about nothing is read: {} where {{}} gets {}", filled.status(), empty.status());
    let evidence = Evidence::new(&filled, shows);
    found.push(
        Finding::new(&RULE, Confidence::Firm, probe.location(), evidence)
            .also(Evidence::new(&empty, "an unsigned {} for comparison")),
    );
    Ok(())
}

fn unsigned(probe: &OperationProbe<'_>, body: &Value) -> Request {
    let body = body.to_string();
    probe
        .request_to_change(probe.operation, &[])
        .anonymous()
        .altered_from("body", "signature", &body, &body)
        .body("application/json", body)
}

/// A body of the declared form whose numbers and names belong to nothing.
fn of_nothing(declared: &Body, word: &str) -> Value {
    const NOBODY: u32 = 2_147_480_000;
    let mut body = body::filled(declared, &Surface::default());
    for (name, value) in body.as_object_mut().into_iter().flatten() {
        let free = declared.schema.properties.get(name).is_some_and(|property| property.enumeration.is_empty());
        match value {
            Value::Number(_) if free => *value = Value::from(NOBODY),
            Value::String(text) if free => word.clone_into(text),
            _ => {}
        }
    }
    body
}

/// Whether what a delivery says makes a difference though it is unsigned: it is taken, or looked up and not found, where an empty
/// one fails otherwise.
fn is_read(empty: &Exchange, filled: &Exchange) -> bool {
    filled.is_success() || matches!(filled.status(), 404 | 409 | 410) && filled.status() != empty.status()
}

/// Whether an answer refuses for want of a signature.
fn refuses(response: &Exchange) -> bool {
    let speaks = || {
        let text = response.text().to_ascii_lowercase();
        ["signature", "unsigned", "hmac", "unauthorized", "forbidden"].iter().any(|word| text.contains(word))
    };
    matches!(response.status(), 401 | 403) || (400..500).contains(&response.status()) && speaks()
}

/// What the specification says, where no answer says better.
fn on_end(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    if surface.specification.is_none() {
        return Err(NotTested::NoSpecification);
    }
    let receivers: Vec<&Operation> = webhooks::receivers(surface).collect();
    if receivers.is_empty() {
        return Err(NotTested::not_applicable("no receiver of webhooks is declared"));
    }
    let witness = access::witness(observations).ok_or(NotTested::NoAnswer)?;
    let paths: BTreeSet<&str> = receivers.iter().map(|receiver| receiver.path.as_str()).collect();
    let asked = |e: &&Arc<Exchange>| e.request.method == Method::POST && paths.contains(e.request.path());
    let refusals = observations.exchanges.iter().filter(asked).filter(|e| refuses(e));
    let refused: BTreeSet<&str> = refusals.map(|e| e.request.path()).collect();
    let not_refused = receivers.into_iter().filter(|receiver| !refused.contains(receiver.path.as_str()));
    found.extend(not_refused.filter_map(|receiver| declared(receiver, witness)));
    Ok(())
}

fn declared(receiver: &Operation, witness: &Arc<Exchange>) -> Option<Finding> {
    if receiver.declares_security() || webhooks::declares_signature(receiver) {
        return None;
    }
    let shows = format!("{} declares neither a signature nor credentials", receiver.name());
    let evidence = Evidence::new(witness, shows);
    Some(Finding::new(&RULE, Confidence::Tentative, Location::of(receiver), evidence))
}

#[cfg(test)]
mod tests {
    use model::{Parameter, ParameterIn, Schema, SchemaType};

    use super::*;
    use crate::samples;

    #[test]
    fn a_declared_signature_or_credential_is_enough() {
        let witness = samples::exchange("/openapi.json", 200, "{}");
        let found = |o: &Operation| declared(o, &witness).is_some();
        let mut receiver = samples::operation(Method::POST, "/webhooks/payments");
        assert!(found(&receiver));
        receiver.security = Some(vec![vec!["token".to_owned()]]);
        assert!(!found(&receiver));
        receiver.security = None;
        receiver.parameters.push(Parameter {
            name: "X-Hub-Signature-256".to_owned(),
            place: ParameterIn::Header,
            required: true,
            schema: Schema::of(SchemaType::String),
            example: None,
            repeated: false,
        });
        assert!(!found(&receiver));
    }

    #[test]
    fn a_delivery_is_read_where_its_content_decides() {
        let read = |empty, filled| {
            is_read(&samples::exchange("/hooks", empty, "{}"), &samples::exchange("/hooks", filled, "{}"))
        };
        assert!(read(500, 404) && read(400, 200) && read(400, 404));
        assert!(!read(404, 404) && !read(400, 400) && !read(400, 500) && !read(400, 422));
    }

    #[test]
    fn a_body_of_nothing_names_nothing() {
        let mut schema = Schema::of(SchemaType::Object);
        schema.properties.insert("order_id".to_owned(), Schema::of(SchemaType::Integer));
        let state = Schema { enumeration: vec!["paid".into()], ..Schema::of(SchemaType::String) };
        schema.properties.insert("state".to_owned(), state);
        schema.properties.insert("name".to_owned(), Schema::of(SchemaType::String));
        let declared = Body { media_type: "application/json".to_owned(), schema, required: true };
        let body = of_nothing(&declared, "word");
        assert_eq!(body, serde_json::json!({"order_id": 2_147_480_000, "state": "paid", "name": "word"}));
    }

    #[test]
    fn a_refusal_is_told_from_a_complaint() {
        let refused = |status, body: &str| refuses(&samples::exchange("/webhooks/payments", status, body));
        assert!(refused(401, "{}") && refused(400, r#"{"error":"bad signature"}"#));
        assert!(!refused(400, r#"{"error":"event is missing"}"#) && !refused(500, r#"{"error":"signature"}"#));
    }
}
