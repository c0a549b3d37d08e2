use std::time::Duration;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Operation, Rule, Severity, Tag};
use serde_json::{Value, json};
use wire::Callback;

use super::fetches;
use crate::canary::canary;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "ssrf-in-body",
    aliases: &[],
    title: "Server-side request forgery (SSRF) in a request body",
    category: Category::Ssrf,
    severity: Severity::Critical,
    cwe: &[918],
    tags: &[Tag::Injection],
    risk: "An attacker reaches what only the server can: internal services, cloud metadata with credentials, the machine itself.",
    fix: "Fetch only from a fixed list of hosts, over HTTPS, without redirects.",
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
    let urls: Vec<(&str, Value)> =
        fields.iter().map(|(name, word)| (name.as_str(), json!(format!("{address}/{word}")))).collect();
    let exchange = probe.send(probe.request_to_change(probe.operation, &urls)).await?;
    let unsent = probe.canary("never sent");
    let words: Vec<&str> = fields.iter().map(|(_, word)| word.as_str()).collect();
    let calls = probe.calls(&words, fetches::patience(probe)).await?;
    for ((name, word), call) in fields.iter().zip(calls) {
        let Some(call) = call else { continue };
        if callback.call(&unsent, Duration::ZERO).await.is_some() {
            return Err(NotTested::inconclusive("the callback listener received paths that were never sent"));
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
        status @ (404..=406 | 409..=421 | 500..) => Err(NotTested::inconclusive(format!("the body returns {status}"))),
        _ => Ok(()),
    }
}
