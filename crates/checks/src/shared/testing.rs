//! Exchanges for unit tests of judges.

use std::sync::Arc;

use model::{Exchange, Origin, Outcome, Request, Response, Scheme};

/// The origin of test exchanges.
pub(crate) fn origin() -> Origin {
    Origin { scheme: Scheme::Http, host: "app.test".to_owned(), port: 80 }
}

/// An answer with these headers to a request.
pub(crate) fn answer_to(request: Request, status: u16, headers: &[(&str, &str)], body: &str) -> Arc<Exchange> {
    let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let response = Response::new(status, headers, body.as_bytes().to_vec());
    Arc::new(Exchange { serial: 0, request, outcome: Outcome::Answered(response), elapsed_us: 1, hops: Vec::new() })
}

/// An answer of this media type to `GET /`.
pub(crate) fn answer(status: u16, media: &str, body: &str) -> Arc<Exchange> {
    answer_to(Request::get(&origin(), "/"), status, &[("Content-Type", media)], body)
}
