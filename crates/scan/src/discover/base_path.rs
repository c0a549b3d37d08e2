//! Under which path of the target the operations of a document live, where the document does not say it, or says only what the server
//! behind a proxy knows.

use checks::calling::request;
use model::{Exchange, Method, Operation, PathTemplate, SpecFacts, Surface, Target};

use super::asker::Asker;
use super::found::is_wanted;
use super::well_known::exists;
use crate::rounds::observe::may_be_called;

/// Operations that are called under each path to see whether they are there.
const TRIED: usize = 2;

/// The paths under which the operations may live, the likeliest first; a single one when nothing is in doubt.
///
/// `served`: where the target serves the document. The base of a document from elsewhere that names no server is the URL that the scan
/// was asked for; one from the target means the root (OpenAPI 3.1 section 4.8.1), unless a proxy takes a prefix away.
pub(super) fn candidates(
    target: &Target,
    served: Option<&str>,
    facts: &SpecFacts,
    operations: &[Operation],
) -> Vec<String> {
    let directory = target.directory();
    let own = served.and_then(|path| path.split('?').next()?.rsplit_once('/')).map_or("", |(directory, _)| directory);
    let mut all: Vec<String> = Vec::new();
    for prefix in [directory, own] {
        let below =
            |o: &Operation| o.path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_new = !prefix.is_empty() && !all.iter().any(|known| known == prefix);
        if is_new && !operations.iter().any(below) {
            all.push(prefix.to_owned());
        }
    }
    let says_nothing = served.is_none() && facts.servers.is_empty();
    all.insert(if says_nothing { all.len() } else { 0 }, String::new());
    all
}

/// The first of the candidates under which an operation turns out to be there, or else the likeliest.
pub(super) async fn found_under(
    asker: &Asker<'_>,
    surface: &Surface,
    candidates: &[String],
    operations: &[Operation],
    missing: Option<&Exchange>,
) -> String {
    let likeliest = candidates.first().cloned().unwrap_or_default();
    if candidates.len() < 2 {
        return likeliest;
    }
    let callable = |o: &&Operation| o.method == Method::GET && may_be_called(o, asker.target.consent);
    let mut tried: Vec<&Operation> = operations.iter().filter(callable).collect();
    tried.sort_by_key(|o| (o.path.segments(), o.parameters.len()));
    for prefix in candidates {
        for operation in below(prefix, tried.iter().take(TRIED).map(|o| (*o).clone()).collect()) {
            if !is_wanted(&operation.path, asker.target) {
                continue;
            }
            let plain = asker.ask(request::build(&operation, surface, asker.target, &[])).await;
            if plain.is_some_and(|exchange| exists(&exchange, missing)) {
                return prefix.clone();
            }
        }
    }
    likeliest
}

/// The operations under this path.
pub(super) fn below(prefix: &str, operations: Vec<Operation>) -> Vec<Operation> {
    if prefix.is_empty() {
        return operations;
    }
    let moved = |operation: Operation| {
        let path = PathTemplate::from(format!("{prefix}{}", operation.path));
        Operation { path, ..operation }
    };
    operations.into_iter().map(moved).collect()
}

#[cfg(test)]
mod tests {
    use model::{Origin, Scheme, Source};

    use super::*;

    fn of(url_path: &str, served: Option<&str>, servers: &[&str], paths: &[&str]) -> Vec<String> {
        let origin = Origin { scheme: Scheme::Http, host: "shop.example".to_owned(), port: 80 };
        let target = Target { path: url_path.to_owned(), ..Target::of(origin) };
        let facts = SpecFacts { servers: servers.iter().map(|s| (*s).to_owned()).collect(), ..SpecFacts::default() };
        let operations: Vec<Operation> =
            paths.iter().map(|path| Operation::undeclared(Method::GET, *path, Source::Specification)).collect();
        candidates(&target, served, &facts, &operations)
    }

    #[test]
    fn the_url_is_the_base_of_a_given_document_without_a_server() {
        assert_eq!(of("/shop", None, &[], &["/carts"]), ["/shop", ""]);
        assert_eq!(of("/shop/", None, &[], &["/shop/carts"]), [""], "the paths say it themselves");
        assert_eq!(of("/shop", None, &["/"], &["/carts"]), ["", "/shop"], "a proxy may take the prefix away");
        assert_eq!(of("/", None, &[], &["/carts"]), [""]);
        assert_eq!(of("/shop", None, &[], &["/shopping"]), ["/shop", ""]);
    }

    #[test]
    fn a_served_document_means_the_root_unless_nothing_is_there() {
        assert_eq!(of("/", Some("/openapi.json"), &[], &["/carts"]), [""]);
        assert_eq!(of("/", Some("/v2/openapi.json?x=/a/b"), &[], &["/carts"]), ["", "/v2"]);
        assert_eq!(of("/shop", Some("/shop/openapi.json"), &["/"], &["/carts"]), ["", "/shop"]);
        assert_eq!(of("/shop", Some("/docs/openapi.json"), &[], &["/carts"]), ["", "/shop", "/docs"]);
    }

    #[test]
    fn operations_are_moved_whole() {
        let operation = Operation::undeclared(Method::GET, "/carts/{id}", Source::Specification);
        assert_eq!(below("/shop", vec![operation])[0].path, "/shop/carts/{id}");
    }
}
