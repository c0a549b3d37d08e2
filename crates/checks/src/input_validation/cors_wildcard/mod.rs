use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-wildcard",
    aliases: &[],
    title: "CORS: any origin may read responses (wildcard)",
    category: Category::InputValidation,
    severity: Severity::Info,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "Any website can read what this API returns without cookies.",
    fix: "Send Access-Control-Allow-Origin: * for public data only.",
    references: &["https://fetch.spec.whatwg.org/#http-cors-protocol", "https://portswigger.net/web-security/cors"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(cors::REQUESTS),
    schedule: Schedule::sharing(cors::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Reads whether the answer is open to everybody.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for asked in cors::foreign(probe).await? {
        if cors::allowed(&asked.exchange) == Some("*") {
            let evidence = Evidence::new(&asked.exchange, "Access-Control-Allow-Origin: *");
            found.push(Finding::new(&RULE, Confidence::Confirmed, asked.location(), evidence));
        }
    }
    Ok(())
}
