mod allowed;

use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Rule, Severity,
    Source, Surface,
};

use crate::vocabulary::fields;
use crate::{Check, Cost, Detectors, Findings, Observations, RunsOn, Schedule, Twins, place};

pub(crate) static RULE: Rule = Rule {
    id: "undocumented-operation",
    aliases: &[],
    title: "An operation is served that the description does not list",
    category: Category::Inventory,
    severity: Severity::Low,
    cwe: &[1059],
    tags: &[],
    risk: "What nobody lists nobody reviews, limits or switches off.",
    fix: "Describe the operation, or remove it.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(2 * allowed::PATHS).more_when_deep(2 * (allowed::PATHS_WHEN_DEEP - allowed::PATHS)),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors {
        on_surface: Some(|probe, found| Box::pin(allowed::probe_target(probe, found))),
        on_end: Some(judge),
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
    let Some(document) = &surface.specification else { return Err(NotTested::NoSpecification) };
    for (operation, exchange) in observations.called(surface) {
        let listed = operation.source == Source::Specification || document.source.ends_with(&operation.path);
        let guessed = matches!(operation.source, Source::WellKnown);
        let locked = guessed && is_locked(surface, &observations.exchanges, exchange);
        if !listed && !is_listed(surface, operation) && is_served(exchange) && !locked {
            let evidence = Evidence::new(exchange, format!("status {}, not in the document", exchange.status()));
            found.push(Finding::new(&RULE, Confidence::Firm, Location::of(operation), evidence));
        }
    }
    for exchange in &observations.exchanges {
        let known = surface.operations.iter().any(|o| o.path == exchange.request.path());
        if !known && is_met_by_chance(surface, &observations.exchanges, exchange) {
            let evidence = Evidence::new(exchange, format!("status {}, not in the document", exchange.status()));
            found.push(Finding::new(&RULE, Confidence::Firm, place(surface, exchange), evidence));
        }
    }
    Ok(())
}

/// The path may be a concrete form of a template of the document.
fn is_listed(surface: &Surface, operation: &Operation) -> bool {
    let same = |template: &str, path: &str| {
        template.split('/').count() == path.split('/').count()
            && template
                .split('/')
                .zip(path.split('/'))
                .all(|(a, b)| a == b || a.contains('{') || b.contains('{') && a.contains('{'))
    };
    let path = operation.path.trim_end_matches('/');
    surface
        .operations
        .iter()
        .filter(|o| o.source == Source::Specification && o.method == operation.method)
        .any(|o| same(o.path.trim_end_matches('/'), path))
}

/// Whether a refusal may be the lock of everything there, such as a middleware on `/admin/*`, and no operation behind it: listed
/// operations stand below the path, or nothing beside it is known not to exist.
fn is_locked(surface: &Surface, exchanges: &[Arc<Exchange>], exchange: &Exchange) -> bool {
    let path = exchange.request.path().trim_end_matches('/');
    let below = |o: &Arc<Operation>| {
        o.source == Source::Specification && o.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    };
    matches!(exchange.status(), 401 | 403)
        && (surface.operations.iter().any(below) || !exchanges.iter().any(|e| is_absent_beside(e, path)))
}

/// Whether an answer says that there is nothing at a path in the same directory.
fn is_absent_beside(other: &Exchange, path: &str) -> bool {
    let directory = |path: &str| path.rsplit_once('/').map_or_else(String::new, |(directory, _)| directory.to_owned());
    other.status() == 404 && directory(other.request.path()) == directory(path)
}

/// Data at a path that another check tried and that no template of the document covers, where paths beside it do not exist.
fn is_met_by_chance(surface: &Surface, exchanges: &[Arc<Exchange>], exchange: &Arc<Exchange>) -> bool {
    let request = &exchange.request;
    let plain = request.is_clean() && request.method == Method::GET && !request.target.contains('?');
    if !plain || !exchange.is_success() || !is_served(exchange) {
        return false;
    }
    let operation = Operation::undeclared(Method::GET, request.path(), Source::WellKnown);
    !is_listed(surface, &operation) && exchanges.iter().any(|other| is_absent_beside(other, request.path()))
}

/// Data or a door: JSON and the like, or a demand for credentials. Pages, assets and redirects belong to a site, not to its API.
fn is_served(exchange: &Exchange) -> bool {
    let Some(response) = exchange.response() else { return false };
    let data =
        response.is_success() && (response.is_json() || response.media_type().ends_with("xml") && !response.is_html());
    let describes = exchange.json().is_some_and(fields::describes_an_api);
    !describes && (data || matches!(response.status, 401 | 403) && !response.is_html())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, exchange};

    #[test]
    fn a_lock_on_a_whole_folder_is_no_operation() {
        let found = |path: &str, source: Source, beside: &str| {
            let listed = ["/api/admin/stats", "/api/posts"].map(|path| samples::operation(Method::GET, path));
            let guessed = Operation::undeclared(Method::GET, path, source);
            let surface = samples::surface(listed.into_iter().chain([guessed]).collect());
            let plain = vec![None, None, Some(exchange(path, 401, "{}"))];
            let mut found = Findings::default();
            let exchanges = vec![exchange(beside, 404, "{}")];
            judge(&surface, &Observations { plain, exchanges }, &mut found).unwrap();
            !found.is_empty()
        };
        assert!(!found("/api/admin", Source::WellKnown, "/api/x"), "listed operations stand below it");
        assert!(!found("/internal/status", Source::WellKnown, "/api/x"), "all of /internal may be locked");
        assert!(found("/api/config", Source::WellKnown, "/api/x"));
        assert!(found("/internal/report", Source::Link, "/api/x"), "somebody leads to it");
    }
}
