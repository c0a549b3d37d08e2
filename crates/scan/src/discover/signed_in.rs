//! What somebody finds who registers and logs in: forms behind links that a reader leaves alone, and what pages show to users.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use checks::Observations;
use checks::judging::access;
use model::{Exchange, Method, Operation, Response, Surface, Target};
use wire::Wire;

use super::asker::Asker;
use super::crawl::crawl;
use super::found::{Found, key};
use super::page;

/// Pages that are read again, at most.
const PAGES: usize = 12;

/// Adds to the surface what a page leads to.
pub(crate) fn add_page(surface: &mut Surface, exchange: &Exchange, target: &Target) {
    let mut found = Found::default();
    page::read(exchange, target, surface, &mut found);
    append(surface, found, target);
}

/// Reads pages again as the first identity, and follows what they lead to; adds to the surface what was not known.
pub(crate) async fn look_as_account(surface: &mut Surface, observed: &Observations, target: &Target, wire: &Wire) {
    let differs = |exchange: &Exchange| {
        let is_page = exchange.is_html() || exchange.response().is_some_and(Response::is_redirect);
        is_page || access::is_refused(exchange)
    };
    let mut pages: Vec<&Operation> = observed.called(surface).filter(|(_, e)| differs(e)).map(|(o, _)| o).collect();
    pages.sort_by_key(|o| (o.path.segments(), o.path.as_str()));
    let pages: BTreeSet<String> = pages.into_iter().take(PAGES).map(|o| o.path.to_string()).collect();
    let mut found = Found::default();
    for operation in &surface.operations {
        found.add(Operation::clone(operation));
    }
    found.read = surface.operations.iter().map(|o| o.path.to_string()).filter(|path| !pages.contains(path)).collect();
    // All of it is called by the first identity.
    let mut seen = Surface { callers: BTreeMap::new(), ..surface.clone() };
    crawl(&Asker::later(target, wire), &mut seen, &mut found).await;
    surface.forms = std::mem::take(&mut seen.forms);
    surface.assets = std::mem::take(&mut seen.assets);
    surface.foreign_scripts = std::mem::take(&mut seen.foreign_scripts);
    append(surface, found, target);
}

/// Puts what is new behind what is known: operations are known by their places.
fn append(surface: &mut Surface, found: Found, target: &Target) {
    let known: BTreeSet<(String, Method)> = surface.operations.iter().map(|o| key(o)).collect();
    let (operations, acting) = found.selected(target);
    // One more object of a known kind is no operation of its own, and neither is a path with a slash at its end.
    let leads = |o: &Operation, path: &str| surface.operations.called_by(&o.method, path).is_some();
    let is_known = |o: &Operation| {
        let path = o.path.as_str();
        known.contains(&key(o))
            || leads(o, path)
            || leads(o, path.trim_end_matches('/'))
            || leads(o, &format!("{path}/"))
    };
    let new: Vec<_> = operations.iter().filter(|o| !is_known(o)).cloned().collect();
    // A form says what an operation takes of which only the method was known.
    let complete = |known: &Arc<Operation>| {
        let seen = operations.iter().find(|o| known.body.is_none() && o.body.is_some() && key(o) == key(known));
        Arc::clone(seen.unwrap_or(known))
    };
    surface.operations = surface.operations.iter().map(complete).chain(new).collect();
    let new: Vec<_> = acting.into_iter().filter(|link| !surface.acting_links.contains(link)).collect();
    surface.acting_links.extend(new);
}
