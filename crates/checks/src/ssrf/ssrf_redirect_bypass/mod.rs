use std::time::Duration;

use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::fetches;
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "ssrf-redirect-bypass",
    aliases: &[],
    title: "SSRF filter bypass through a redirect",
    category: Category::Ssrf,
    severity: Severity::High,
    cwe: &[918, 601],
    tags: &[Tag::Injection],
    risk: "An attacker passes the URL check with a page that redirects to the internal network.",
    fix: "Do not follow redirects, or check every address on the way.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(3 + payload_refusal::REQUESTS),
    schedule: Schedule::from(model::Depth::Deep),
    detectors: Detectors {
        applies: fetches::takes_a_url,
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

/// A name for this machine that checks of URLs know.
const REFUSED: &str = "localhost";

/// Where a name is refused in a URL: a permitted address that redirects to that name.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    inputs::reachable(probe)?;
    let Some(parameter) = fetches::parameters(probe.operation).next() else { return Ok(()) };
    if !probe.origin().is_loopback() {
        return Err(NotTested::inconclusive("needs a listener under a permitted and a refused name"));
    }
    let (callback, address) = probe.callback().await?;
    let port = address.rsplit(':').next().unwrap_or("80");
    let word = fetches::word(probe, parameter, "direct");
    let value = format!("http://{REFUSED}:{port}/{word}");
    let direct = fetches::provoke(probe, parameter, &value, word).await?;
    let (first, last) = (fetches::word(probe, parameter, "first"), fetches::word(probe, parameter, "last"));
    let value = format!("{address}/{first}/to/{REFUSED}/{last}");
    let mut sent = [direct, fetches::provoke(probe, parameter, &value, last).await?];
    let reached = payload_refusal::unless(probe, sent.iter().any(|s| s.call.is_some())).await;
    fetches::wait(probe, &mut sent).await?;
    let [direct, redirected] = sent;
    if direct.call.is_some() {
        return Err(NotTested::not_applicable("internal names are fetched without any check"));
    }
    if let Some(call) = &redirected.call {
        let location = probe.location().parameter(parameter.place.id(), &parameter.name);
        let told = format!("redirected to {REFUSED}, {}", fetches::told(call));
        let evidence = Evidence::new(&redirected.exchange, told);
        let control = Evidence::new(&direct.exchange, format!("named directly, {REFUSED} was not called"));
        found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control));
    } else if callback.call(&first, Duration::ZERO).await.is_none() {
        return Err(NotTested::not_applicable("a permitted address is not fetched either"));
    }
    if found.is_empty() { reached } else { Ok(()) }
}
