use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Rule, Severity, Tag};

use super::authorization::{self, Guarded};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "wrong-scheme-crashes",
    aliases: &[],
    title: "Unhandled error: an unexpected Authorization header",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[755, 248],
    tags: &[Tag::Flask],
    risk: "An unauthenticated client makes the server fail, and learns that authentication is implemented by hand.",
    fix: "Check type and scheme before reading credentials.",
    references: &[
        "https://werkzeug.palletsprojects.com/en/stable/datastructures/#werkzeug.datastructures.Authorization",
        "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2",
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
        // Before Werkzeug 2.3 `request.authorization` is `None` for schemes it does not know.
        runs_on: RunsOn { oldest: (2, 3), ..RunsOn::EVERYWHERE },
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for guarded in authorization::responses(probe).await? {
        if !failed(&guarded.nonsense) {
            continue;
        }
        let other = format!("Bearer {}", probe.canary("another token"));
        let other = probe.response_to(authorization::with(&guarded.anonymous.request, &other)).await?;
        let again = probe.response_to(guarded.anonymous.request.clone().fresh()).await?;
        if crashes(&guarded, &other, &again) {
            let status = guarded.nonsense.status();
            let evidence = Evidence::new(&guarded.nonsense, format!("{status} for a random bearer token"));
            let control = Evidence::new(&again, format!("{} without credentials", again.status()));
            let location = crate::place(probe.surface, &guarded.anonymous).parameter("header", "Authorization");
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control));
            return Ok(());
        }
        return Err(NotTested::inconclusive("the server fails now and then"));
    }
    Ok(())
}

/// A failure of the program; 502 to 504 are a proxy's word on something else.
fn failed(exchange: &Arc<Exchange>) -> bool {
    matches!(exchange.status(), 500 | 501)
}

fn crashes(guarded: &Guarded, other: &Arc<Exchange>, again: &Arc<Exchange>) -> bool {
    failed(&guarded.nonsense) && failed(other) && matches!(again.status(), 401 | 403)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn a_failure_by_chance_is_none() {
        let guarded = |status| Guarded { anonymous: exchange("/", 401, "{}"), nonsense: exchange("/", status, "{}") };
        assert!(crashes(&guarded(500), &exchange("/", 500, "{}"), &exchange("/", 401, "{}")));
        assert!(!crashes(&guarded(500), &exchange("/", 401, "{}"), &exchange("/", 401, "{}")));
        assert!(!crashes(&guarded(500), &exchange("/", 500, "{}"), &exchange("/", 500, "{}")));
        assert!(!crashes(&guarded(503), &exchange("/", 503, "{}"), &exchange("/", 401, "{}")));
    }
}
