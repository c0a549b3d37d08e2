use std::collections::BTreeSet;
use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Rule, Severity, Source,
    Surface,
};

use crate::judging::access;
use crate::vocabulary::{self, Meaning};
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "state-change-over-get",
    aliases: &[],
    title: "A GET without credentials seems to change data",
    category: Category::Bfla,
    severity: Severity::Medium,
    cwe: &[650, 352],
    tags: &[],
    risk: "A crawler, a link preview or an image tag on any page can reset, create or delete data.",
    fix: "Let only POST, PUT, PATCH and DELETE change anything, with credentials.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
        "https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(on_end), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Words that would also name the page with the form, or do no harm.
const HARMLESS: [&str; 8] = ["logout", "signout", "unsubscribe", "install", "revoke", "rotate", "buy", "toggle"];

/// What a caller keeps for himself: cookies and settings of his own browser. Deleting those harms nobody else.
const OWN: [&str; 13] = [
    "cookie",
    "cookies",
    "session",
    "preference",
    "preferences",
    "prefs",
    "language",
    "locale",
    "lang",
    "theme",
    "consent",
    "flash",
    "filters",
];

/// Words that name no page: a link to one of them does it.
const BLUNT: [&str; 10] =
    ["delete", "drop", "purge", "flush", "wipe", "truncate", "destroy", "shutdown", "restart", "reboot"];

fn on_end(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let witness = access::witness(observations).ok_or(NotTested::NoAnswer)?;
    let all = surface.operations.iter().chain(&surface.acting_links);
    // Samples of code and `robots.txt` name what is not there, and OPTIONS tells.
    let missing = observations.exchanges.iter().filter(|exchange| matches!(exchange.status(), 404 | 410));
    let missing: BTreeSet<&str> = missing.map(|exchange| exchange.request.path()).collect();
    let written = written(&surface.operations);
    let all = all.filter(|operation| !missing.contains(operation.path.as_str()));
    found.extend(all.filter_map(|o| judge(o, &written, witness)));
    Ok(())
}

/// The paths that are written to, without a slash at their end.
fn written(operations: &[Arc<Operation>]) -> BTreeSet<&str> {
    let writes = operations.iter().filter(|operation| !operation.method.is_safe());
    writes.map(|operation| operation.path.trim_end_matches('/')).collect()
}

/// By name alone: such an operation is never called. `written`: paths that other methods than GET write to.
fn judge(operation: &Operation, written: &BTreeSet<&str>, witness: &Arc<Exchange>) -> Option<Finding> {
    if operation.method != Method::GET || operation.declares_security() {
        return None;
    }
    let word = vocabulary::destructive_word(operation).filter(|word| !HARMLESS.contains(&word.as_str()))?;
    let acting = vocabulary::acting_parameter(operation).map(|(parameter, _)| parameter);
    let query = acting.map_or_else(String::new, |p| format!("?{}={}", p.name, p.example.as_deref().unwrap_or("")));
    if is_own(&format!("{}{query}", operation.path)) {
        return None;
    }
    // A page with a form has the same path as what the form is sent to; a link with a query is no form.
    let has_form = acting.is_none() && written.contains(operation.path.trim_end_matches('/'));
    let is_page = operation.responses.iter().any(|r| r.media_type.as_deref() == Some("text/html"));
    let declared = operation.source == Source::Specification;
    let blunt = BLUNT.iter().any(|blunt| word.starts_with(blunt));
    if has_form || is_page || !declared && !blunt {
        return None;
    }
    let said = format!("{}{query} says '{word}' and asks for no credentials; it was not called", operation.name());
    let whole = Location::of(operation);
    let location = acting.map_or(whole.clone(), |parameter| whole.parameter(parameter.place.id(), &parameter.name));
    // What was never called is never more than a hint.
    Some(Finding::new(&RULE, Confidence::Tentative, location, Evidence::new(witness, &said)).detail(said))
}

/// Whether the path is about what the caller's own browser keeps, and not about everybody's, or one that an id names.
fn is_own(path: &str) -> bool {
    const EVERYBODYS: [&str; 3] = ["all", "users", "everyone"];
    let all: Vec<String> = vocabulary::words(path).collect();
    let any = |list: &[&str]| all.iter().any(|word| list.contains(&word.as_str()));
    any(&OWN) && !any(&EVERYBODYS) && !path.contains('{') && !vocabulary::says(path, Meaning::Admin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(path: &str, source: Source, other: Option<Operation>) -> Option<Confidence> {
        let operation = Operation { source, ..samples::operation(Method::GET, path) };
        let all: Vec<Arc<Operation>> = other.into_iter().map(Arc::new).collect();
        judge(&operation, &written(&all), &samples::exchange("/openapi.json", 200, "{}")).map(|f| f.confidence)
    }

    #[test]
    fn names_that_change_data_are_found() {
        assert_eq!(found("/reset-db", Source::Specification, None), Some(Confidence::Tentative));
        assert_eq!(found("/books/{id}/delete", Source::Link, None), Some(Confidence::Tentative));
    }

    #[test]
    fn a_link_that_acts_by_its_query_is_named_with_it() {
        let link = samples::link("action", "delete");
        let page = [Arc::new(samples::operation(Method::GET, "/")), Arc::new(samples::operation(Method::POST, "/"))];
        let finding = judge(&link, &written(&page), &samples::exchange("/", 200, "")).unwrap();
        assert!(finding.detail.starts_with("GET /?action=delete says 'delete'"), "{}", finding.detail);
        assert_eq!(finding.location.part().unwrap().name, "action");
    }

    #[test]
    fn ones_own_cookies_and_settings_are_ones_own() {
        for path in ["/cookies/delete", "/session/clear", "/preferences/reset", "/theme/reset", "/clearCookies"] {
            assert_eq!(found(path, Source::Specification, None), None, "{path}");
        }
        for path in ["/sessions/{id}/delete", "/admin/sessions/purge", "/session/clear-all", "/cache/clear"] {
            assert_eq!(found(path, Source::Specification, None), Some(Confidence::Tentative), "{path}");
        }
    }

    #[test]
    fn pages_with_forms_and_harmless_names_are_not() {
        assert_eq!(found("/posts/create", Source::Link, None), None);
        assert_eq!(found("/reset", Source::Specification, Some(samples::operation(Method::POST, "/reset"))), None);
        assert_eq!(found("/logout", Source::Specification, None), None);
        assert_eq!(found("/presets", Source::Specification, None), None);
        let mut secured = samples::operation(Method::GET, "/cache/flush");
        secured.security = Some(vec![vec!["token".to_owned()]]);
        assert!(judge(&secured, &BTreeSet::new(), &samples::exchange("/", 200, "{}")).is_none());
    }
}
