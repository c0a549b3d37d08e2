use std::sync::{Arc, LazyLock};

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};
use regex::Regex;

use crate::experiments::burst;
use crate::{Check, Cost, Detectors, Findings, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "rate-limit-per-worker",
    aliases: &[],
    title: "Rate limit counted per worker process",
    category: Category::RateLimiting,
    severity: Severity::Low,
    cwe: &[770],
    tags: &[Tag::Flask],
    risk: "An attacker gets several times the configured number of attempts, more with every worker.",
    fix: "Keep the counters where all workers see them, such as Redis.",
    references: &[
        "https://flask-limiter.readthedocs.io/en/stable/#configuring-a-storage-backend",
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(burst::REQUESTS),
    schedule: Schedule { depth: model::Depth::Standard, burst: true, shares: Some(burst::SHARES), ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::None("needs several worker processes, which the servers of the twins do not have"),
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let burst = burst::run(probe).await?;
    if burst.refused().is_none() {
        return Err(NotTested::not_applicable("no request of the burst was refused with 429"));
    }
    found.extend(judge(&burst.responses, Location::of(burst.operation)));
    Ok(())
}

/// Shortest time in which being let in again says something.
const SHORTEST_S: u64 = 10;

/// Refused and let in long before the wait or the window is over, more than once.
fn judge(responses: &[Arc<Exchange>], location: Location) -> Option<Finding> {
    let refused = responses.iter().position(|e| e.status() == 429)?;
    let (first, why) = despite_wait(responses).or_else(|| beyond_limit(responses))?;
    let evidence = Evidence::new(first, format!("{} although {why}", first.status()));
    let asked = Evidence::new(&responses[refused], "429, the first refusal");
    let detail = "after the first refusal, successes and refusals alternated";
    Some(Finding::new(&RULE, Confidence::Firm, location, evidence).also(asked).detail(detail))
}

/// A bucket that refills slowly lets somebody in now and then as well, but says so: it asks to wait a second or two.
fn despite_wait(responses: &[Arc<Exchange>]) -> Option<(&Arc<Exchange>, String)> {
    let refused = responses.iter().position(|e| e.status() == 429 && wait(e).is_some_and(|s| s >= SHORTEST_S))?;
    let after = &responses[refused + 1..];
    let mut accepted = after.iter().filter(|e| e.is_success());
    let refusals = responses.iter().filter(|e| e.status() == 429).count();
    let first = accepted.next()?;
    let alternates = accepted.next().is_some() && refusals >= 2 && took_us(after) <= SHORTEST_S * 500_000;
    alternates.then(|| (first, "a wait was requested".to_owned()))
}

/// Flask-Limiter sends no `Retry-After` by default, and its refusal states the limit. One counter lets in no more than that within
/// the window, or twice that with a single pause, when the window happens to end; one in each worker lets in more with several.
fn beyond_limit(responses: &[Arc<Exchange>]) -> Option<(&Arc<Exchange>, String)> {
    let limit = responses.iter().filter(|e| e.status() == 429).find_map(|e| Limit::stated(e))?;
    let accepted = responses.iter().filter(|e| e.is_success()).count() as u64;
    let again: Vec<_> =
        responses.windows(2).filter(|two| two[0].status() == 429 && two[1].is_success()).map(|two| &two[1]).collect();
    let within = took_us(responses) <= limit.window_s.saturating_mul(500_000);
    let first = again.first()?;
    let beyond = limit.window_s >= SHORTEST_S && accepted > limit.requests && again.len() >= 2 && within;
    beyond.then(|| (*first, format!("the limit is {} and {accepted} were let in", limit.text)))
}

fn took_us(responses: &[Arc<Exchange>]) -> u64 {
    responses.iter().map(|e| e.elapsed_us).sum()
}

/// Seconds that `Retry-After` asks to wait.
fn wait(exchange: &Exchange) -> Option<u64> {
    exchange.header("retry-after")?.trim().parse().ok()
}

/// A limit as Flask-Limiter's refusals state it: `3 per 1 minute`.
struct Limit {
    requests: u64,
    window_s: u64,
    text: String,
}

impl Limit {
    fn stated(refusal: &Exchange) -> Option<Limit> {
        static LIMIT: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?i)\b(\d{1,9}) per (?:(\d{1,6}) )?(second|minute|hour|day|month|year)s?\b").ok()
        });
        let text = refusal.text();
        let limit = LIMIT.as_ref()?.captures(&text)?;
        let number = |at: usize| limit.get(at).and_then(|m| m.as_str().parse::<u64>().ok());
        let unit = match limit.get(3)?.as_str().to_ascii_lowercase().as_str() {
            "second" => 1,
            "minute" => 60,
            "hour" => 3_600,
            "day" => 86_400,
            "month" => 30 * 86_400,
            _ => 365 * 86_400,
        };
        let window_s = number(2).unwrap_or(1).saturating_mul(unit);
        Some(Limit { requests: number(1)?, window_s, text: limit.get(0)?.as_str().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    fn found(wait: &str, statuses: &[u16]) -> bool {
        let headers = [("Retry-After", wait)];
        let responses: Vec<_> =
            statuses.iter().map(|s| answered("/search", *s, if *s == 429 { &headers } else { &[] }, "{}")).collect();
        judge(&responses, Location::host()).is_some()
    }

    fn found_by_text(refusal: &str, statuses: &[u16]) -> bool {
        let responses: Vec<_> =
            statuses.iter().map(|s| answered("/search", *s, &[], if *s == 429 { refusal } else { "{}" })).collect();
        judge(&responses, Location::host()).is_some()
    }

    /// Two workers, three a minute: what each admits is mixed with what the other refuses.
    const MIXED: [u16; 10] = [200, 200, 200, 200, 429, 200, 429, 200, 429, 429];

    #[test]
    fn more_than_the_stated_limit_is_found() {
        assert!(found_by_text("<h1>Too Many Requests</h1>\n<p>3 per 1 minute</p>", &MIXED));
        assert!(found_by_text(r#"{"message": "3 per hour"}"#, &MIXED));
    }

    #[test]
    fn windows_that_end_and_limits_that_are_kept_are_not() {
        let page = "<p>3 per 1 minute</p>";
        assert!(!found_by_text("<p>6 per 1 minute</p>", &MIXED), "no more than the limit");
        assert!(!found_by_text("<p>3 per 2 second</p>", &MIXED), "the window may have ended twice");
        assert!(!found_by_text("<p>slow down</p>", &MIXED), "no limit is stated");
        assert!(!found_by_text(page, &[200, 200, 200, 429, 429, 200, 200, 200, 429]), "the window ended once");
        assert!(!found_by_text(page, &[200, 200, 429, 200, 429, 429]), "a sliding window");
        assert!(!found_by_text(page, &[200; 24]));
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
