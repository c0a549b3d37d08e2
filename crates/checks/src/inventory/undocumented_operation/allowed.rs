//! Methods that a path of the document has besides those of the document, by its answer to OPTIONS (RFC 9110 section 10.2.1).

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{
    Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Request, Rule, Source, Surface,
};

use crate::calling::request;
use crate::canary::canary;
use crate::vocabulary::looks_destructive;
use crate::{Findings, TargetProbe};

/// Paths that are asked in a standard scan, each with a control where it names more than the document does.
pub(super) const PATHS: u32 = 3;

/// The same in a deep scan.
pub(super) const PATHS_WHEN_DEEP: u32 = 30;

/// A path of the document and what it allows.
struct Told<'a> {
    operation: &'a Operation,
    exchange: Arc<Exchange>,
    allowed: BTreeSet<&'static str>,
}

/// Asks paths of the document, and beside those that say more than it a path that does not exist.
pub(super) async fn probe_target(
    probe: &TargetProbe<'_>,
    found: &mut Findings,
    rule: &'static Rule,
) -> Result<(), NotTested> {
    if probe.surface.specification.is_none() {
        return Err(NotTested::NoSpecification);
    }
    let most = if probe.target.depth == model::Depth::Deep { PATHS_WHEN_DEEP } else { PATHS };
    let mut told = Vec::new();
    for operation in declared_paths(probe).into_iter().take(most as usize) {
        let exchange = probe.send(options(probe, operation)).await?;
        told.extend(allowed(&exchange).map(|allowed| Told { operation, exchange, allowed }));
    }
    if told.is_empty() {
        return Err(NotTested::not_applicable("no path of the document names its methods"));
    }
    if is_blanket(probe.surface, &told) {
        return Err(NotTested::inconclusive("every path names the same methods"));
    }
    for told in &told {
        let beyond = unlisted(probe.surface, told);
        if beyond.is_empty() {
            continue;
        }
        let missing = probe.send(beside(probe, told)).await?;
        if allowed(&missing).as_ref() != Some(&told.allowed) {
            found.extend(beyond.into_iter().map(|method| finding(rule, told, method, &missing)));
        }
    }
    Ok(())
}

/// One operation for each path of the document, those that answered first. What looks as if it changed state is left alone, although
/// OPTIONS should not.
fn declared_paths<'a>(probe: &TargetProbe<'a>) -> Vec<&'a Operation> {
    let answered: BTreeSet<&str> = probe
        .observations
        .called(probe.surface)
        .filter(|(_, e)| e.is_success())
        .map(|(o, _)| o.path.as_str())
        .collect();
    let mut seen = BTreeSet::new();
    let operations = probe.surface.operations.iter().map(AsRef::as_ref);
    let mut paths: Vec<&Operation> = operations
        .filter(|o: &&Operation| {
            o.source == Source::Specification && !looks_destructive(o) && seen.insert(o.path.as_str())
        })
        .collect();
    paths.sort_by_key(|o| !answered.contains(o.path.as_str()));
    paths
}

fn options(probe: &TargetProbe<'_>, operation: &Operation) -> Request {
    let plain = request::build(operation, probe.surface, probe.target, &[]);
    Request { target: plain.path().to_owned(), headers: Vec::new(), method: Method::OPTIONS, ..plain }
}

/// The same question about a path that does not exist: another word for the last segment that is a name, since a parameter takes
/// any word.
fn beside(probe: &TargetProbe<'_>, told: &Told<'_>) -> Request {
    let word = canary(probe.target.seed, &["missing", &told.operation.path]);
    let request = &told.exchange.request;
    Request { target: renamed(&told.operation.path, request.path(), &word), ..request.clone() }
}

fn renamed(template: &str, path: &str, word: &str) -> String {
    let names = template.split('/').take_while(|s| !s.contains('{')).collect::<Vec<_>>();
    let last = names.iter().rposition(|s| !s.is_empty());
    match last {
        None => format!("/{word}{path}"),
        Some(last) => {
            let segments = path.split('/').enumerate().map(|(at, segment)| if at == last { word } else { segment });
            segments.collect::<Vec<_>>().join("/")
        }
    }
}

/// The methods that change or read something which an answer allows; HEAD and OPTIONS come with every framework.
fn allowed(exchange: &Exchange) -> Option<BTreeSet<&'static str>> {
    const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let allow = exchange.header("allow").filter(|_| exchange.is_success() || exchange.status() == 405)?;
    Some(METHODS.into_iter().filter(|method| allow.split(',').any(|name| name.trim() == *method)).collect())
}

/// The methods that the document has for a path. Several templates may cover it: `/items/{id}` also covers `/items/search`.
fn listed<'a>(surface: &'a Surface, path: &str) -> BTreeSet<&'a str> {
    let declared = surface.operations.iter().filter(|o| o.source == Source::Specification);
    declared.filter(|o| o.path.covers(path)).map(|o| o.method.as_str()).collect()
}

fn unlisted(surface: &Surface, told: &Told<'_>) -> Vec<&'static str> {
    let listed = listed(surface, told.exchange.request.path());
    told.allowed.iter().filter(|method| !listed.contains(**method)).copied().collect()
}

/// Whether paths of which the document says different things all say the same: a gateway's answer, not the application's.
fn is_blanket(surface: &Surface, told: &[Told<'_>]) -> bool {
    const LEAST: usize = 3;
    let said: BTreeSet<_> = told.iter().map(|t| &t.allowed).collect();
    let declared: BTreeSet<_> = told.iter().map(|t| listed(surface, t.exchange.request.path())).collect();
    told.len() >= LEAST && said.len() == 1 && declared.len() > 1
}

fn finding(rule: &'static Rule, told: &Told<'_>, method: &str, missing: &Arc<Exchange>) -> Finding {
    let location = Location::at(Method::new(method), &told.operation.path);
    let allow = told.exchange.header("allow").unwrap_or("");
    let control = match missing.header("allow") {
        Some(allow) => format!("a path that does not exist: Allow: {allow}"),
        None => format!("a path that does not exist: status {}, no Allow", missing.status()),
    };
    let evidence = Evidence::new(&told.exchange, format!("Allow: {allow}"));
    Finding::new(rule, Confidence::Firm, location, evidence).also(Evidence::new(missing, control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, operation, surface};

    fn told<'a>(operation: &'a Operation, path: &str, allow: &str) -> Told<'a> {
        let exchange = answered(path, 200, &[("Allow", allow)], "");
        let allowed = allowed(&exchange).unwrap_or_default();
        Told { operation, exchange, allowed }
    }

    #[test]
    fn methods_beyond_the_document_are_found() {
        let books = operation(Method::GET, "/books");
        let surface = surface(vec![books.clone()]);
        let unlisted = |allow: &str| unlisted(&surface, &told(&books, "/books", allow));
        assert_eq!(unlisted("HEAD, DELETE, GET, OPTIONS"), ["DELETE"]);
        assert!(unlisted("GET, HEAD, OPTIONS").is_empty() && unlisted("").is_empty());
    }

    #[test]
    fn every_template_that_covers_a_path_lists_methods() {
        let search = operation(Method::POST, "/items/search");
        let surface = surface(vec![search.clone(), operation(Method::GET, "/items/{id}")]);
        assert!(unlisted(&surface, &told(&search, "/items/search", "POST, GET, OPTIONS")).is_empty());
        assert_eq!(unlisted(&surface, &told(&search, "/items/search", "POST, GET, PUT")), ["PUT"]);
    }

    #[test]
    fn only_an_answer_about_the_path_counts() {
        let says = |status: u16| allowed(&answered("/a", status, &[("Allow", "GET, POST")], ""));
        assert!(says(200).is_some() && says(204).is_some() && says(405).is_some());
        assert!(says(404).is_none() && says(401).is_none() && says(500).is_none());
        assert!(allowed(&answered("/a", 200, &[], "")).is_none());
    }

    #[test]
    fn one_answer_for_everything_says_nothing() {
        let (a, b, c) = (operation(Method::GET, "/a"), operation(Method::POST, "/b"), operation(Method::GET, "/c"));
        let surface = surface(vec![a.clone(), b.clone(), c.clone()]);
        let all = |of_c: &str| vec![told(&a, "/a", "GET, POST"), told(&b, "/b", "POST, GET"), told(&c, "/c", of_c)];
        assert!(is_blanket(&surface, &all("GET, POST, OPTIONS")));
        assert!(!is_blanket(&surface, &all("GET")));
        assert!(!is_blanket(&surface, &all("GET, POST")[..2]));
    }

    #[test]
    fn the_control_is_no_instance_of_a_template() {
        assert_eq!(renamed("/api/books", "/api/books", "w"), "/api/w");
        assert_eq!(renamed("/api/books/{id}/pages", "/api/books/7/pages", "w"), "/api/w/7/pages");
        assert_eq!(renamed("/{name}", "/x", "w"), "/w/x");
    }
}
