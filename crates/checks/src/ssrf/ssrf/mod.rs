use std::sync::Arc;
use std::time::Duration;

use model::{Category, Confidence, Evidence, Finding, NotTested, Parameter, ParameterIn, Rule, Severity, Tag};
use wire::Callback;

use super::fetches::{self, Sent};
use crate::calling::{inputs, request};
use crate::experiments::payload_refusal;
use crate::vocabulary::parameters::{Kind, suggests};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "ssrf",
    aliases: &[],
    title: "Server-side request forgery (SSRF) in a request parameter",
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
    cost: Cost::reads(fetches::MOST as u32 * 2 + 1 + payload_refusal::REQUESTS),
    detectors: Detectors {
        applies: fetches::may_take_a_url,
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

/// Names our listener in each parameter that may take a URL by its name, as a URL and then as host and path; then in all others at
/// once, each with a word of its own; and waits once for the calls.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    inputs::reachable(probe)?;
    let named: Vec<&Parameter> = fetches::parameters(probe.operation).collect();
    let (callback, address) = match probe.callback().await {
        Err(_) if named.is_empty() => return Err(NotTested::not_applicable("no parameter is named like a URL")),
        reached => reached?,
    };
    let mut sent: Vec<Sent<'_>> = Vec::new();
    for parameter in named.iter().take(fetches::MOST) {
        let bare = address.trim_start_matches("http://");
        for (purpose, base) in [("url", address), ("host", bare)] {
            let word = fetches::word(probe, parameter, purpose);
            let value = format!("{base}/{word}");
            sent.push(fetches::provoke(probe, parameter, &value, word).await?);
            if sent.last().is_some_and(|s| s.call.is_some()) {
                break;
            }
        }
    }
    let all_at_once = everywhere(probe, address, &named).await?;
    let refused = all_at_once.is_none();
    sent.extend(all_at_once.into_iter().flatten());
    if sent.is_empty() {
        let none = NotTested::not_applicable("no parameter may take a URL");
        return Err(if refused { NotTested::inconclusive("the ordinary call does not succeed") } else { none });
    }
    let reached = payload_refusal::unless(probe, sent.iter().any(|s| s.call.is_some())).await;
    fetches::wait(probe, &mut sent).await?;
    if sent.iter().any(|s| s.call.is_some()) {
        // A word that was never sent must not have been called: nobody walks the listener's paths.
        let unsent = probe.canary("never sent");
        if callback.call(&unsent, Duration::ZERO).await.is_some() {
            return Err(NotTested::inconclusive("the callback listener received paths that were never sent"));
        }
    }
    for Sent { parameter, exchange, word, call } in &sent {
        let Some(call) = call else { continue };
        let location = probe.location().parameter(parameter.place.id(), &parameter.name);
        if found.as_slice().iter().any(|f| f.location == location) {
            continue;
        }
        let shown = exchange.text().contains(&Callback::answer(word));
        let evidence = Evidence::new(exchange, fetches::told(call));
        let detail = if shown { "What it fetches is shown to the caller." } else { "What it fetches is not shown." };
        found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).detail(detail));
    }
    if found.is_empty() { reached } else { Ok(()) }
}

/// Most parameters that are named in one request.
const MOST_AT_ONCE: usize = 16;

/// One request with our address in every text parameter of the query that was not asked about, whatever it is called. `None` for an
/// operation that does not succeed plainly: it would hardly come as far as fetching.
async fn everywhere<'p>(
    probe: &OperationProbe<'p>,
    address: &str,
    named: &[&'p Parameter],
) -> Result<Option<Vec<Sent<'p>>>, NotTested> {
    if !probe.plain()?.is_success() {
        return Ok(None);
    }
    let rest = named.iter().copied().skip(fetches::MOST).filter(|p| p.place == ParameterIn::Query);
    // What is searched for is hardly ever fetched.
    let deep = probe.target.depth == model::Depth::Deep;
    let others = fetches::others(probe.operation).filter(|p| deep || !suggests(&p.name, Kind::Search));
    let parameters: Vec<&Parameter> = rest.chain(others).take(MOST_AT_ONCE).collect();
    if parameters.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let words: Vec<String> = parameters.iter().map(|p| fetches::word(probe, p, "url")).collect();
    let addresses: Vec<String> = words.iter().map(|word| format!("{address}/{word}")).collect();
    let values: Vec<request::Value<'_>> =
        parameters.iter().zip(&addresses).map(|(p, address)| request::Value::of(p, address)).collect();
    let exchange = probe.send(probe.request_with(&values)).await?;
    let sent = |(parameter, word)| Sent { parameter, exchange: Arc::clone(&exchange), word, call: None };
    Ok(Some(parameters.into_iter().zip(words).map(sent).collect()))
}
