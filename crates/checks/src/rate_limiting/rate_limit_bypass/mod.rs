use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use crate::experiments::burst;
use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "rate-limit-bypass",
    aliases: &[],
    title: "Rate limit bypass with a spoofed client address",
    category: Category::RateLimiting,
    severity: Severity::Medium,
    cwe: &[348, 770],
    tags: &[Tag::Flask],
    risk: "An attacker sends another address in each request, and no limit applies: passwords can be guessed without end.",
    fix: "Trust X-Forwarded-For from your own proxy only, and only as many entries as there are proxies.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        "https://werkzeug.palletsprojects.com/en/stable/middleware/proxy_fix/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(burst::REQUESTS + 4),
    schedule: Schedule { depth: model::Depth::Standard, burst: true, shares: Some(burst::SHARES), ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::FORWARDING,
    },
    ..Check::of(&RULE)
};

const HEADER: &str = "X-Forwarded-For";

/// After a refusal asks four times: as before, with a documentation address (RFC 5737), as before, with another one.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let burst = burst::run(probe).await?;
    if burst.refused().is_none() {
        return Err(NotTested::not_applicable("no request of the burst was refused with 429"));
    }
    let mut responses = Vec::new();
    for address in [None, Some("198.51.100.23"), None, Some("203.0.113.77")] {
        let plain = burst.request.clone().fresh();
        let request = match address {
            Some(address) => plain.header(HEADER, address).altered("header", HEADER, address),
            None => plain.altered("header", HEADER, ""),
        };
        responses.push(probe.response_to(request).await?);
        if responses.len() == 1 && responses[0].status() != 429 {
            return Err(NotTested::inconclusive("the limit did not last"));
        }
        if responses.len() == 2 && !responses[1].is_success() {
            return Ok(());
        }
    }
    found.extend(judge(&responses, Location::of(burst.operation).parameter("header", HEADER)));
    Ok(())
}

fn judge(responses: &[Arc<Exchange>], location: Location) -> Option<Finding> {
    let [before, first, between, second] = responses else { return None };
    let holds = before.status() == 429 && between.status() == 429;
    (holds && first.is_success() && second.is_success()).then(|| {
        let evidence = Evidence::new(first, format!("{} with a random client address", first.status()));
        let origin = &first.request.origin;
        let confidence = transport::forwarded_confidence(origin, Confidence::Confirmed);
        Finding::new(&RULE, confidence, location, evidence)
            .detail(transport::forwarded_caveat(origin))
            .also(Evidence::new(between, "429 again without it, right afterwards"))
            .also(Evidence::new(second, format!("{} with another random address", second.status())))
    })
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::{exchange, over};

    #[test]
    fn from_the_servers_own_machine_it_is_a_hint() {
        let statuses = [429, 200, 429, 200];
        let here = judge(&statuses.map(|s| exchange("/search", s, "{}")), Location::host()).unwrap();
        assert!(here.confidence == Confidence::Tentative && !here.detail.is_empty());
        let there = judge(&statuses.map(|s| over(Scheme::Https, s, &[], "{}")), Location::host()).unwrap();
        assert!(there.confidence == Confidence::Confirmed && there.detail.is_empty());
    }

    #[test]
    fn the_limit_must_hold_without_the_header() {
        let found = |statuses: [u16; 4]| {
            let responses = statuses.map(|status| exchange("/search", status, "{}"));
            judge(&responses, Location::host()).is_some()
        };
        assert!(found([429, 200, 429, 200]));
        assert!(!found([429, 200, 200, 200]), "the window was over");
        assert!(!found([429, 429, 429, 429]));
        assert!(!found([429, 200, 429, 429]));
    }
}
