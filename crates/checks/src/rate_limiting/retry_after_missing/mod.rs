use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Rule, Severity};

use crate::experiments::burst;
use crate::{Check, Cost, Detectors, Findings, ObservedExchange, RunsOn, Schedule, Sees, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "retry-after-missing",
    aliases: &[],
    title: "Missing Retry-After header on a 429",
    category: Category::RateLimiting,
    severity: Severity::Low,
    cwe: &[799],
    tags: &[],
    risk: "Well-behaved clients cannot wait as long as they should, and retry at once.",
    fix: "Send Retry-After with every 429 response.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6585#section-4",
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        "https://flask-limiter.readthedocs.io/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(burst::REQUESTS),
    schedule: Schedule { depth: model::Depth::Standard, burst: true, shares: Some(burst::SHARES), ..Schedule::ANY },
    detectors: Detectors {
        on_exchange: Some(on_exchange),
        sees: Sees::All,
        on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Joins the burst; its answers are judged like all others.
async fn probe_target(probe: &TargetProbe<'_>, _found: &mut Findings) -> Result<(), NotTested> {
    let refused = burst::run(probe).await?.refused();
    refused.map(|_| ()).ok_or_else(|| NotTested::not_applicable("no request of the burst was refused with 429"))
}

fn on_exchange(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    if observed.exchange.status() != 429 {
        return false;
    }
    if !says_when(observed.exchange) {
        let evidence = Evidence::new(observed.exchange, "429 without Retry-After");
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}

/// `Retry-After`, or one of the headers that tell when the window ends.
fn says_when(exchange: &Exchange) -> bool {
    ["retry-after", "ratelimit", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"]
        .iter()
        .any(|name| exchange.header(name).is_some_and(|value| !value.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    #[test]
    fn any_word_on_when_will_do() {
        assert!(says_when(&answered("/", 429, &[("Retry-After", "30")], "")));
        assert!(says_when(&answered("/", 429, &[("X-RateLimit-Reset", "1700000000")], "")));
        assert!(!says_when(&answered("/", 429, &[("Retry-After", " ")], "")));
    }
}
