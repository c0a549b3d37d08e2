use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Rule, Severity, Surface,
};
use serde_json::Value;

use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::judging::{access, body_meaning, documentation, soft_404};
use crate::vocabulary::{self, List, fields};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "operation-without-credentials",
    aliases: &[],
    title: "Missing authentication: declared security is not enforced",
    category: Category::Authentication,
    severity: Severity::High,
    cwe: &[306, 862],
    tags: &[],
    risk: "An unauthenticated client reads data that the OpenAPI document says is protected.",
    fix: "Check credentials before every view, and list the public ones.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/",
        "https://spec.openapis.org/oas/v3.1.0.html#security-requirement-object",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(2),
    detectors: Detectors {
        applies: |operation, surface| operation.method == Method::GET && requires_credentials(operation, surface),
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

/// Whether the document declares credentials that a client could send. A requirement that names no declared scheme is a slip of the
/// document, often a copied one: it protects nothing and promises nothing, and the OpenAPI specification forbids it.
fn requires_credentials(operation: &Operation, surface: &Surface) -> bool {
    let declared =
        |name: &String| surface.specification.as_ref().is_some_and(|s| s.security_schemes.contains_key(name));
    let alternatives = operation.security.iter().flatten();
    operation.declares_security() && alternatives.flatten().any(declared)
}

async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let mut request = probe.request().anonymous();
    // A document may declare the header itself as a parameter, with an example for a value.
    request.headers.retain(|(name, _)| {
        !["authorization", "x-api-key", "api-key", "cookie"].contains(&name.to_ascii_lowercase().as_str())
    });
    let anonymous = probe.response_to(request).await?;
    match shown(&anonymous) {
        Shown::Data => {}
        Shown::Refusal => return access::is_kept_out(&anonymous),
        Shown::Nothing => {
            return Err(NotTested::inconclusive("a response without credentials, but with nothing in it"));
        }
    }
    if is_public_by_design(probe.operation, &anonymous) {
        return Err(NotTested::inconclusive(
            "what it shows is public by its kind: a page, documentation, or how the service is",
        ));
    }
    let missing = probe.missing_beside(anonymous.request.path()).await?;
    if !tells_apart(&missing, &anonymous) {
        return Err(NotTested::inconclusive("a path that does not exist is served as well"));
    }
    let known = probe.plain().ok().filter(|plain| plain.request.identity.is_some() && plain.is_success());
    found.push(finding(probe.location(), &anonymous, known));
    Ok(())
}

fn finding(location: Location, anonymous: &Arc<Exchange>, known: Option<&Arc<Exchange>>) -> Finding {
    let evidence = Evidence::new(anonymous, format!("{} with data and without credentials", anonymous.status()));
    match known.filter(|known| ResponseFingerprint::plain(known) == ResponseFingerprint::plain(anonymous)) {
        Some(known) => {
            let control = Evidence::new(known, "the same answer with credentials");
            Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control)
        }
        None => Finding::new(&RULE, Confidence::Firm, location, evidence),
    }
}

/// Whether a requirement that a document makes for all operations at once hardly means this one: pages for people, documentation, and
/// what says how the service is.
fn is_public_by_design(operation: &Operation, response: &Exchange) -> bool {
    let last = vocabulary::collection(&operation.path).to_ascii_lowercase();
    let declares_pages = operation.responses.iter().any(|r| r.media_type.as_deref() == Some("text/html"));
    List::Public.has(&last)
        || documentation::is_page(response)
        || response.is_html()
            && (last.is_empty() || !declares_pages && operation.responses.iter().any(|r| r.media_type.is_some()))
}

/// Whether the server refuses what does not exist, or at least answers it with a page where the operation has JSON: who answers
/// everything shows no data by it.
fn tells_apart(missing: &Exchange, anonymous: &Exchange) -> bool {
    let is_json = |exchange: &Exchange| exchange.json().is_some();
    match missing.status() {
        200..=299 => is_json(anonymous) && !is_json(missing) && !soft_404::alike(missing, anonymous),
        300..=499 => true,
        _ => false,
    }
}

/// What an answer shows to somebody without credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Status 2xx with something in it.
    Data,
    /// Another status, an error in disguise, or a page to log in on.
    Refusal,
    /// Status 2xx with nothing in it.
    Nothing,
}

fn shown(exchange: &Exchange) -> Shown {
    if !exchange.is_success() {
        return Shown::Refusal;
    }
    if exchange.body_len() == 0 {
        return Shown::Nothing;
    }
    if body_meaning::refuses(exchange) {
        return Shown::Refusal;
    }
    let data_if = |holds| if holds { Shown::Data } else { Shown::Nothing };
    match exchange.json().as_deref() {
        Some(Value::Object(object)) => {
            const REFUSALS: [&str; 5] = ["error", "errors", "detail", "msg", "message"];
            let refusal = object.keys().all(|key| {
                REFUSALS.contains(&key.as_str()) || ["status", "code", "success", "ok"].contains(&key.as_str())
            });
            if refusal && !object.is_empty() {
                return Shown::Refusal;
            }
            data_if(!body_meaning::says_nothing(object))
        }
        Some(other) => data_if(!fields::is_empty(other)),
        None => {
            let text = exchange.text().to_ascii_lowercase();
            let shell = ["type=\"password\"", "type=password", "<div id=\"root\""];
            if exchange.is_html() && shell.iter().any(|mark| text.contains(mark)) {
                return Shown::Refusal;
            }
            Shown::Data
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{exchange, operation, surface};

    #[test]
    fn only_declared_schemes_can_be_asked_for() {
        let asks = |security: Option<Vec<Vec<&str>>>| {
            let security =
                security.map(|all| all.iter().map(|a| a.iter().map(|n| (*n).to_owned()).collect()).collect());
            let operation = Operation { security, ..operation(Method::GET, "/orders") };
            requires_credentials(&operation, &surface(Vec::new()))
        };
        assert!(asks(Some(vec![vec!["token"]])) && asks(Some(vec![vec!["other"], vec!["token"]])));
        assert!(!asks(Some(vec![vec!["other"]])), "no scheme of this name is declared");
        assert!(!asks(Some(vec![vec!["token"], vec![]])) && !asks(Some(vec![])) && !asks(None));
    }

    #[test]
    fn data_and_what_only_looks_like_it() {
        let shown = |status, body: &str| shown(&exchange("/orders", status, body));
        for body in [r#"[{"id":1}]"#, r#"{"id":1,"name":"x"}"#] {
            assert_eq!(shown(200, body), Shown::Data, "{body}");
        }
        for (status, body) in [(200, "[]"), (200, "{}"), (204, ""), (200, r#"{"id":null,"anonymous":true}"#)] {
            assert_eq!(shown(status, body), Shown::Nothing, "{body}");
        }
        let disguised = (200, r#"{"error":"unauthorized"}"#);
        let coded = (200, r#"{"code":401,"message":"Unauthorized, please sign in","data":null}"#);
        for (status, body) in
            [disguised, coded, (401, r#"[{"id":1}]"#), (200, r#"<form><input type="password"></form>"#)]
        {
            assert_eq!(shown(status, body), Shown::Refusal, "{body}");
        }
    }

    #[test]
    fn documentation_and_health_are_for_everybody() {
        let public =
            |path: &str, body: &str| is_public_by_design(&operation(Method::GET, path), &exchange(path, 200, body));
        assert!(public("/", "<html><title>API</title><p>Welcome</p></html>") && public("/health", "{}"));
        assert!(public("/manual", "<html><script src=/swagger-ui-bundle.js></script></html>"));
        assert!(!public("/orders", r#"[{"id":1}]"#) && !public("/orders", "<table><tr><td>7</td></tr></table>"));
    }

    #[test]
    fn a_server_that_answers_everything_shows_nothing() {
        let data = exchange("/orders", 200, r#"[{"id":1}]"#);
        assert!(tells_apart(&exchange("/x", 404, "{}"), &data) && tells_apart(&exchange("/x", 200, "<p>app"), &data));
        assert!(!tells_apart(&exchange("/x", 200, r#"{"path":"/x"}"#), &data));
        assert!(!tells_apart(&exchange("/x", 500, "{}"), &data));
        assert!(!tells_apart(&exchange("/x", 200, "<p>x"), &exchange("/orders", 200, "<p>y")));
    }

    #[test]
    fn the_same_answer_with_credentials_confirms() {
        let (one, other) = (exchange("/orders", 200, r#"[{"id":1}]"#), exchange("/orders", 200, r#"[{"id":2}]"#));
        assert_eq!(finding(Location::host(), &one, Some(&one)).confidence, Confidence::Confirmed);
        assert_eq!(finding(Location::host(), &one, Some(&other)).confidence, Confidence::Firm);
    }
}
