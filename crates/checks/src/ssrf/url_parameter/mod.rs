use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Parameter, Rule, Severity,
    Source, Tag,
};

use super::fetches;
use crate::calling::inputs;
use crate::judging::documentation;
use crate::vocabulary::words;
use crate::{Check, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "url-parameter",
    aliases: &[],
    title: "Request parameter takes a URL (SSRF candidate)",
    category: Category::Ssrf,
    severity: Severity::Info,
    cwe: &[918],
    tags: &[Tag::Injection],
    risk: "If the server fetches it, an attacker reaches what only the server can.",
    fix: "Accept a name from a list instead of a URL, or check the host against one.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors {
        on_surface: Some(|probe, found| Box::pin(async move { look(probe, found) })),
        ..Detectors::NONE
    },
    subsumed_by: &["ssrf", "ssrf-in-body", "ssrf-file-scheme", "open-redirect"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Reads the operations; asks nothing.
fn look(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let mut any = false;
    for operation in &probe.surface.operations {
        let exchange = evidence(probe, operation);
        let shows = |e: &Arc<Exchange>| documentation::is_shown(e, &probe.observations.exchanges);
        // A documentation page reads its `url` in the browser.
        if exchange.as_ref().is_some_and(shows) && operation.source != Source::Specification {
            continue;
        }
        // What takes text could take a URL.
        any |= inputs::texts(operation).next().is_some() || operation.body.is_some();
        for (place, name) in urls(operation) {
            any = true;
            if let Some(exchange) = &exchange {
                let evidence = Evidence::new(exchange, format!("{name} of {} takes a URL", operation.name()));
                let location = Location::of(operation).parameter(place, &name);
                found.push(Finding::new(&RULE, Confidence::Tentative, location, evidence));
            }
        }
    }
    if any { Ok(()) } else { Err(NotTested::not_applicable("no parameter or field takes text")) }
}

/// Names of parameters and of body fields that take a URL. The choices of a form are none, whatever they are called.
fn urls(operation: &Operation) -> Vec<(&'static str, String)> {
    let shown =
        |p: &Parameter| p.example.as_deref().is_some_and(|e| e.starts_with("http://") || e.starts_with("https://"));
    let parameters = fetches::parameters(operation)
        .filter(|p| p.schema.enumeration.is_empty())
        .filter(|p| is_called_a_url(&p.name) && !is_jsonp(operation, p) || fetches::is_url(&p.schema) || shown(p))
        .map(|p| (p.place.id(), p.name.clone()));
    let fields = operation.body.iter().flat_map(|body| &body.schema.properties);
    let fields = fetches::body_fields(operation).filter(|name| {
        let schema = fields.clone().find(|(field, _)| field == name).map(|(_, schema)| schema);
        schema.is_some_and(|s| s.enumeration.is_empty() && (is_called_a_url(name) || fetches::is_url(s)))
    });
    parameters.chain(fields.map(|name| ("body", name.clone()))).collect()
}

/// A `callback` of a GET is the name of a function, by which an answer calls it (JSONP).
fn is_jsonp(operation: &Operation, parameter: &Parameter) -> bool {
    operation.method.is_safe() && parameter.name.eq_ignore_ascii_case("callback")
}

/// Whether a name ends in the word: `avatar_url` is one, `url_formatting` is about one.
fn is_called_a_url(name: &str) -> bool {
    const WORDS: [&str; 6] = ["url", "uri", "urls", "uris", "webhook", "callback"];
    words(name.trim_end_matches(|c: char| c.is_ascii_digit() || "[]_-".contains(c)))
        .last()
        .is_some_and(|word| WORDS.contains(&word.as_str()))
}

/// The call of the operation, or the document or page that tells of it.
fn evidence(probe: &TargetProbe<'_>, operation: &Operation) -> Option<Arc<Exchange>> {
    let called = probe.observations.called(probe.surface).find(|(o, _)| std::ptr::eq(*o, operation));
    called.map(|(_, exchange)| Arc::clone(exchange)).or_else(|| {
        let mut told = probe.observations.exchanges.iter().filter(|e| e.is_success());
        told.find(|e| e.text().contains(operation.path.split('{').next().unwrap_or("/")) && operation.path.len() > 1)
            .cloned()
    })
}

#[cfg(test)]
mod tests {
    use model::{Body, Method, ParameterIn, Schema, SchemaType};

    use super::*;
    use crate::samples;

    #[test]
    fn a_url_is_the_last_word_and_no_choice() {
        for name in ["url", "imageUrl", "callback_url", "webhook", "redirect_uri", "url2", "urls[]"] {
            assert!(is_called_a_url(name), "{name}");
        }
        for name in ["url_formatting", "plugin_tracker_url_remover", "curl", "urlencoded", "callback_id", "id"] {
            assert!(!is_called_a_url(name), "{name}");
        }
        let form = |name: &str, enumeration: Vec<serde_json::Value>| {
            let mut schema = Schema::of(SchemaType::Object);
            let property = Schema { enumeration, ..Schema::of(SchemaType::String) };
            schema.properties.insert(name.to_owned(), property);
            let body = Body { media_type: "application/x-www-form-urlencoded".to_owned(), schema, required: true };
            let operation = samples::operation(Method::POST, "/settings");
            urls(&Operation { body: Some(body), source: Source::Form, ..operation }).len()
        };
        assert_eq!(form("avatar_url", Vec::new()), 1);
        assert_eq!(form("show_url", vec!["on".into()]), 0);
        assert_eq!(form("url_formatting", Vec::new()), 0);
        let query = |name: &str, enumeration: Vec<serde_json::Value>| Parameter {
            name: name.to_owned(),
            place: ParameterIn::Query,
            required: false,
            schema: Schema { enumeration, ..Schema::of(SchemaType::String) },
            example: None,
            repeated: false,
        };
        let with = |parameter| Operation {
            parameters: vec![parameter],
            ..Operation::undeclared(Method::GET, "/fetch", Source::Form)
        };
        assert_eq!(urls(&with(query("url", Vec::new()))).len(), 1);
        assert_eq!(urls(&with(query("callback", Vec::new()))).len(), 0, "the name of a function");
        assert_eq!(urls(&with(query("url", vec!["pretty".into(), "full".into()]))).len(), 0);
    }
}
