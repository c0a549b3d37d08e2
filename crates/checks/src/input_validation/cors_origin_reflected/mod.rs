use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-origin-reflected",
    aliases: &[],
    title: "Any origin is allowed by name",
    category: Category::InputValidation,
    severity: Severity::Low,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "Any website can read what this API shows without cookies, inside networks too that only the visitor reaches.",
    fix: "Answer only a fixed list of origins, or the constant * for data that is public.",
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

/// The same without credentials.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for asked in cors::foreign(probe).await? {
        if asked.allows_it() && !asked.with_credentials() {
            let evidence = Evidence::new(&asked.exchange, format!("Access-Control-Allow-Origin: {}", asked.origin));
            found.push(Finding::new(&RULE, Confidence::Confirmed, asked.location(), evidence));
        }
    }
    Ok(())
}
