//! Following links, forms and scripts from page to page.

use checks::calling::request;
use futures::StreamExt;
use futures::stream;
use model::{Depth, Method, Operation, ParameterIn, Response, Source, Surface};

use super::asker::Asker;
use super::found::{Found, is_wanted, key};
use super::{allow, documents, fingerprint, imports, page, parameters};
use crate::rounds::observe::may_be_called;

/// Pages that are read for links.
fn pages(depth: Depth) -> usize {
    match depth {
        Depth::Quick => 3,
        Depth::Standard => 30,
        Depth::Deep => 100,
    }
}

/// Reads pages and JSON answers for links, the shortest paths first, until nothing new comes or enough was read.
pub(super) async fn crawl(asker: &Asker<'_>, surface: &mut Surface, found: &mut Found) {
    loop {
        let left = pages(asker.target.depth).saturating_sub(found.read.len());
        let mut unread: Vec<&Operation> = found
            .operations
            .values()
            .filter(|o| o.method == Method::GET && o.source != Source::Specification)
            .filter(|o| !found.read.contains(o.path.as_str()))
            .filter(|o| o.source == Source::Given || is_wanted(&o.path, asker.target))
            .collect();
        unread.sort_by_key(|o| (o.path.segments(), o.path.as_str()));
        let callable = unread.into_iter().filter(|o| may_be_called(o, asker.target.consent));
        let next: Vec<Operation> = callable.take(left).cloned().collect();
        if next.is_empty() {
            return;
        }
        found.read.extend(next.iter().map(|o| o.path.to_string()));
        let questions: Vec<_> = next.iter().map(|o| asker.ask(request::build(o, surface, asker.target, &[]))).collect();
        let answers: Vec<_> = stream::iter(questions).buffered(16).collect().await;
        for (operation, exchange) in next.iter().zip(answers) {
            let Some(exchange) = exchange else { continue };
            fingerprint::read(&exchange, &mut surface.technologies);
            page::read(&exchange, asker.target, surface, found);
            if exchange.is_html() || exchange.response().is_some_and(Response::is_redirect) {
                found.shells.insert(operation.path.to_string());
            }
            // A link to nothing, or to what is no GET operation, is no operation; a route of which no object is known may be one.
            let is_open = operation.parameters_in(ParameterIn::Path).any(|p| p.example.is_none());
            let is_gone = matches!(exchange.status(), 404 | 410) && !is_open;
            if operation.source != Source::Given && (is_gone || exchange.status() == 405) {
                found.operations.remove(&key(operation));
            }
            if exchange.status() == 405 {
                allow::told(&exchange, operation, found);
            }
            let missing = parameters::missing(&exchange);
            if !missing.is_empty() && found.completed.insert(operation.path.to_string()) {
                found.add(Operation { parameters: missing, ..operation.clone() });
                found.read.remove(operation.path.as_str());
            }
        }
        read_scripts(asker, surface, found).await;
    }
}

/// Reads the target's own scripts for paths of its API, and those that they load.
async fn read_scripts(asker: &Asker<'_>, surface: &mut Surface, found: &mut Found) {
    /// Scripts that are read at a time, and how often.
    const SCRIPTS: usize = 4;
    const ROUNDS: usize = 3;
    for _ in 0..ROUNDS {
        let is_wanted = |path: &&String| is_script(path) && !is_library(path) && !found.read.contains(*path);
        let scripts: Vec<String> = surface.assets.iter().filter(is_wanted).take(SCRIPTS).cloned().collect();
        if scripts.is_empty() {
            return;
        }
        found.read.extend(scripts.iter().cloned());
        for (_, exchange) in asker.get_all(&scripts).await {
            if exchange.is_success() {
                let shown = found.shown.get(&exchange.request.target).cloned().unwrap_or_default();
                let text = exchange.text();
                surface.assets.extend(imports::of(&text, &exchange, asker.target));
                page::script(&text, &shown, &exchange, asker.target, found);
                documents::read(&exchange, asker.target, found);
            }
        }
    }
}

fn is_script(path: &str) -> bool {
    let ending = path.split('?').next().and_then(|path| path.rsplit_once('.')).map(|(_, ending)| ending);
    matches!(ending, Some("js" | "mjs"))
}

/// Whether a script is one that everybody uses, by its name: it knows nothing of this application.
fn is_library(path: &str) -> bool {
    const LIBRARIES: [&str; 12] = [
        "jquery",
        "bootstrap",
        "popper",
        "polyfill",
        "swagger-ui-bundle",
        "swagger-ui-standalone",
        "redoc.standalone",
        "rapidoc-min",
        "vue.",
        "react.",
        "htmx",
        "axios.min",
    ];
    let name = path.split('?').next().unwrap_or("").rsplit('/').next().unwrap_or("").to_ascii_lowercase();
    LIBRARIES.iter().any(|library| name.contains(library))
}
