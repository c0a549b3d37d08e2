use std::collections::BTreeMap;
use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity, Surface, Tag,
};
use serde_json::Value;

use crate::text::set_cookie::cookies_set;
use crate::vocabulary::words;
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins, place};

mod format;
mod php;
mod pickle;

pub(crate) static RULE: Rule = Rule {
    id: "serialized-object-from-client",
    aliases: &[],
    title: "Insecure deserialization of a client-supplied object",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[502],
    tags: &[Tag::Injection],
    risk: "An attacker who sends a crafted object can often run code on the server while it is deserialized.",
    fix: "Send JSON with a signature, and never unpickle or unserialize what a client sent.",
    references: &[
        "https://owasp.org/www-community/vulnerabilities/Deserialization_of_untrusted_data",
        "https://docs.python.org/3/library/pickle.html",
        "https://itsdangerous.palletsprojects.com/en/stable/url_safe/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Deepest level of JSON that is looked at.
const DEEPEST: usize = 8;

/// What clients are given to send back: cookies, hidden fields, the values of links, and texts that are named like a state. A cookie is
/// read again by whoever set it; of the others that is only likely.
fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let clean = || observations.exchanges.iter().filter(|e| e.request.is_clean() && e.response().is_some());
    if clean().next().is_none() {
        return Err(NotTested::NoAnswer);
    }
    for exchange in clean() {
        for cookie in cookies_set(exchange, 0) {
            let at = || Location::host().parameter("cookie", &cookie.name);
            report(found, exchange, &cookie.value, Confidence::Firm, &format!("the cookie {}", cookie.name), at);
        }
        for (name, value) in queried(exchange) {
            let at = || place(surface, exchange).parameter("query", &name);
            report(found, exchange, &value, Confidence::Tentative, &format!("the query parameter {name}"), at);
        }
        if let Some(json) = exchange.json().as_deref().filter(|_| exchange.is_success()) {
            let mut states = Vec::new();
            collect(json, &mut states, 0);
            for (name, value) in states {
                let at = || place(surface, exchange);
                report(found, exchange, value, Confidence::Tentative, &format!("the field {name} of a response"), at);
            }
        }
    }
    let mut pages: BTreeMap<&str, &Arc<Exchange>> = BTreeMap::new();
    for page in clean().filter(|e| e.is_html()) {
        pages.entry(page.request.path()).or_insert(page);
    }
    for form in &surface.forms {
        let Some(page) = pages.get(form.page.as_str()) else { continue };
        let (method, sent_in) = if form.method == "POST" { (Method::POST, "body") } else { (Method::GET, "query") };
        for field in form.fields.iter().filter(|f| f.kind == "hidden") {
            let at = || Location::at(method.clone(), &form.action).parameter(sent_in, &field.name);
            report(found, page, &field.value, Confidence::Tentative, &format!("the hidden field {}", field.name), at);
        }
    }
    Ok(())
}

fn report(
    found: &mut Findings,
    exchange: &Arc<Exchange>,
    value: &str,
    confidence: Confidence,
    holder: &str,
    at: impl Fn() -> Location,
) {
    let Some(format) = format::of(value) else { return };
    let location = at();
    if found.as_slice().iter().any(|f| f.location == location) {
        return;
    }
    let evidence = Evidence::new(exchange, format!("{holder} holds {format}"));
    found.push(Finding::new(&RULE, confidence, location, evidence).hiding(value));
}

/// The values of a request's query: what the target's own links and forms sent.
fn queried(exchange: &Exchange) -> Vec<(String, String)> {
    let query = exchange.request.target.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The texts of an answer whose name says that a client keeps them and sends them back. A serialized value that is merely shown, as some
/// databases store them, is nobody's input.
fn collect<'a>(json: &'a Value, states: &mut Vec<(&'a str, &'a str)>, depth: usize) {
    const KEPT: [&str; 9] =
        ["token", "state", "session", "cookie", "cursor", "continuation", "viewstate", "remember", "ticket"];
    if depth > DEEPEST {
        return;
    }
    match json {
        Value::Array(items) => items.iter().take(20).for_each(|item| collect(item, states, depth + 1)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if words(name).any(|w| KEPT.contains(&w.as_str())) => states.push((name, text)),
                    other => collect(other, states, depth + 1),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use model::{Form, FormField};

    use super::*;
    use crate::samples::{answered, exchange};

    /// `pickle.dumps({"theme": "dark"})`, protocol 4, in Base64.
    const PICKLE: &str = "gASVEwAAAAAAAAB9lIwFdGhlbWWUjARkYXJrlHMu";

    fn finds(surface: &Surface, seen: Arc<Exchange>) -> Vec<(Confidence, String)> {
        let observations = Observations::plainly(Vec::new(), vec![seen]);
        let mut found = Findings::default();
        judge(surface, &observations, &mut found).unwrap();
        let told = |f: Finding| (f.confidence, f.evidence[0].excerpt().to_owned());
        found.into_vec().into_iter().map(told).collect()
    }

    #[test]
    fn what_clients_keep_is_read() {
        let none = Surface::default();
        let cookie = format!("prefs={PICKLE}; Path=/");
        let found = finds(&none, answered("/", 200, &[("Set-Cookie", &cookie)], "<p>"));
        assert_eq!(found[0].0, Confidence::Firm);
        assert!(found[0].1.contains("prefs") && found[0].1.contains("pickle"), "{found:?}");
        let state = |name: &str| exchange("/", 200, &format!("{{\"{name}\": \"{PICKLE}\"}}"));
        assert_eq!(finds(&none, state("next_cursor")).len(), 1);
        assert!(finds(&none, state("thumbnail")).is_empty(), "shown, not kept");
        assert_eq!(finds(&none, exchange(&format!("/list?state={PICKLE}"), 200, "{}")).len(), 1);
        let field = FormField { name: "state".to_owned(), kind: "hidden".to_owned(), value: PICKLE.to_owned() };
        let form = Form {
            page: "/".to_owned(),
            action: "/go".to_owned(),
            method: "POST".to_owned(),
            fields: vec![field],
            ..Form::default()
        };
        let found = finds(&Surface { forms: vec![form], ..Surface::default() }, exchange("/", 200, "<p>"));
        assert_eq!(found[0].0, Confidence::Tentative);
    }

    #[test]
    fn a_signed_cookie_is_no_object() {
        let signed = format!("session={}", crack::flask_session(b"k", r#"{"user_id":7}"#, 1_700_000_000));
        assert!(finds(&Surface::default(), answered("/", 200, &[("Set-Cookie", &signed)], "<p>")).is_empty());
        let around = format!("s={PICKLE}.c2lnbmF0dXJl");
        assert!(finds(&Surface::default(), answered("/", 200, &[("Set-Cookie", &around)], "<p>")).is_empty());
    }
}
