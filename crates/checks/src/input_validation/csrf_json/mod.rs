use std::sync::Arc;

use model::{
    Body, Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Rule, Severity, Tag,
};

use super::cookie_session;
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "csrf-json",
    aliases: &[],
    title: "CSRF in a JSON endpoint: form content types are accepted",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[352],
    tags: &[Tag::Flask, Tag::Misconfiguration],
    risk: "Another site can call this endpoint in the name of a signed-in visitor, without a preflight.",
    fix: "Accept application/json only, and reject bodies of every other content type.",
    references: &[
        "https://owasp.org/www-community/attacks/csrf",
        "https://flask.palletsprojects.com/en/stable/api/#flask.Request.get_json",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(3),
    detectors: Detectors {
        applies: |operation, _| takes_json(operation),
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

fn takes_json(operation: &Operation) -> bool {
    let json = |body: &Body| body.media_type.ends_with("json");
    ["POST", "PUT", "PATCH"].contains(&operation.method.as_str()) && operation.body.as_ref().is_some_and(json)
}

/// JSON that no endpoint which expects an object can act on.
const NUMBER: &str = "7";

/// A body that is no JSON, once as JSON and once as plain text: whoever looks at the type first refuses the second with 415. Werkzeug
/// before 2.3 answers 400 in either case; where it may be that one, a number as plain text has to be answered otherwise than the
/// broken body was, which shows that plain text is parsed.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(confidence) = cookie_session::carried(probe) else {
        return Err(NotTested::not_applicable("no cookie that other sites' forms would carry was seen"));
    };
    let of = |media: &str, body: &str| {
        probe.request_to_change(probe.operation, &[]).body(media, body).altered("body", "", body)
    };
    let json = probe.send(of("application/json", "{")).await?;
    if json.status() != 400 && json.status() != 422 {
        return Err(NotTested::inconclusive("a broken JSON body is not refused as such"));
    }
    let text = probe.send(of("text/plain", "{")).await?;
    let known = probe.surface.version_of("Werkzeug").is_some_and(is_telling);
    let confidence = if known || probe.surface.shows_flask() { confidence } else { Confidence::Tentative };
    let Some(finding) = judge(&json, &text, confidence, probe.location()) else { return Ok(()) };
    if known || !probe.surface.shows_flask() {
        found.push(finding);
        return Ok(());
    }
    let number = probe.send(of("text/plain", NUMBER)).await?;
    if !was_parsed(&text, &number) {
        return Err(NotTested::inconclusive(
            "Werkzeug before 2.3 responds alike to the wrong type and to the wrong body",
        ));
    }
    found.push(finding.also(Evidence::new(&number, "another answer to a number as text/plain")));
    Ok(())
}

/// Werkzeug 2.3 and later.
fn is_telling(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (2, 3)
}

/// The plain text is parsed when it fails exactly as the JSON did.
fn judge(json: &Arc<Exchange>, text: &Arc<Exchange>, confidence: Confidence, location: Location) -> Option<Finding> {
    if ResponseFingerprint::plain(json) != ResponseFingerprint::plain(text) {
        return None;
    }
    let evidence = Evidence::new(text, format!("{} for a broken body as text/plain: it was parsed", text.status()));
    let control = Evidence::new(json, "the same answer as for the broken body as application/json");
    Some(Finding::new(&RULE, confidence, location, evidence).also(control))
}

/// Whether the application, and no limit or firewall, answers otherwise to a number than to a broken body of the same type.
fn was_parsed(broken: &Exchange, number: &Exchange) -> bool {
    let by_application = number.is_success() || matches!(number.status(), 400 | 422 | 500);
    by_application && ResponseFingerprint::plain(number) != ResponseFingerprint::plain(broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn another_answer_to_another_type_is_a_refusal() {
        let json = exchange("/", 400, "<p>bad request</p>");
        let judge = |status: u16| {
            judge(&json, &exchange("/", status, "<p>bad request</p>"), Confidence::Firm, Location::host())
        };
        assert!(judge(400).is_some());
        assert!(judge(415).is_none() && judge(500).is_none());
        let text = exchange("/", 400, "<p>bad request</p>");
        assert!(was_parsed(&text, &exchange("/", 500, "<p>error</p>")));
        assert!(was_parsed(&text, &exchange("/", 400, r#"{"error": "an object is expected"}"#)));
        assert!(!was_parsed(&text, &exchange("/", 400, "<p>bad request</p>")));
        assert!(!was_parsed(&text, &exchange("/", 429, "<p>slow down</p>")));
        assert!(is_telling("3.1.9") && is_telling("2.3.0") && !is_telling("2.2.3"));
    }
}
