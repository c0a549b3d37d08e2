use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity, Truncation,
};

use super::pagination;
use crate::calling::request::Value;
use crate::experiments::payload_refusal;
use crate::vocabulary::fields;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "page-size-uncapped",
    aliases: &[],
    title: "Unlimited page size",
    category: Category::RateLimiting,
    severity: Severity::Medium,
    cwe: &[770, 1284],
    tags: &[],
    risk: "Any client can make the server read and send the whole collection with one request.",
    fix: "Limit the page size on the server, whatever the client requests.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        "https://cwe.mitre.org/data/definitions/1284.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(2),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors {
        applies: |operation, _| operation.method == Method::GET && pagination::size_parameter(operation).is_some(),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// More than any sensible limit, and little enough for every integer type.
const LARGE: &str = "100000";

/// Asks for the ordinary page, then for a very large one.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let no_size = || NotTested::not_applicable("no parameter chooses the size of a page");
    let parameter = pagination::size_parameter(probe.operation).ok_or_else(no_size)?;
    let plain = probe.response_to(probe.request()).await?;
    payload_refusal::works(&plain)?;
    if count(&plain).is_none() {
        return Err(NotTested::not_applicable("the response is not a list"));
    }
    let large = probe.response_to(probe.request_with(&[Value::of(parameter, LARGE)])).await?;
    if large.status() >= 500 {
        return Err(NotTested::inconclusive(format!("the very large page returns {}", large.status())));
    }
    let location = probe.location().parameter("query", &parameter.name);
    match judge(&plain, &large, &location) {
        Verdict::Uncapped(finding) => found.push(*finding),
        Verdict::Capped => {}
        Verdict::TooFew => return Err(NotTested::inconclusive("the collection is too small to show a limit")),
    }
    Ok(())
}

enum Verdict {
    Uncapped(Box<Finding>),
    Capped,
    TooFew,
}

/// Items of the list of a successful answer.
fn count(exchange: &Exchange) -> Option<usize> {
    let json = exchange.json().filter(|_| exchange.is_success())?;
    fields::the_list(&json).map(|list| list.len() + json.left_out())
}

fn judge(plain: &Arc<Exchange>, large: &Arc<Exchange>, location: &Location) -> Verdict {
    const CAPS: [usize; 8] = [100, 150, 200, 250, 300, 500, 1_000, 5_000];
    let ordinary = count(plain).unwrap_or(0);
    let uncapped = |confidence, said: String| {
        let evidence = Evidence::new(large, &said);
        let control = Evidence::new(plain, format!("{ordinary} records in an ordinary answer"));
        Verdict::Uncapped(Box::new(
            Finding::new(&RULE, confidence, location.clone(), evidence).also(control).detail(said),
        ))
    };
    let cut = large.response().is_some_and(|r| r.truncated == Some(Truncation::Cap))
        && plain.body_len() * 4 < large.body_len();
    if large.is_success() && cut {
        return uncapped(
            Confidence::Confirmed,
            format!("more than {} bytes when {LARGE} records were requested", large.body_len()),
        );
    }
    let Some(got) = count(large) else { return Verdict::Capped };
    let json = large.json();
    let accepted = json.as_deref().and_then(pagination::said_size) == LARGE.parse().ok();
    if got > ordinary && got > 100 && !CAPS.contains(&got) {
        return uncapped(Confidence::Confirmed, format!("{got} records when {LARGE} were requested"));
    }
    if accepted {
        return uncapped(Confidence::Firm, format!("the response says that its page size is {LARGE}"));
    }
    if got <= ordinary.max(100) && !CAPS.contains(&got) && got != ordinary { Verdict::TooFew } else { Verdict::Capped }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::scripted::{Said, Scripted};

    fn found(plain: usize, large: usize, said: &str) -> Option<bool> {
        let response = |count: usize, said: &str| {
            let items = vec![r#"{"id":1}"#; count].join(",");
            samples::exchange("/books", 200, &format!(r#"{{"items":[{items}],"meta":{{{said}}}}}"#))
        };
        match judge(&response(plain, ""), &response(large, said), &Location::host()) {
            Verdict::Uncapped(_) => Some(true),
            Verdict::Capped => Some(false),
            Verdict::TooFew => None,
        }
    }

    #[test]
    fn everything_at_once_is_found() {
        assert_eq!(found(20, 731, ""), Some(true));
        assert_eq!(found(20, 34, r#""per_page":100000"#), Some(true));
    }

    #[test]
    fn limits_hold_and_small_collections_say_nothing() {
        assert_eq!(found(20, 100, r#""per_page":100"#), Some(false));
        assert_eq!(found(20, 500, ""), Some(false));
        assert_eq!(found(20, 20, ""), Some(false));
        assert_eq!(found(20, 34, ""), None);
        assert_eq!(found(20, 34, r#""per_page":"100000""#), None, "an echo is text");
    }

    async fn run(large: fn() -> Said) -> crate::scripted::Ran {
        let mut operation = crate::samples::link("limit", "10");
        operation.path = "/items".into();
        operation.source = model::Source::Specification;
        operation.parameters[0].schema = model::Schema::of(model::SchemaType::Integer);
        let script = Scripted::new(move |request, _| match request.target.as_str() {
            target if target.contains("100000") => large(),
            _ => Said::json(200, r#"[{"id":1},{"id":2}]"#),
        });
        script.run(&CHECK, &crate::samples::surface(vec![operation])).await
    }

    fn records(count: usize) -> String {
        format!("[{}]", vec![r#"{"id":1}"#; count].join(","))
    }

    #[tokio::test]
    async fn a_page_that_never_comes_is_no_page() {
        assert_eq!(run(|| Said::json(200, records(101))).await.found.len(), 1);
        assert_eq!(run(|| Said::Nothing).await.end(), &Err(NotTested::NoAnswer));
        assert!(matches!(run(|| Said::html(502, "<h1>Bad Gateway</h1>")).await.end(), Err(NotTested::Inconclusive(_))));
        let page = run(|| Said::html(200, "<p>too many</p>")).await;
        assert!(page.found.is_empty());
    }
}
