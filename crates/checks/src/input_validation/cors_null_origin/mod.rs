use model::{Category, Confidence, Depth, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-null-origin",
    aliases: &[],
    title: "CORS misconfiguration: origin null is allowed",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "A sandboxed frame on any website can read the responses of this API.",
    fix: "Remove null from the list of allowed origins.",
    references: &["https://fetch.spec.whatwg.org/#http-cors-protocol", "https://portswigger.net/web-security/cors"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(cors::REQUESTS + 1).more_when_deep(cors::REQUESTS - 1),
    schedule: Schedule::sharing(cors::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Where a foreign origin is refused: whether `null` is let in, which every sandboxed frame can be. One list of origins usually
/// serves all of an API, so that a scan which is not deep asks once.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let most = if probe.target.depth == Depth::Deep { cors::REQUESTS as usize } else { 1 };
    let foreign = cors::foreign(probe).await?;
    let refused = foreign.iter().filter(|a| !a.allows_it() && cors::allowed(&a.exchange) != Some("*"));
    let mut every = true;
    for asked in refused.take(most) {
        every = false;
        let null = probe.send(cors::request(probe, asked.operation, "null")).await?;
        if cors::allowed(&null) == Some("null") && cors::allowed(&asked.exchange) != Some("null") {
            let evidence =
                Evidence::new(&null, "`Access-Control-Allow-Origin: null` in the response to `Origin: null`");
            let control =
                Evidence::new(&asked.exchange, format!("no `Access-Control-Allow-Origin` for {}", asked.origin));
            found.push(Finding::new(&RULE, Confidence::Confirmed, asked.location(), evidence).also(control));
        }
    }
    if every { Err(NotTested::not_applicable("every origin is allowed")) } else { Ok(()) }
}
