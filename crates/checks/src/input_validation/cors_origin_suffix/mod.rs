mod lookalikes;

use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-origin-suffix",
    aliases: &[],
    title: "Origins that only look like an allowed one are allowed",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "Whoever registers a domain with a fitting name can read the answers of this API.",
    fix: "Compare the whole origin with a fixed list instead of a part or a loose pattern.",
    references: &["https://fetch.spec.whatwg.org/#http-cors-protocol", "https://portswigger.net/web-security/cors"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(cors::REQUESTS + 4),
    schedule: Schedule::sharing(cors::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Where a foreign origin is refused: origins built around a trusted one.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let asked = cors::foreign(probe).await?;
    let Some(first) = asked.iter().find(|a| !a.allows_it() && cors::allowed(&a.exchange) != Some("*")) else {
        return Err(NotTested::not_applicable("every origin is allowed"));
    };
    let known = cors::allowed(&first.exchange).filter(|o| o.contains("://"));
    let own = probe.origin().to_string();
    for origin in lookalikes::lookalikes(known.unwrap_or(&own), &probe.canary("name")) {
        let exchange = probe.send(cors::request(probe, first.operation, &origin)).await?;
        if cors::allowed(&exchange) == Some(origin.as_str()) {
            let evidence =
                Evidence::new(&exchange, format!("`Access-Control-Allow-Origin: {origin}`: the lookalike is allowed"));
            let control =
                Evidence::new(&first.exchange, format!("{} is not in `Access-Control-Allow-Origin`", first.origin));
            found.push(Finding::new(&RULE, Confidence::Confirmed, first.location(), evidence).also(control));
            return Ok(());
        }
    }
    Ok(())
}
