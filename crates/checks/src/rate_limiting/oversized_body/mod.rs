use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Request, Rule, Severity,
    Tag,
};

use crate::calling::request;
use crate::vocabulary;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "oversized-body",
    aliases: &[],
    title: "Missing request body size limit",
    category: Category::RateLimiting,
    severity: Severity::Low,
    cwe: &[770],
    tags: &[Tag::Flask],
    risk: "An attacker with a few clients that send large bodies exhausts the server's memory.",
    fix: "Limit the size of request bodies in the application and at the proxy in front.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        "https://flask.palletsprojects.com/en/stable/web-security/#resource-use",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(4),
    schedule: Schedule::from(model::Depth::Standard),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        // Before Werkzeug 2.3 MAX_CONTENT_LENGTH held for forms only, so the remedy does not work there.
        runs_on: RunsOn { oldest: (2, 3), ..RunsOn::EVERYWHERE },
    },
    ..Check::of(&RULE)
};

const LARGE: usize = 8 << 20;

/// Sends JSON that cannot be parsed, small and then large, so that nothing is stored either way.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    const TRIES: usize = 2;
    for operation in probe.surface.operations.iter().filter(|o| takes_json(o)).take(TRIES) {
        let small = probe.response_to(broken(probe, operation, 1)).await?;
        if !matches!(small.status(), 400 | 422) {
            continue;
        }
        let large = probe.send(broken(probe, operation, LARGE)).await?;
        found.extend(judge(&small, &large, Location::of(operation)));
        return Ok(());
    }
    Err(NotTested::inconclusive("no operation returned 400 for malformed JSON"))
}

/// A declared JSON body, no security to stop it before it is read, and a name that does no harm. PUT without an object would replace
/// the one thing there is.
fn takes_json(operation: &Operation) -> bool {
    operation.method == Method::POST
        && operation.body.as_ref().is_some_and(|b| b.media_type.contains("json"))
        && !operation.declares_security()
        && !operation.path.contains('{')
        && !vocabulary::looks_destructive(operation)
}

fn broken(probe: &TargetProbe<'_>, operation: &Operation, length: usize) -> Request {
    let mut body = String::with_capacity(length + 8);
    body.push_str("{\"a\": \"");
    body.extend(std::iter::repeat_n('a', length));
    request::build(operation, probe.surface, probe.target, &[])
        .anonymous()
        .altered("body", "", &format!("unfinished JSON of {length} bytes"))
        .body("application/json", body)
        .fresh()
}

/// The same refusal for the large one means that it was read to the end; 413 or a closed connection, that it was not.
fn judge(small: &Arc<Exchange>, large: &Arc<Exchange>, location: Location) -> Option<Finding> {
    let same = matches!(small.status(), 400 | 422) && large.status() == small.status();
    let by_size = ["too large", "too big", "exceed", "maximum"];
    let text = large.text().to_ascii_lowercase();
    let refused =
        by_size.iter().any(|word| text.contains(word)) && !small.text().to_ascii_lowercase().contains("exceed");
    (same && !refused).then(|| {
        let said = format!(
            "{} MiB of unfinished JSON were read before they were refused with {}",
            LARGE >> 20,
            large.status()
        );
        let control = Evidence::new(small, format!("{} for a few bytes of it", small.status()));
        Finding::new(&RULE, Confidence::Tentative, location, Evidence::new(large, &said)).also(control).detail(said)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;
    use crate::scripted::{Said, Scripted};

    #[test]
    fn only_the_same_refusal_says_that_it_was_read() {
        let found = |small: u16, large: (u16, &str)| {
            judge(&exchange("/x", small, "{}"), &exchange("/x", large.0, large.1), Location::host()).is_some()
        };
        assert!(found(400, (400, "{}")));
        assert!(!found(400, (413, "{}")));
        assert!(!found(400, (400, r#"{"error":"body too large"}"#)));
        assert!(!found(401, (401, "{}")));
    }

    async fn run(large: fn() -> Said) -> crate::scripted::Ran {
        let body = model::Body {
            media_type: "application/json".to_owned(),
            schema: model::Schema::of(model::SchemaType::Object),
            required: true,
        };
        let operation = Operation { body: Some(body), ..crate::samples::operation(model::Method::POST, "/notes") };
        let script =
            Scripted::new(move |request, _| if request.body.len() > 1_000 { large() } else { Said::json(400, "{}") });
        script.run(&CHECK, &crate::samples::surface(vec![operation])).await
    }

    #[tokio::test]
    async fn a_closed_connection_is_a_limit() {
        let closed = run(|| Said::Nothing).await;
        assert!(closed.found.is_empty() && closed.sent.len() == 2);
        assert_eq!(run(|| Said::json(400, "{}")).await.found.len(), 1);
        assert!(run(|| Said::json(429, "{}")).await.found.is_empty());
        assert!(run(|| Said::html(413, "<h1>Request Entity Too Large</h1>")).await.found.is_empty());
    }
}
