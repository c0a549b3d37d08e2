use model::{Category, Confidence, Evidence, Finding, Location, Method, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-private-network",
    aliases: &[],
    title: "CORS misconfiguration: private network access from any website",
    category: Category::InputValidation,
    severity: Severity::Low,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "A website that someone inside the network visits can talk to this server.",
    fix: "Do not send Access-Control-Allow-Private-Network.",
    references: &[
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
        "https://portswigger.net/web-security/cors",
        "https://wicg.github.io/private-network-access/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(1),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// A preflight as a browser sends it before a public page may reach a private address.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(operation) = cors::chosen(probe).into_iter().next() else { return Err(NotTested::NoAnswer) };
    let origin = format!("https://{}.example", probe.canary("origin"));
    let mut request = cors::request(probe, operation, &origin)
        .header("Access-Control-Request-Method", "GET")
        .header("Access-Control-Request-Private-Network", "true");
    request.method = Method::OPTIONS;
    let exchange = probe.response_to(request).await?;
    let lets = |name: &str| exchange.header(name).is_some_and(|v| v.trim().eq_ignore_ascii_case("true"));
    let for_it = matches!(cors::allowed(&exchange), Some(allowed) if allowed == "*" || allowed == origin);
    if lets("access-control-allow-private-network") && for_it {
        let evidence =
            Evidence::new(&exchange, "the preflight allows access from public websites to a private network");
        let location = Location::of(operation).parameter("header", "Access-Control-Request-Private-Network");
        found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence));
    }
    Ok(())
}
