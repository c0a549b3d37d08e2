mod allowed;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, PathTemplate,
    Rule, Severity, Source, Surface,
};

use crate::vocabulary::fields;
use crate::{Check, Cost, Detectors, Findings, Observations, RunsOn, Schedule, Twins, place};

pub(crate) static RULE: Rule = Rule {
    id: "undocumented-operation",
    aliases: &[],
    title: "Undocumented operation served",
    category: Category::Inventory,
    severity: Severity::Low,
    cwe: &[1059],
    tags: &[],
    risk: "An attacker finds an operation that no one reviews, limits or switches off.",
    fix: "Document the operation, or remove it.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(2 * allowed::PATHS).more_when_deep(2 * (allowed::PATHS_WHEN_DEEP - allowed::PATHS)),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors {
        on_surface: Some(|probe, found| Box::pin(allowed::probe_target(probe, found, &RULE))),
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
    let known = Known::of(surface, &observations.exchanges);
    for (operation, exchange) in observations.called(surface) {
        let listed = operation.source == Source::Specification || document.source.ends_with(operation.path.as_str());
        // What the user named may be anything that is there, such as the root of an API that refuses everything.
        let guessed = matches!(operation.source, Source::WellKnown | Source::Given);
        let locked = guessed && known.is_locked(exchange);
        if !listed && !known.is_listed(operation) && is_served(exchange) && !locked {
            let evidence = Evidence::new(exchange, format!("status {}, not in the document", exchange.status()));
            found.push(Finding::new(&RULE, Confidence::Firm, Location::of(operation), evidence));
        }
    }
    for exchange in &observations.exchanges {
        if !known.paths.contains(exchange.request.path()) && known.is_met_by_chance(exchange) {
            let evidence = Evidence::new(exchange, format!("status {}, not in the document", exchange.status()));
            found.push(Finding::new(&RULE, Confidence::Firm, place(surface, exchange), evidence));
        }
    }
    Ok(())
}

/// What is known of paths, to be looked up: there may be very many.
struct Known<'a> {
    /// The paths of all operations.
    paths: BTreeSet<&'a str>,
    /// The paths of the document.
    listed: BTreeSet<&'a str>,
    /// Its templates, by method and number of segments.
    templates: BTreeMap<(&'a Method, usize), Vec<&'a PathTemplate>>,
    /// Directories in which something does not exist.
    absent: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(surface: &'a Surface, exchanges: &'a [Arc<Exchange>]) -> Known<'a> {
        let listed = || surface.operations.iter().filter(|o| o.source == Source::Specification);
        let mut templates: BTreeMap<_, Vec<&PathTemplate>> = BTreeMap::new();
        for operation in listed() {
            let segments = operation.path.trim_end_matches('/').split('/').count();
            templates.entry((&operation.method, segments)).or_default().push(&operation.path);
        }
        Known {
            paths: surface.operations.iter().map(|o| o.path.as_str()).collect(),
            listed: listed().map(|o| o.path.as_str()).collect(),
            templates,
            absent: exchanges.iter().filter(|e| e.status() == 404).map(|e| directory(e.request.path())).collect(),
        }
    }

    /// The path may be a concrete form of a template of the document.
    fn is_listed(&self, operation: &Operation) -> bool {
        let path = operation.path.trim_end_matches('/');
        let templates = self.templates.get(&(&operation.method, path.split('/').count()));
        templates.into_iter().flatten().any(|template| template.covers(path))
    }

    /// Whether a refusal may be the lock of everything there, such as a middleware on `/admin/*`, and no operation behind it: listed
    /// operations stand below the path, or nothing beside it is known not to exist.
    fn is_locked(&self, exchange: &Exchange) -> bool {
        let path = exchange.request.path().trim_end_matches('/');
        let below = format!("{path}/");
        let mut behind = self.listed.range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded));
        matches!(exchange.status(), 401 | 403)
            && (behind.next().is_some_and(|listed| listed.starts_with(&below))
                || !self.absent.contains(directory(path)))
    }

    /// Data at a path that another check tried and that no template of the document covers, where paths beside it do not exist.
    fn is_met_by_chance(&self, exchange: &Exchange) -> bool {
        let request = &exchange.request;
        let plain = request.is_clean() && request.method == Method::GET && !request.target.contains('?');
        if !plain || !exchange.is_success() || !is_served(exchange) {
            return false;
        }
        let operation = Operation::undeclared(Method::GET, request.path(), Source::WellKnown);
        !self.is_listed(&operation) && self.absent.contains(directory(request.path()))
    }
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// Data or a door: JSON and the like, or a demand for credentials. Pages, assets and redirects belong to a site, not to its API.
fn is_served(exchange: &Exchange) -> bool {
    let Some(response) = exchange.response() else { return false };
    let data =
        response.is_success() && (response.is_json() || response.media_type().ends_with("xml") && !response.is_html());
    let describes = exchange.json().as_deref().is_some_and(fields::describes_an_api);
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
            judge(&surface, &Observations::plainly(plain, exchanges), &mut found).unwrap();
            !found.is_empty()
        };
        assert!(!found("/api/admin", Source::WellKnown, "/api/x"), "listed operations stand below it");
        assert!(!found("/internal/status", Source::WellKnown, "/api/x"), "all of /internal may be locked");
        assert!(found("/api/config", Source::WellKnown, "/api/x"));
        assert!(found("/internal/report", Source::Link, "/api/x"), "somebody leads to it");
    }
}
