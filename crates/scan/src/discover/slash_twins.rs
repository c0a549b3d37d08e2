//! Operations that differ by a slash at the end of their path alone, and of which one only redirects to the other: `/x` and `/x/` of
//! Django, Flask, Rails and Starlette are one operation.

use checks::calling::request;
use model::{Exchange, Method, Operation, Response, Surface};

use super::asker::Asker;
use super::found::{Found, key};
use crate::rounds::observe::may_be_called;

/// Pairs that are called. Where all of them agree, the others do what the same router does.
const CALLED: usize = 3;

/// Which of a pair only redirects to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Redirects {
    WithSlash,
    WithoutSlash,
}

/// Joins the operations of each such pair under the path that answers.
pub(super) async fn join(asker: &Asker<'_>, surface: &mut Surface, found: &mut Found) {
    let pairs: Vec<(Operation, Operation)> = pairs(found);
    let callable =
        |pair: &&(Operation, Operation)| pair.0.method == Method::GET && may_be_called(&pair.0, asker.target.consent);
    let mut told: Vec<(&Operation, Option<Redirects>)> = Vec::new();
    for (without, with) in pairs.iter().filter(callable).take(CALLED) {
        let mut redirects = None;
        for (operation, which) in [(without, Redirects::WithoutSlash), (with, Redirects::WithSlash)] {
            let answer = asker.ask(request::build(operation, surface, asker.target, &[])).await;
            if redirects.is_none() && answer.is_some_and(|exchange| leads_to_twin(&exchange)) {
                redirects = Some(which);
            }
            if redirects.is_some() {
                break;
            }
        }
        told.push((without, redirects));
    }
    let Some((_, first)) = told.first().copied() else { return };
    let agree = first.is_some() && told.iter().all(|(_, redirects)| *redirects == first);
    let mut joined = 0_usize;
    for (without, with) in &pairs {
        let of_this = told.iter().find(|(operation, _)| operation.path == without.path).and_then(|(_, told)| *told);
        match of_this.or(first.filter(|_| agree)) {
            Some(Redirects::WithoutSlash) => found.join(&key(without), &key(with)),
            Some(Redirects::WithSlash) => found.join(&key(with), &key(without)),
            None => continue,
        }
        joined += 1;
    }
    if joined > 1 {
        surface.notes.push(format!(
            "{} only redirect to the same path with or without a slash at its end, and are tested there",
            model::counted(joined, "operation")
        ));
    }
}

/// Operations without and with a slash at the end of the same path.
fn pairs(found: &Found) -> Vec<(Operation, Operation)> {
    let without = found.operations().filter(|o| !o.path.ends_with('/'));
    without
        .filter_map(|o| {
            let (path, method) = key(o);
            let with = found.operations.get(&(format!("{path}/"), method))?;
            Some((o.clone(), with.clone()))
        })
        .collect()
}

/// Whether an exchange redirects to its own path, but for the slash at the end.
fn leads_to_twin(exchange: &Exchange) -> bool {
    let target = || {
        let location = exchange.header("location")?;
        let url = url::Url::parse(&exchange.request.url()).ok()?.join(location).ok()?;
        let own_origin = wire::origin_of(&url)? == exchange.request.origin;
        own_origin.then(|| url.path().to_owned())
    };
    let own = exchange.request.path();
    exchange.response().is_some_and(Response::is_redirect)
        && target().is_some_and(|path| path != own && path.trim_end_matches('/') == own.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Request, Scheme, Source};

    use super::super::link;
    use super::*;

    #[test]
    fn a_redirect_to_the_same_path_with_a_slash_makes_twins() {
        let origin = Origin { scheme: Scheme::Http, host: "shop.example".to_owned(), port: 80 };
        let leads = |target: &str, status: u16, location: &str| {
            let headers = vec![("Location".to_owned(), location.to_owned())];
            let outcome = Outcome::Answered(Response::new(status, headers, Vec::new()));
            let request = Request::get(&origin, target);
            leads_to_twin(&Exchange { serial: 0, request, outcome, elapsed_us: 0, hops: Vec::new() })
        };
        assert!(
            leads("/x?a=1", 308, "/x/?a=1") && leads("/x/", 301, "http://shop.example/x") && leads("/x", 302, "x/")
        );
        assert!(!leads("/x", 302, "/login?next=/x/") && !leads("/x", 200, "/x/") && !leads("/x", 301, "/x?y=1"));
        assert!(!leads("/x", 301, "https://shop.example/x/"), "another origin");
    }

    #[test]
    fn what_is_joined_keeps_its_parameters() {
        let mut found = Found::default();
        for path in ["/x?a=1", "/x/?b=2", "/y"] {
            found.add(link::operation(path, Source::Link));
        }
        let pairs = pairs(&found);
        assert_eq!(pairs.len(), 1);
        found.join(&key(&pairs[0].0), &key(&pairs[0].1));
        let left: Vec<(String, usize)> = found.operations().map(|o| (o.path.to_string(), o.parameters.len())).collect();
        assert_eq!(left, [("/x/".to_owned(), 2), ("/y".to_owned(), 0)]);
    }
}
