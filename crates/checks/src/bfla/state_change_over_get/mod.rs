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
    title: "State-changing operation declared as GET without security",
    category: Category::Bfla,
    severity: Severity::Medium,
    cwe: &[650, 352],
    tags: &[],
    risk: "An attacker who places a link or an image tag on any page can reset, create or delete data.",
    fix: "Change state with POST, PUT, PATCH or DELETE only, and require credentials.",
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

fn on_end(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let witness = access::witness(observations).ok_or(NotTested::NoAnswer)?;
    let all = surface.operations.iter();
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

/// By what the document says of the operation, which is never called. What a path or a link is called may be the page that asks first.
/// `written`: paths that other methods than GET write to.
fn judge(operation: &Operation, written: &BTreeSet<&str>, witness: &Arc<Exchange>) -> Option<Finding> {
    let declared = operation.method == Method::GET && operation.source == Source::Specification;
    if !declared || operation.declares_security() || is_own(&operation.path) || is_trial(operation) {
        return None;
    }
    let has_form = written.contains(operation.path.trim_end_matches('/'));
    let is_page = operation.responses.iter().any(|r| r.media_type.as_deref() == Some("text/html"));
    if has_form || is_page {
        return None;
    }
    let said = if vocabulary::summary_acts(&operation.summary) || acts_on_what_is_shared(&operation.summary) {
        let summary = operation.summary.lines().next().unwrap_or_default();
        format!("The document says of {}: \"{summary}\".", operation.name())
    } else {
        let word = vocabulary::destructive_word(operation).filter(|word| !HARMLESS.contains(&word.as_str()))?;
        let status = only_done(operation)?;
        format!("{} says '{word}', and its only success is {status}, which returns nothing.", operation.name())
    };
    let said = format!("{said} It declares no credentials. It was not called.");
    // What was never called is never more than a hint.
    let evidence = Evidence::new(witness, &said);
    Some(Finding::new(&RULE, Confidence::Tentative, Location::of(operation), evidence).detail(said))
}

/// "Creates and populates the database": a deed to what all callers share, unlike "Creates a PDF of the invoice".
fn acts_on_what_is_shared(summary: &str) -> bool {
    const SHARED: [&str; 12] = [
        "database",
        "databases",
        "db",
        "tables",
        "schema",
        "cache",
        "caches",
        "queue",
        "queues",
        "server",
        "cluster",
        "system",
    ];
    // "Sets a Cache-Control header" is about the response.
    const OF_THE_RESPONSE: [&str; 4] = ["header", "headers", "response", "status"];
    let names = |list: &[&str]| vocabulary::words(summary).any(|word| list.contains(&word.as_str()));
    vocabulary::acting::text_acts(summary) && names(&SHARED) && !names(&OF_THE_RESPONSE)
}

/// The declared success of an operation that hands out nothing, so that there is no other reason to call it than what it does.
fn only_done(operation: &Operation) -> Option<u16> {
    const DONE: [u16; 4] = [201, 202, 204, 205];
    let success = |status: &str| status.parse().ok().filter(|status| (200..400).contains(status));
    let mut all = operation.responses.iter().filter_map(|r| success(&r.status)).peekable();
    let first = *all.peek()?;
    all.all(|status| DONE.contains(&status)).then_some(first)
}

/// Whether the name says that nothing is done: `dry-run`, `delete-preview`.
fn is_trial(operation: &Operation) -> bool {
    const TRIALS: [&str; 5] = ["dry", "preview", "simulate", "simulation", "trial"];
    vocabulary::words(&operation.path).any(|word| TRIALS.contains(&word.as_str()))
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

    fn declared(path: &str) -> Operation {
        let status =
            |status: &str| model::DeclaredResponse { status: status.to_owned(), media_type: None, schema: None };
        Operation { responses: vec![status("204")], ..samples::operation(Method::GET, path) }
    }

    fn found(path: &str, source: Source, other: Option<Operation>) -> Option<Confidence> {
        judged(&Operation { source, ..declared(path) }, other)
    }

    fn judged(operation: &Operation, other: Option<Operation>) -> Option<Confidence> {
        let all: Vec<Arc<Operation>> = other.into_iter().map(Arc::new).collect();
        judge(operation, &written(&all), &samples::exchange("/openapi.json", 200, "{}")).map(|f| f.confidence)
    }

    #[test]
    fn only_what_the_document_says_is_found() {
        assert_eq!(found("/reset-db", Source::Specification, None), Some(Confidence::Tentative));
        assert_eq!(found("/books/{id}/delete", Source::Link, None), None, "the page that asks first");
        assert_eq!(found("/imports/dry-run", Source::Specification, None), None);
        let shows = samples::operation(Method::GET, "/reset-db");
        assert_eq!(judged(&shows, None), None, "a path alone");
        let says = Operation { summary: "Deletes every user".to_owned(), ..samples::operation(Method::GET, "/users") };
        assert_eq!(judged(&says, None), Some(Confidence::Tentative));
        for (summary, is_found) in [
            ("Creates and populates the database", true),
            ("Restarts the server", true),
            ("Creates a PDF of the invoice", false),
            ("Sets a Cache-Control header for n seconds", false),
            ("Clears the cache", true),
            ("State of the database", false),
            ("Lists the tables that were created", false),
        ] {
            let says = Operation { summary: summary.to_owned(), ..samples::operation(Method::GET, "/x") };
            assert_eq!(judged(&says, None).is_some(), is_found, "{summary}");
        }
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
