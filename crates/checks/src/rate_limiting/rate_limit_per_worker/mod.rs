use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use crate::shared::burst;
use crate::{Check, Cost, Findings, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "rate-limit-per-worker",
    aliases: &[],
    title: "A rate limit counts in each worker process apart",
    category: Category::RateLimiting,
    severity: Severity::Low,
    cwe: &[770],
    tags: &[Tag::Flask],
    risk: "The real limit is several times the one that was set, and grows with every worker.",
    fix: "Keep the counters where all workers see them, such as Redis.",
    references: &[
        "https://flask-limiter.readthedocs.io/en/stable/#configuring-a-storage-backend",
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: burst::REQUESTS, touch: Touch::Bursts },
    shares: Some(burst::SHARES),
    depth: model::Depth::Standard,
    on_surface: Some(|survey, found| Box::pin(ask(survey, found))),
    twins: Twins::None("needs several worker processes, which the servers of the twins do not have"),
    ..Check::of(&RULE)
};

async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let burst = burst::run(survey).await?;
    if burst.refused().is_none() {
        return Err(NotTested::not_applicable("no request was refused with 429"));
    }
    found.extend(judge(&burst.answers, Location::of(burst.operation)));
    Ok(())
}

/// Refused and told to wait, and let in long before that, more than once. A bucket that refills slowly lets somebody in now and then
/// as well, but says so: it asks to wait a second or two.
fn judge(answers: &[Arc<Exchange>], location: Location) -> Option<Finding> {
    const SHORTEST_WAIT_S: u64 = 10;
    let refused = answers.iter().position(|e| e.status() == 429 && wait(e).is_some_and(|s| s >= SHORTEST_WAIT_S))?;
    let after = &answers[refused + 1..];
    let took_us: u64 = after.iter().map(|e| e.elapsed_us).sum();
    let admitted: Vec<&Arc<Exchange>> = after.iter().filter(|e| e.is_success()).collect();
    let refusals = answers.iter().filter(|e| e.status() == 429).count();
    if admitted.len() < 2 || refusals < 2 || took_us > SHORTEST_WAIT_S * 500_000 {
        return None;
    }
    let (first, control) = (admitted.first()?, &answers[refused]);
    let evidence = Evidence::new(first, format!("{} although a wait was asked for", first.status()));
    let asked = Evidence::new(control, "429, and the wait it asks for");
    let detail = "after the first refusal, answers and refusals alternated";
    Some(Finding::new(&RULE, Confidence::Firm, location, evidence).also(asked).detail(detail))
}

/// Seconds that `Retry-After` asks to wait.
fn wait(exchange: &Exchange) -> Option<u64> {
    exchange.header("retry-after")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::answered;

    fn found(wait: &str, statuses: &[u16]) -> bool {
        let headers = [("Retry-After", wait)];
        let answers: Vec<_> =
            statuses.iter().map(|s| answered("/search", *s, if *s == 429 { &headers } else { &[] }, "{}")).collect();
        judge(&answers, Location::host()).is_some()
    }

    #[test]
    fn alternation_within_the_wait_is_found() {
        assert!(found("57", &[200, 200, 200, 429, 200, 429, 429, 200, 429]));
    }

    #[test]
    fn limits_that_hold_and_slow_buckets_are_not() {
        assert!(!found("57", &[200, 200, 200, 429, 429, 429, 429]));
        assert!(!found("1", &[200, 200, 429, 200, 429, 200, 429]));
        assert!(!found("57", &[200; 24]));
        assert!(!found("57", &[200, 429, 200, 429, 429]), "once may be the end of the window");
    }
}
