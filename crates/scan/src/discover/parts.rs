//! The other documents that an OpenAPI document refers to, read from the target.

use std::collections::{BTreeMap, BTreeSet};

use model::{Origin, Request};
use openapi::Document;

use super::asker::Asker;
use crate::compute::apart;

/// Most documents that one refers to.
const MOST: usize = 24;

/// The document with what it refers to on the target itself, and what that refers to. `base`: its own URL, if the target served it.
pub(super) async fn completed(asker: &Asker<'_>, mut document: Document, base: Option<&str>) -> Document {
    let mut tried: BTreeSet<String> = BTreeSet::new();
    loop {
        let mut read: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let wanted: Vec<String> =
            openapi::external_references(&document).into_iter().filter(|name| !tried.contains(name)).collect();
        for name in wanted.into_iter().take(MOST.saturating_sub(tried.len())) {
            tried.insert(name.clone());
            let Some(path) = own_path(&name, base, &asker.target.origin) else { continue };
            let response = asker.ask_document(Request::get(&asker.target.origin, path)).await;
            if let Some(exchange) = response.ok().filter(|exchange| exchange.is_success()) {
                read.insert(name, exchange.body().to_vec());
            }
        }
        if read.is_empty() {
            return document;
        }
        document = apart(move || document.with_external(read)).await;
    }
}

/// The path and query on the target under which a document of this name is served.
fn own_path(name: &str, base: Option<&str>, origin: &Origin) -> Option<String> {
    let url = match base {
        Some(base) => url::Url::parse(base).ok()?.join(name).ok()?,
        None => url::Url::parse(name).ok()?,
    };
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    (wire::origin_of(&url)? == *origin).then(|| format!("{}{query}", url.path()))
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;

    #[test]
    fn only_the_target_is_asked_for_further_documents() {
        let origin = Origin { scheme: Scheme::Http, host: "shop.example".to_owned(), port: 80 };
        let path = |name: &str, base: Option<&str>| own_path(name, base, &origin);
        let served = Some("http://shop.example/docs/openapi.yaml?v=1");
        assert_eq!(path("parts/a.yaml?x=1", served).as_deref(), Some("/docs/parts/a.yaml?x=1"));
        assert_eq!(path("http://shop.example/a.json", None).as_deref(), Some("/a.json"));
        assert!(path("https://else.example/a.json", served).is_none(), "another origin");
        assert!(path("parts/a.yaml", None).is_none(), "what lies beside a file is not on the target");
    }
}
