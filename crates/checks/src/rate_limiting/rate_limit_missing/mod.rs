use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity};

use crate::experiments::burst::{self, Burst, Ended};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "rate-limit-missing",
    aliases: &[],
    title: "Missing rate limit",
    category: Category::RateLimiting,
    severity: Severity::Low,
    cwe: &[770, 799],
    tags: &[],
    risk: "One client can send any number of requests: to guess, to scrape, or to exhaust the server.",
    fix: "Limit requests by client in front of the application or in it, above all on expensive operations.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        "https://flask-limiter.readthedocs.io/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(burst::REQUESTS),
    schedule: Schedule { depth: model::Depth::Standard, burst: true, shares: Some(burst::SHARES), ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    // A limit that a burst of a few requests does not reach is one all the same.
    if probe.was_put_off() || probe.observations.exchanges.iter().any(|e| is_limited(e)) {
        return Ok(());
    }
    let burst = burst::run(probe).await?;
    if burst.ended == Some(Ended::Slowed) {
        return Err(NotTested::inconclusive("the target slowed down during the burst, which was ended"));
    }
    found.extend(judge(&burst));
    let limited = burst.ended == Some(Ended::Blocked) || burst.responses.iter().any(|e| is_limited(e));
    if found.is_empty() && !limited {
        return Err(NotTested::inconclusive("not every request of the burst succeeded"));
    }
    Ok(())
}

/// A refusal for asking too often, or the announcement of a limit.
fn is_limited(exchange: &Exchange) -> bool {
    exchange.status() == 429 || burst::announces_a_limit(exchange)
}

/// So many answers without a refusal exclude limits below that number in that window, nothing more.
fn judge(burst: &Burst<'_>) -> Option<Finding> {
    let count = burst.responses.len();
    let complete = count + burst.before as usize >= burst::ENOUGH as usize && burst.ended.is_none();
    if !complete || burst.responses.iter().any(|e| is_limited(e)) || !burst.responses.iter().all(|e| e.is_success()) {
        return None;
    }
    let confidence = if burst.matters { Confidence::Firm } else { Confidence::Tentative };
    let said = format!(
        "{} within a minute, the last {} of them identical and one right after the other, all succeeded, and no limit was \
         announced",
        model::counted(burst::ENOUGH, "request"),
        burst::LEAST,
    );
    let evidence = Evidence::new(burst.responses.last()?, format!("{said}; this is the last of them"));
    Some(Finding::new(&RULE, confidence, Location::of(burst.operation), evidence).detail(said))
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples;
    use crate::scripted::{Said, Scripted};

    fn found(path: &str, last: (u16, &[(&str, &str)]), count: usize) -> Option<Confidence> {
        let operation = samples::operation(Method::GET, path);
        let mut responses: Vec<_> = (1..count).map(|_| samples::exchange(path, 200, "{}")).collect();
        responses.push(samples::answered(path, last.0, last.1, "{}"));
        let request = responses[0].request.clone();
        judge(&Burst { operation: &operation, request, matters: path == "/search", before: 0, responses, ended: None })
            .map(|f| f.confidence)
    }

    #[test]
    fn an_unlimited_operation_is_found() {
        assert_eq!(found("/search", (200, &[]), 16), Some(Confidence::Firm));
        assert_eq!(found("/books", (200, &[]), 16), Some(Confidence::Tentative));
    }

    #[test]
    fn limits_and_cut_bursts_are_not() {
        assert_eq!(found("/search", (429, &[]), 16), None);
        assert_eq!(found("/search", (200, &[("X-RateLimit-Limit", "100")]), 16), None);
        assert_eq!(found("/search", (200, &[]), 9), None);
        assert_eq!(found("/search", (500, &[]), 16), None);
    }

    async fn run(script: impl Fn(usize) -> Said + Send + Sync + 'static) -> crate::scripted::Ran {
        let script = Scripted::new(move |_, number| script(number));
        script.run(&CHECK, &samples::surface(vec![samples::operation(model::Method::GET, "/search")])).await
    }

    #[tokio::test]
    async fn a_refusal_in_the_middle_is_a_limit() {
        let ran = run(|number| Said::json(if number < 9 { 200 } else { 429 }, "[]")).await;
        assert!(ran.found.is_empty() && ran.end().is_ok());
        assert!(ran.sent.len() < burst::REQUESTS as usize, "it ends soon after the first refusal");
    }

    #[tokio::test]
    async fn what_was_sent_before_need_not_be_sent_again() {
        let script = Scripted::new(|_, _| Said::json(200, "[]"));
        let surface = samples::surface(vec![samples::operation(model::Method::GET, "/search")]);
        let first = script.run(&CHECK, &surface).await;
        assert_eq!(
            (first.found.len(), first.sent.len()),
            (1, burst::ENOUGH as usize),
            "the ordinary call is one of them"
        );
        let again = |number: usize| Scripted::new(move |_, at| Said::json(if at == number { 429 } else { 200 }, "[]"));
        assert!(
            again(9).run(&CHECK, &surface).await.sent.len() > burst::ENOUGH as usize,
            "whether a refusal lasts is seen"
        );
    }

    #[tokio::test]
    async fn silence_and_failures_in_the_middle_say_nothing() {
        let silent = run(|number| if number < 9 { Said::json(200, "[]") } else { Said::Nothing }).await;
        assert!(silent.says_nothing() && silent.sent.len() == 10, "and it ends at once");
        assert!(run(|number| Said::json(if number % 7 == 5 { 500 } else { 200 }, "[]")).await.says_nothing());
        assert_eq!(run(|_| Said::json(200, "[]")).await.found.len(), 1);
    }
}
