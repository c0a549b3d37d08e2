//! Finding out what there is: specifications, links, forms, scripts, well-known paths, products.

mod addresses;
mod allow;
mod asker;
mod asset;
mod base_path;
mod calls;
mod consoles;
mod crawl;
mod documents;
pub(crate) mod fingerprint;
mod forms;
mod found;
mod imported;
mod imports;
mod json_links;
mod label;
mod link;
mod link_header;
mod models;
mod navigation;
mod objects;
pub(crate) mod page;
mod parameters;
mod parts;
mod paths;
mod prose;
mod response_names;
mod routes;
mod sample_bodies;
mod siblings;
mod signed_in;
mod sitemap;
mod slash_twins;
pub(crate) mod specification;
mod well_known;

use std::sync::Arc;

use checks::calling::request;
use checks::judging::transport;
use model::{Depth, Exchange, Operation, Source, SpecFacts, Surface, Target};
use wire::Wire;

use crate::halt::Halt;
use asker::Asker;
use crawl::crawl;

pub(crate) use found::Found;
pub(crate) use signed_in::{add_page, look_as_account};

/// Quarters of the scan's time that are over when discovery ends at the latest: what was found wants to be asked about.
pub(crate) const ENDS_BY: u32 = 2;

/// The surface, and whether time was too short to learn of all of it.
pub(crate) async fn discover(target: &Target, wire: &Wire, halt: &Halt) -> (Surface, bool) {
    let mut surface = bare(target);
    let mut found = Found::default();
    let root = tokio::select! {
        root = look(&mut surface, &mut found, target, wire) => Some(root),
        () = halt.quarters(ENDS_BY) => None,
    };
    surface.technologies.sort();
    surface.technologies.dedup_by(|a, b| a.name == b.name);
    let unread = found.unread.first().filter(|_| surface.specification.is_none()).cloned();
    (surface.operations, surface.acting_links) = found.selected(target);
    let briefly = root.is_none() && halt.reason().is_none();
    if briefly && wire.was_reached() {
        surface.notes.push(BRIEFLY.to_owned());
    }
    if let Some(document) = &unread {
        surface.notes.push(format!(
            "the OpenAPI document {document}, which the target names, was not received in time; its operations are not tested; give \
             it with --spec or raise --timeout"
        ));
    }
    surface.notes.extend(root.flatten().and_then(|_| too_little(&surface, target.depth)));
    (surface, briefly || unread.is_some())
}

/// The OpenAPI document at this URL: its operations, and what else it says.
///
/// # Errors
/// Why there is none, for a person.
pub(crate) async fn document(url: &str, target: &Target, wire: &Wire) -> Result<(Vec<Operation>, SpecFacts), String> {
    let (_, operations, facts) = specification::named(&Asker::new(target, wire), url).await?;
    Ok((operations, facts))
}

/// The URL, and the requests that other tools recorded.
fn given(target: &Target, surface: &mut Surface, found: &mut Found) {
    found.add(link::operation(&target.path, Source::Given));
    target.imported.iter().for_each(|request| found.add(imported::operation(request)));
    surface.notes.extend(target.import_notes.iter().cloned());
}

/// What to do when the clock ended the search.
const BRIEFLY: &str = "the target responds too slowly to be searched for all of its operations; name its OpenAPI document with \
                       --spec, or give the scan more time with --deadline";

/// What is known without any question.
fn bare(target: &Target) -> Surface {
    Surface { origin: Some(target.origin.clone()), path: target.path.clone(), ..Surface::default() }
}

/// Looks around; what the first request was answered.
async fn look(surface: &mut Surface, found: &mut Found, target: &Target, wire: &Wire) -> Option<Arc<Exchange>> {
    let asker = Asker::new(target, wire);
    given(target, surface, found);
    let root = asker.ask(request::build(&link::operation(&target.path, Source::Given), surface, target, &[])).await;
    if let Some(exchange) = &root {
        fingerprint::read(exchange, &mut surface.technologies);
    }
    let missing = asker.get(&checks::judging::soft_404::sibling(target.seed, "/")).await;
    if let Some(exchange) = &missing {
        fingerprint::read(exchange, &mut surface.technologies);
    }
    surface.unknown_path.clone_from(&missing);
    if let Some(missing) = &missing {
        wire.know_unknown(missing);
        routes::read(missing, target, found);
    }
    let shown = root.iter().chain(&missing).cloned().collect();
    consoles::discover(shown, &asker, found, missing.as_deref()).await;
    crawl(&asker, surface, found).await;
    routes::branches::discover(&asker, found, missing.as_deref()).await;
    crawl(&asker, surface, found).await;
    wire.check_again().await;
    specification::discover(&asker, surface, found, missing.as_deref()).await;
    let is_sent_on = |answer: &Option<Arc<Exchange>>| answer.as_deref().is_some_and(transport::is_sent_on);
    // Where all of plain HTTP leads to HTTPS, so would every guess.
    if !(found.is_bare() && is_sent_on(&root) && is_sent_on(&missing)) {
        search(&asker, surface, found, missing.as_deref()).await;
    }
    slash_twins::join(&asker, surface, found).await;
    for place in &target.places {
        found.add_if_new(link::place(place));
    }
    root
}

/// Looks where nothing pointed to.
async fn search(asker: &Asker<'_>, surface: &mut Surface, found: &mut Found, missing: Option<&Exchange>) {
    if asker.target.depth == Depth::Deep {
        // What was seen leads further than guesses, and they are many.
        follow(asker, surface, found, missing).await;
    }
    well_known::discover(asker, surface, found, missing).await;
    crawl(asker, surface, found).await;
    // Where nothing leads on, a standard scan has requests for guesses that the rules do not miss.
    let searching = asker.searching();
    let guesser = if asker.target.depth == Depth::Deep { asker } else { &searching };
    let rarely = if found.is_bare() { guesser } else { asker };
    specification::discover_rare(rarely, surface, found, missing).await;
    if well_known::is_sparse(surface, found, asker.target.depth) {
        well_known::search(guesser, found, missing).await;
        crawl(asker, surface, found).await;
    }
    follow(asker, surface, found, missing).await;
}

/// Asks for what follows from the operations found so far: objects of collections, parameters, methods.
async fn follow(asker: &Asker<'_>, surface: &mut Surface, found: &mut Found, missing: Option<&Exchange>) {
    objects::discover(asker, surface, found, missing).await;
    crawl(asker, surface, found).await;
    // What only redirects to the same path with a slash takes no parameters of its own.
    slash_twins::join(asker, surface, found).await;
    siblings::discover(asker, surface, found).await;
    parameters::discover(asker, surface, found, missing).await;
    allow::discover(asker, surface, found, missing).await;
}

/// What to do when so little was found that the score says little about the API.
fn too_little(surface: &Surface, depth: Depth) -> Option<String> {
    const LITTLE: usize = 3;
    let count = surface.operations.len();
    (surface.specification.is_none() && depth > Depth::Quick && (1..LITTLE).contains(&count)).then(|| {
        let found = if count == 1 { "only one operation was found" } else { "only two operations were found" };
        format!("{found}; name the API's OpenAPI document with --spec, or a URL deeper in it, and the scan sees more")
    })
}

/// The surface as far as it is known without sending anything: the URL, and the document that the user gave.
pub fn offline(target: &Target) -> Surface {
    let mut surface = bare(target);
    let mut found = Found::default();
    given(target, &mut surface, &mut found);
    specification::given(target, &mut surface, &mut found);
    (surface.operations, surface.acting_links) = found.selected(target);
    surface
}
