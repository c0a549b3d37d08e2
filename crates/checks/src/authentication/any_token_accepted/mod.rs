use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Rule, Severity, Tag};

use super::authorization::{self, Guarded};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "any-token-accepted",
    aliases: &[],
    title: "Authentication bypass: any bearer token is accepted",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[287, 345],
    tags: &[Tag::Crypto],
    risk: "An unauthenticated attacker calls the operation with a random token.",
    fix: "Verify the signature and claims of every token.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/",
        "https://pyjwt.readthedocs.io/en/stable/usage.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(authorization::REQUESTS + 2),
    schedule: Schedule::sharing(authorization::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for guarded in authorization::responses(probe).await? {
        if !guarded.nonsense.is_success() {
            continue;
        }
        let other = format!("Bearer {}", probe.canary("another token"));
        let other = probe.response_to(authorization::with(&guarded.anonymous.request, &other)).await?;
        let again = probe.response_to(guarded.anonymous.request.clone().fresh()).await?;
        found.extend(judge(probe, &guarded, &other, &again));
        break;
    }
    Ok(())
}

fn judge(probe: &TargetProbe<'_>, guarded: &Guarded, other: &Arc<Exchange>, again: &Arc<Exchange>) -> Option<Finding> {
    if !opens(guarded, other, again) {
        return None;
    }
    let evidence =
        Evidence::new(&guarded.nonsense, format!("status {} with a random bearer token", guarded.nonsense.status()));
    let repeat = Evidence::new(other, format!("status {} with another random token", other.status()));
    let control = Evidence::new(again, format!("status {} without credentials", again.status()));
    let location = crate::place(probe.surface, &guarded.anonymous);
    Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(repeat).also(control))
}

/// Both made-up tokens are served and the anonymous client is still refused.
fn opens(guarded: &Guarded, other: &Exchange, again: &Exchange) -> bool {
    guarded.nonsense.is_success() && other.is_success() && matches!(again.status(), 401 | 403)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn a_door_that_opens_by_chance_is_none() {
        let guarded = |status| Guarded { anonymous: exchange("/", 401, "{}"), nonsense: exchange("/", status, "{}") };
        assert!(opens(&guarded(200), &exchange("/", 200, "{}"), &exchange("/", 401, "{}")));
        assert!(!opens(&guarded(200), &exchange("/", 401, "{}"), &exchange("/", 401, "{}")));
        assert!(!opens(&guarded(200), &exchange("/", 200, "{}"), &exchange("/", 200, "{}")));
        assert!(!opens(&guarded(401), &exchange("/", 200, "{}"), &exchange("/", 401, "{}")));
    }
}
