use std::time::Duration;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Operation, Request, Rule, Severity, Tag};
use serde_json::{Map, Value, json};
use wire::Callback;

use super::fetches;
use crate::canary::canary;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "ssrf-in-body",
    aliases: &[],
    title: "The server fetches any address named in a request body",
    category: Category::Ssrf,
    severity: Severity::Critical,
    cwe: &[918],
    tags: &[Tag::Injection],
    risk: "Callers reach what only the server reaches: internal services, cloud metadata with credentials, the machine itself.",
    fix: "Fetch only from a fixed list of hosts, over https, without redirects.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::writes(1),
    detectors: Detectors {
        applies: |operation, _| takes_a_url(operation),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn takes_a_url(operation: &Operation) -> bool {
    ["POST", "PUT", "PATCH"].contains(&operation.method.as_str()) && fetches::body_fields(operation).next().is_some()
}

/// One ordinary body whose URL fields each name our listener with a word of their own.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let (callback, address) = probe.callback().await?;
    let fields: Vec<(String, String)> = fetches::body_fields(probe.operation)
        .take(8)
        .map(|name| (name.clone(), canary(probe.target.seed, &["call-back", &probe.operation.name(), "body", name])))
        .collect();
    let exchange = probe.send(request(probe, address, &fields)).await?;
    let unsent = probe.canary("never sent");
    let words: Vec<&str> = fields.iter().map(|(_, word)| word.as_str()).collect();
    let calls = probe.calls(&words, fetches::patience(probe)).await?;
    for ((name, word), call) in fields.iter().zip(calls) {
        let Some(call) = call else { continue };
        if callback.call(&unsent, Duration::ZERO).await.is_some() {
            return Err(NotTested::inconclusive("somebody asks the call-back listener for paths that were never sent"));
        }
        let shown = exchange.text().contains(&Callback::answer(word));
        let evidence = Evidence::new(&exchange, fetches::told(&call));
        let detail = if shown { "What it fetches is shown to the caller." } else { "What it fetches is not shown." };
        let location = probe.location().parameter("body", name);
        found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).detail(detail));
    }
    if found.is_empty() { taken(&exchange) } else { Ok(()) }
}

/// Whether the fields were looked at. 400, 403 and 422 may well be the refusal of our address.
fn taken(exchange: &Exchange) -> Result<(), NotTested> {
    match exchange.status() {
        401 | 407 => Err(NotTested::NoCredentials),
        status @ (404..=406 | 409..=421 | 500..) => {
            Err(NotTested::inconclusive(format!("the body is answered with {status}")))
        }
        _ => Ok(()),
    }
}

/// The operation with a body of example values, or values by type, and our addresses in the URL fields.
fn request(probe: &OperationProbe<'_>, address: &str, fields: &[(String, String)]) -> Request {
    let Some(body) = &probe.operation.body else { return probe.request() };
    let mut object = Map::new();
    for (name, schema) in &body.schema.properties {
        if schema.read_only || !body.schema.required.contains(name) && schema.example.is_none() {
            continue;
        }
        object.insert(name.clone(), schema.example.clone().unwrap_or_else(|| by_type(schema)));
    }
    for (name, word) in fields {
        object.insert(name.clone(), json!(format!("{address}/{word}")));
    }
    let mut request = if body.media_type.contains("form") {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs = object.iter().map(|(name, value)| (name.clone(), text(value)));
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        probe.request().body("application/x-www-form-urlencoded", encoded)
    } else {
        probe.request().body("application/json", Value::Object(object).to_string())
    };
    for (name, word) in fields {
        request = request.altered("body", name, &format!("{address}/{word}"));
    }
    request
}

fn by_type(schema: &model::Schema) -> Value {
    match schema.kind {
        model::SchemaType::Integer | model::SchemaType::Number => json!(1),
        model::SchemaType::Boolean => json!(true),
        model::SchemaType::Array => json!([]),
        model::SchemaType::Object => json!({}),
        _ => schema.enumeration.first().cloned().unwrap_or_else(|| json!("example")),
    }
}
