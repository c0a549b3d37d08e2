//! Finding and reading the OpenAPI document: given by the user, linked, or at a framework's default path.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use checks::vocabulary::specifications;
use model::{Depth, Exchange, Failure, NotTested, Operation, Phase, Request, SpecFacts, Surface, Target};
use openapi::{Base, Document};

use super::asker::Asker;
use super::found::Found;
use super::{base_path, documents, fingerprint, parts};
use crate::compute::apart;

/// Reads the document the user gave, or looks for one.
pub(crate) async fn discover(asker: &Asker<'_>, surface: &mut Surface, found: &mut Found, missing: Option<&Exchange>) {
    if let Some((source, document)) = opened(asker.target) {
        let document = parts::completed(asker, document, None).await;
        let source = source.to_owned();
        let base = Base::of(asker.target.origin.clone());
        let (operations, facts) = apart(move || described(&document, &source, &base)).await;
        place(asker, operations, facts, None, surface, found, missing).await;
        return;
    }
    if let Some(url) = &asker.target.specification_url {
        match named(asker, url).await {
            Ok((path, operations, facts)) => {
                place(asker, operations, facts, Some(&path), surface, found, missing).await;
            }
            Err(why) => {
                let why = format!("the OpenAPI document {url} cannot be used: {why} (--spec)");
                surface.unusable_specification = Some(why);
            }
        }
        return;
    }
    if carried(asker, surface, found, missing).await {
        return;
    }
    let mut paths: Vec<String> = linked(found);
    paths.extend(specifications::usual_paths(surface, &asker.target.path, asker.target.depth));
    try_paths(asker, &paths, surface, found, missing).await;
}

/// Looks for a document where few serve it: in a deep scan, where nothing else was found, and in directories where something was.
pub(crate) async fn discover_rare(
    asker: &Asker<'_>,
    surface: &mut Surface,
    found: &mut Found,
    missing: Option<&Exchange>,
) {
    let depth = asker.target.depth;
    let given = asker.target.specification.is_some() || asker.target.specification_url.is_some();
    if surface.specification.is_some() || given || depth == Depth::Quick {
        return;
    }
    if carried(asker, surface, found, missing).await {
        return;
    }
    let mut paths: Vec<String> = linked(found);
    let anywhere = depth == Depth::Deep || found.is_bare();
    let rare = specifications::rare_paths(surface, depth).into_iter();
    paths.extend(rare.filter(|path| anywhere || path.rsplit_once('/').is_some_and(|(dir, _)| found.holds(dir))));
    try_paths(asker, &paths, surface, found, missing).await;
}

/// Takes the document that a script carries within itself, if one does.
async fn carried(asker: &Asker<'_>, surface: &mut Surface, found: &mut Found, missing: Option<&Exchange>) -> bool {
    let Some((path, bytes)) = found.described.take() else { return false };
    let base = Base { origin: asker.target.origin.clone(), document_path: path.clone() };
    let source = path.clone();
    let read = apart(move || openapi::parse(&bytes).ok().map(|document| described(&document, &source, &base))).await;
    let Some((operations, facts)) = read else { return false };
    place(asker, operations, facts, Some(&path), surface, found, missing).await;
    surface.specification_is_public = true;
    true
}

/// Asks for the paths, a few at a time, until one is a document. What turns out to name documents instead is followed. A document that
/// pages name and that is long in coming is built on the first request as a rule, and is asked for again.
async fn try_paths(
    asker: &Asker<'_>,
    paths: &[String],
    surface: &mut Surface,
    found: &mut Found,
    missing: Option<&Exchange>,
) {
    let mut waiting: VecDeque<String> = paths.iter().cloned().collect();
    let named: BTreeSet<String> = linked(found).into_iter().collect();
    while !waiting.is_empty() {
        // What pages name goes before what is only usual.
        let told = waiting.iter().take_while(|path| named.contains(*path)).count();
        let next = waiting.drain(..if told > 0 { told } else { waiting.len() }.min(4));
        let batch: Vec<String> = next.filter(|path| found.tried.insert(path.clone())).collect();
        let questions = batch
            .iter()
            .map(|path| async move { (path, asker.ask_document(Request::get(&asker.target.origin, path)).await.ok()) });
        for (path, exchange) in futures::future::join_all(questions).await {
            let exchange = match exchange {
                Some(late) if is_late(&late) && named.contains(path) => again(asker, path, found).await,
                exchange => exchange,
            };
            let Some(exchange) = exchange.filter(|e| e.response().is_some()) else { continue };
            fingerprint::read(&exchange, &mut surface.technologies);
            let same = missing.is_some_and(|m| checks::judging::soft_404::alike(m, &exchange));
            if exchange.is_success() && !same && read(asker, path, &exchange, surface, found, missing).await {
                surface.specification_is_public = true;
                return;
            }
            if exchange.is_success() && !same && exchange.json().is_some() {
                let known = found.documents.clone();
                documents::read(&exchange, asker.target, found);
                found.documents.difference(&known).for_each(|path| waiting.push_front(path.clone()));
            }
        }
    }
}

fn is_late(exchange: &Exchange) -> bool {
    matches!(exchange.failure(), Some(Failure::TimedOut(Phase::Head | Phase::Body)))
}

/// Asks for a document once more, for which the wire has more patience.
async fn again(asker: &Asker<'_>, path: &str, found: &mut Found) -> Option<Arc<Exchange>> {
    let exchange = asker.ask_document(Request::get(&asker.target.origin, path).fresh()).await.ok();
    if exchange.as_ref().is_none_or(|exchange| exchange.response().is_none()) {
        found.unread.insert(path.to_owned());
    }
    exchange
}

/// The document that the user gave, with those that lie beside it, if it can be read.
fn opened(target: &Target) -> Option<(&str, Document)> {
    let (source, bytes) = target.specification.as_ref()?;
    let document = openapi::parse(bytes).ok()?;
    let parts = &target.specification_parts;
    Some((source, if parts.is_empty() { document } else { document.with_external(parts.clone()) }))
}

/// Reads the document that the user gave, if there is one that can be read, without sending anything.
pub(crate) fn given(target: &Target, surface: &mut Surface, found: &mut Found) {
    let Some((source, document)) = opened(target) else { return };
    let (operations, facts) = described(&document, source, &Base::of(target.origin.clone()));
    let prefix = base_path::candidates(target, None, &facts, &operations).into_iter().next().unwrap_or_default();
    take(base_path::below(&prefix, operations), facts, surface, found);
}

/// Links that led to documents come first, then those that look like it.
fn linked(found: &Found) -> Vec<String> {
    let named_so = found.operations().map(|o| o.path.as_str()).filter(|path| {
        let lower = path.to_ascii_lowercase();
        let named = ["openapi", "swagger", "apispec", "api-docs", "api_docs"].iter().any(|w| lower.contains(w));
        named && [".json", ".yaml", ".yml"].iter().any(|e| lower.ends_with(e))
    });
    found.documents.iter().map(String::as_str).chain(named_so).map(str::to_owned).collect()
}

/// The document that the user named by its URL: its path, its operations and what else it says.
///
/// # Errors
/// Why it cannot be used, for a person.
pub(crate) async fn named(asker: &Asker<'_>, url: &str) -> Result<(String, Vec<Operation>, SpecFacts), String> {
    let (path, exchange) = fetch(asker, url).await?;
    if !exchange.is_success() {
        return Err(format!("it returned {}", exchange.status()));
    }
    let read = parsed(asker, &path, &exchange).await;
    read.map(|(operations, facts)| (path, operations, facts)).ok_or_else(|| "it is not an OpenAPI document".to_owned())
}

async fn fetch(asker: &Asker<'_>, url: &str) -> Result<(String, Arc<Exchange>), String> {
    let base = url::Url::parse(&asker.target.url()).map_err(|e| e.to_string())?;
    let url = base.join(url).map_err(|e| e.to_string())?;
    let origin = wire::origin_of(&url).ok_or("it is not http or https")?;
    let query = url.query().map_or_else(String::new, |q| format!("?{q}"));
    let path = format!("{}{query}", url.path());
    let exchange = asker.ask_document(Request::get(&origin, &path).follow()).await.map_err(|why| match why {
        NotTested::OutOfScope => {
            format!("it is outside the scope of the scan; allow its host with --allow-host {}", origin.authority())
        }
        why => why.to_string(),
    })?;
    match exchange.failure() {
        Some(failure) => Err(failure.to_string()),
        None => Ok((path, exchange)),
    }
}

/// Takes a document from an answer, with the documents it refers to. Says whether it was one.
async fn read(
    asker: &Asker<'_>,
    path: &str,
    exchange: &Arc<Exchange>,
    surface: &mut Surface,
    found: &mut Found,
    missing: Option<&Exchange>,
) -> bool {
    let Some((operations, facts)) = parsed(asker, path, exchange).await else { return false };
    place(asker, operations, facts, Some(path), surface, found, missing).await;
    true
}

/// What a document in an answer says, with the documents it refers to; `None` if it is none.
async fn parsed(asker: &Asker<'_>, path: &str, exchange: &Arc<Exchange>) -> Option<(Vec<Operation>, SpecFacts)> {
    // A part of one is none; looking for its end with another grammar would take many times its length.
    if exchange.response().is_none_or(|response| response.truncated.is_some()) {
        return None;
    }
    let response = Arc::clone(exchange);
    let document = apart(move || openapi::parse(&response.body()).ok()).await?;
    let document = parts::completed(asker, document, Some(&exchange.request.url())).await;
    let base = Base { origin: asker.target.origin.clone(), document_path: path.to_owned() };
    let source = path.to_owned();
    Some(apart(move || described(&document, &source, &base)).await)
}

/// Takes what a document says, its operations under the path where they turn out to live.
async fn place(
    asker: &Asker<'_>,
    operations: Vec<Operation>,
    facts: SpecFacts,
    served: Option<&str>,
    surface: &mut Surface,
    found: &mut Found,
    missing: Option<&Exchange>,
) {
    let candidates = base_path::candidates(asker.target, served, &facts, &operations);
    let prefix = base_path::found_under(asker, surface, &candidates, &operations, missing).await;
    if !prefix.is_empty() {
        surface.notes.push(format!("OpenAPI document {}: its operations are served under {prefix}", facts.source));
    }
    take(base_path::below(&prefix, operations), facts, surface, found);
}

fn described(document: &Document, source: &str, base: &Base) -> (Vec<Operation>, SpecFacts) {
    (document.operations(base), document.facts(source, base))
}

fn take(operations: Vec<Operation>, facts: SpecFacts, surface: &mut Surface, found: &mut Found) {
    const FAULTS: usize = 10;
    let source = &facts.source;
    for operation in operations {
        found.add(operation);
    }
    surface.notes.extend(facts.faults.iter().take(FAULTS).map(|fault| format!("OpenAPI document {source}: {fault}")));
    if let Some(more) = facts.faults.len().checked_sub(FAULTS).filter(|more| *more > 0) {
        surface.notes.push(format!("OpenAPI document {source}: {}", model::counted(more, "further fault")));
    }
    surface.specification = Some(facts);
}
