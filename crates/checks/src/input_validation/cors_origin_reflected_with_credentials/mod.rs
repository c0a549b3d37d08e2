use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-origin-reflected-with-credentials",
    aliases: &[],
    title: "Any website may read answers with the visitor's cookies",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "A page that a logged-in user visits can read everything this API shows that user.",
    fix: "Answer only a fixed list of origins with Access-Control-Allow-Credentials.",
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

/// The origin is a random word: who allows it allows everybody.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for asked in cors::foreign(probe).await? {
        if asked.allows_it() && asked.with_credentials() {
            let evidence = Evidence::new(
                &asked.exchange,
                format!("Access-Control-Allow-Origin: {} with Access-Control-Allow-Credentials: true", asked.origin),
            );
            found.push(Finding::new(&RULE, Confidence::Confirmed, asked.location(), evidence));
        }
    }
    Ok(())
}
