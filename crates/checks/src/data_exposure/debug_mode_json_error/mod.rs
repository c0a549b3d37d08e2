use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Request, Rule, Severity,
    Surface, Tag,
};

use crate::calling::request;
use crate::vocabulary;
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "debug-mode-json-error",
    aliases: &[],
    title: "Flask debug mode revealed by the error for malformed JSON",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[489, 209],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An attacker can raise exceptions past the application's error handlers, and the interactive debugger is one setting away.",
    fix: "Unset FLASK_DEBUG and the setting DEBUG in production.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/config/#DEBUG",
        "https://flask.palletsprojects.com/en/stable/api/#flask.Request.on_json_loading_failure",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(MOST as u32 + 1),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    subsumed_by: &["werkzeug-debugger", "debug-mode"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Operations that get the broken body.
const MOST: usize = 2;

/// A body that no parser accepts, so that no view goes on with it.
const BROKEN: &str = "{";

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if !probe.surface.may_be_flask() {
        return Err(NotTested::not_applicable("the target is not a Flask application"));
    }
    let takers = takers(probe.surface);
    if takers.is_empty() {
        return Err(NotTested::not_applicable("no operation that takes JSON is known"));
    }
    let mut learned = false;
    for operation in takers {
        let response = match probe.response_to(broken(probe, operation)).await {
            Err(NotTested::ForeignObject) => continue,
            other => other?,
        };
        if quotes_the_parser(&response) {
            let options = Operation { method: Method::OPTIONS, body: None, ..operation.clone() };
            let options = probe.response_to(request::build(&options, probe.surface, probe.target, &[])).await?;
            if !is_flask(probe.surface, &options) {
                return Err(NotTested::inconclusive("Werkzeug without Flask says the same in any mode"));
            }
            let evidence = Evidence::new(&response, "400 that quotes the parser: Failed to decode JSON object");
            let control = Evidence::new(&options, "the same path's answer to OPTIONS, by which Flask shows");
            found.push(Finding::new(&RULE, Confidence::Confirmed, Location::host(), evidence).also(control));
            return Ok(());
        }
        learned |= is_guarded(&response);
    }
    if learned {
        Ok(())
    } else {
        Err(NotTested::inconclusive("no operation responded to malformed JSON in Flask's words"))
    }
}

/// The operations that are likeliest to read JSON: a declared body, then one object path fewer. Those that a document says take
/// something else, and those whose name says that they do harm, are left alone.
fn takers(surface: &Surface) -> Vec<&Operation> {
    let mut takers: Vec<&Operation> =
        surface.operations.iter().map(AsRef::as_ref).filter(|o| may_take_json(o)).collect();
    takers.sort_by_key(|o| (o.body.is_none(), o.path.parameters().count()));
    takers.truncate(MOST);
    takers
}

fn may_take_json(operation: &Operation) -> bool {
    matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH")
        && operation.body.as_ref().is_none_or(|body| body.media_type.contains("json"))
        && !vocabulary::looks_destructive(operation)
}

fn broken(probe: &TargetProbe<'_>, operation: &Operation) -> Request {
    probe.request_to_change(operation, &[]).body("application/json", BROKEN).altered("body", "", BROKEN)
}

/// What the parser said, in the sentence that Werkzeug puts it in. Flask hides it unless the mode is on.
fn quotes_the_parser(response: &Exchange) -> bool {
    response.status() == 400 && response.text().contains("Failed to decode JSON object: ")
}

/// What Flask says instead when the mode is off.
fn is_guarded(response: &Exchange) -> bool {
    const WORDS: &str = "The browser (or proxy) sent a request that this server could not understand.";
    response.status() == 400 && response.text().contains(WORDS)
}

/// Whether it is Flask that quotes the parser: Werkzeug without it never hides what the parser said. Flask answers OPTIONS by itself.
fn is_flask(surface: &Surface, options: &Exchange) -> bool {
    let answers_options = options.is_success()
        && options.body_len() == 0
        && options.header("allow").is_some_and(|methods| methods.contains("OPTIONS"));
    surface.has("Flask") || answers_options
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::samples::{answered, exchange, operation};

    const SAYS: &str = "<p>Failed to decode JSON object: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)</p>";

    #[test]
    fn only_the_sentence_in_a_refusal_counts() {
        assert!(quotes_the_parser(&exchange("/items", 400, SAYS)));
        assert!(!quotes_the_parser(&exchange("/items", 200, SAYS)));
        let guarded = "<p>The browser (or proxy) sent a request that this server could not understand.</p>";
        assert!(!quotes_the_parser(&exchange("/items", 400, guarded)) && is_guarded(&exchange("/items", 400, guarded)));
        for other in
            [r#"{"error": "invalid JSON: {"}"#, r#"{"message": "Expecting property name enclosed in double quotes"}"#]
        {
            assert!(
                !quotes_the_parser(&exchange("/items", 400, other)) && !is_guarded(&exchange("/items", 400, other))
            );
        }
    }

    #[test]
    fn werkzeug_alone_is_no_proof() {
        let automatic = answered("/items", 200, &[("Allow", "POST, OPTIONS"), ("Content-Type", "text/html")], "");
        let refused = answered("/items", 405, &[("Allow", "POST")], "<p>no</p>");
        let flask = model::Technology { name: "Flask".to_owned(), version: None, evidence: String::new() };
        let flask = Surface { technologies: vec![flask], ..Surface::default() };
        assert!(is_flask(&Surface::default(), &automatic) && is_flask(&flask, &refused));
        assert!(!is_flask(&Surface::default(), &refused));
    }

    #[test]
    fn harmless_takers_of_json_come_first() {
        let of = |method: Method, path: &str| Arc::new(operation(method, path));
        let surface = Surface {
            operations: vec![
                of(Method::POST, "/items/{id}/notes"),
                of(Method::DELETE, "/items/{id}"),
                of(Method::POST, "/reset"),
                of(Method::POST, "/items"),
                of(Method::GET, "/items"),
            ]
            .into(),
            ..Surface::default()
        };
        let paths: Vec<&str> = takers(&surface).into_iter().map(|o| o.path.as_str()).collect();
        assert_eq!(paths, ["/items", "/items/{id}/notes"]);
    }
}
