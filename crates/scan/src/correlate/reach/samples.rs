//! Exchanges for the tests beside it.

use model::{Exchange, Origin, Outcome, Request, Response, Scheme};

/// `GET path` answered with this status and JSON or HTML body, by how it begins.
pub(in crate::correlate) fn exchange(path: &str, status: u16, body: &str) -> Exchange {
    answered(path, status, &[], body)
}

/// The same with headers.
pub(super) fn answered(path: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Exchange {
    let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
    let media = if body.starts_with('<') { "text/html" } else { "application/json" };
    let typed = [("Content-Type", media)];
    let all = headers.iter().chain(&typed).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let outcome = Outcome::Answered(Response::new(status, all, body.as_bytes().to_vec()));
    Exchange { serial: 1, request: Request::get(&origin, path), outcome, elapsed_us: 1_000, hops: Vec::new() }
}
