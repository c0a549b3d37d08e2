use std::sync::LazyLock;

use model::{
    Category, Confidence, Evidence, Finding, Location, NotTested, Operation, Parameter, ParameterIn, Rule,
    SecurityScheme, Severity, Source, Surface,
};
use regex::Regex;

use super::{authorization, query_credential};
use crate::judging::access;
use crate::vocabulary::fields::{self, Holds};
use crate::{Check, Cost, Detectors, Findings, Observations, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "api-key-in-query",
    aliases: &[],
    title: "API key or token accepted in the query string",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[598],
    tags: &[],
    risk: "Anyone who can read server logs, browser history or Referer headers obtains the key and acts with it.",
    fix: "Accept keys and tokens in a header only.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6750#section-2.3",
        "https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(query_credential::REQUESTS),
    schedule: Schedule::sharing(authorization::SHARES),
    detectors: Detectors {
        on_end: Some(judge),
        on_surface: Some(|probe, found| Box::pin(query_credential::probe(probe, found, &RULE))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let clean = || observations.exchanges.iter().filter(|e| e.request.is_clean() && e.response().is_some());
    let Some(any) = clean().next() else { return Err(NotTested::NoAnswer) };
    let schemes = surface.specification.iter().flat_map(|facts| facts.security_schemes.values());
    for scheme in schemes {
        if let SecurityScheme::ApiKey { place: ParameterIn::Query, name } = scheme {
            let evidence =
                Evidence::new(any, format!("the API description declares an API key in the query parameter {name}"));
            found.push(Finding::new(&RULE, Confidence::Firm, Location::host().parameter("query", name), evidence));
        }
    }
    for operation in &surface.operations {
        for parameter in
            operation.parameters_in(ParameterIn::Query).filter(|p| is_key(&p.name) && !is_filter(operation, p, surface))
        {
            let seen = clean().find(|e| e.request.path() == operation.path).unwrap_or(any);
            let location = Location::of(operation).parameter("query", &parameter.name);
            let evidence =
                Evidence::new(seen, format!("{} takes the query parameter {}", operation.name(), parameter.name));
            found.push(Finding::new(&RULE, Confidence::Firm, location, evidence));
        }
    }
    for exchange in clean().filter(|e| matches!(e.status(), 400 | 401 | 403 | 422) && e.body_len() < 4_000) {
        if let Some(message) = admission(&exchange.text()) {
            let location = Location::at(exchange.request.method.clone(), exchange.request.path());
            found.push(Finding::new(&RULE, Confidence::Firm, location, Evidence::new(exchange, message)));
        }
    }
    let parameters = surface.operations.iter().any(|o| o.parameters_in(ParameterIn::Query).next().is_some());
    if !found.is_empty() || parameters || access::is_guarded_somewhere(surface, observations) {
        Ok(())
    } else {
        Err(NotTested::not_applicable("no operation requires credentials, and no parameter is taken from the URL"))
    }
}

/// Names of keys and tokens; a `token` or `_token` alone may be anything, such as the page of a list.
fn is_key(name: &str) -> bool {
    let bare = name.trim_matches(|c: char| !c.is_alphanumeric());
    fields::holds(name, Holds::Token) && !bare.eq_ignore_ascii_case("token") || name.eq_ignore_ascii_case("jwt")
}

/// Whether an optional parameter of an operation that is guarded by another credential, as the document says, chooses what is shown.
fn is_filter(operation: &Operation, parameter: &Parameter, surface: &Surface) -> bool {
    let in_query = |name: &String| {
        let scheme = surface.specification.as_ref().and_then(|facts| facts.security_schemes.get(name));
        matches!(scheme, Some(SecurityScheme::ApiKey { place: ParameterIn::Query, .. }))
    };
    let guarded = operation.declares_security() && !operation.security.iter().flatten().flatten().any(in_query);
    guarded && operation.source == Source::Specification && !parameter.required
}

/// The part of a refusal that says a key or token may stand in the URL.
fn admission(text: &str) -> Option<String> {
    static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)[?&](?:api[_-]?key|apikey|access[_-]?token|auth[_-]?token|jwt)=[^\s\x22<]{0,40}|missing jwt in [a-z, ]*query_string[a-z, ]*|(?:api key|token)\b[^.\x22<]{0,60}\b(?:query (?:string|parameter)|url parameter)").ok()
    });
    SHAPE.as_ref()?.find(text).map(|hit| hit.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn without_credentials_and_parameters_there_is_nothing_to_look_at() {
        let looked = |status: u16| {
            let observations = Observations::plainly(Vec::new(), vec![exchange("/", status, "{}")]);
            judge(&Surface::default(), &observations, &mut Findings::default()).is_ok()
        };
        assert!(looked(401) && !looked(200));
    }

    #[test]
    fn a_filter_of_a_guarded_operation_is_no_key() {
        let found = |security: Option<Vec<Vec<String>>>| {
            let parameters =
                vec![Parameter { example: None, ..crate::samples::link("apikey", "x").parameters.remove(0) }];
            let usage = Operation { security, parameters, ..crate::samples::operation(model::Method::GET, "/usage") };
            let observations = Observations::plainly(vec![None], vec![exchange("/usage", 401, "{}")]);
            let mut found = Findings::default();
            judge(&crate::samples::surface(vec![usage]), &observations, &mut found).unwrap();
            found.into_vec().len()
        };
        assert_eq!(found(Some(vec![vec!["token".to_owned()]])), 0);
        assert_eq!(found(None), 1);
    }

    #[test]
    fn messages_that_admit_it() {
        for text in
            ["use ?api_key=KEY", "Missing JWT in headers, cookies or query_string", "API key missing in query string"]
        {
            assert!(admission(text).is_some(), "{text}");
        }
        for text in ["Missing JWT in headers or cookies", "missing X-API-Key header", "invalid query string", "?page=2"]
        {
            assert!(admission(text).is_none(), "{text}");
        }
        assert!(
            is_key("api_key") && is_key("access_token") && !is_key("token") && !is_key("key") && !is_key("page_token")
        );
        assert!(!is_key("_token") && is_key("_access_token"), "`_token` continues a list at Kinto's kind of API");
    }
}
