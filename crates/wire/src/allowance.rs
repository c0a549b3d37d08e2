use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{BodyCache, Exchange, Request};

use crate::Limits;
use crate::in_flight::InFlight;
use crate::slow::Patience;

/// The least that a body may take while there is room, and when there is none.
const LEAST: usize = 64 << 10;
const WITHOUT_ROOM: usize = 4 << 10;

/// Owns the bodies of a scan, and says what the next one may take by what they took.
#[derive(Debug)]
pub(crate) struct Bodies {
    cache: Arc<BodyCache>,
    in_flight: InFlight,
    documents: AtomicUsize,
}

/// What one body may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance<'a> {
    /// The most to read of it.
    pub(crate) bytes: usize,
    /// The most to read of it when it begins like an API description.
    pub(crate) document: usize,
    /// How long the response is waited for.
    pub(crate) patience: Patience,
    /// Where the memory comes from until the cache owns it.
    pub(crate) in_flight: &'a InFlight,
}

impl Allowance<'_> {
    /// For the body of a response of this media type.
    pub(crate) fn with_media(self, media: Option<&str>) -> Self {
        Allowance { patience: self.patience.with_media(media), ..self }
    }
}

impl Bodies {
    pub(crate) fn new(limits: &Limits) -> Bodies {
        Bodies {
            cache: BodyCache::new(limits.hot_bytes),
            in_flight: InFlight::new(limits.in_flight_bytes),
            documents: AtomicUsize::new(0),
        }
    }

    /// What the body of the response to this request may take.
    pub(crate) fn allowance(&self, request: &Request, limits: &Limits, patience: Patience) -> Allowance<'_> {
        let bytes = limits.body_bytes.min(share(limits.kept_bytes, self.cache.least()));
        let documents = limits.document_bytes.saturating_sub(self.documents.load(Ordering::Relaxed));
        let document = if request.large { documents.max(bytes) } else { bytes };
        Allowance { bytes, document, patience, in_flight: &self.in_flight }
    }

    /// Takes the body of an exchange over.
    pub(crate) fn keep(&self, exchange: &Exchange, limits: &Limits) {
        let Some(response) = exchange.response() else { return };
        if response.body_len() > limits.body_bytes {
            self.documents.fetch_add(response.body_len(), Ordering::Relaxed);
        }
        response.keep_in(&self.cache);
    }
}

/// One body takes at most a quarter of what is left.
fn share(most: usize, kept: usize) -> usize {
    match most.checked_sub(kept) {
        Some(left) => (left / 4).max(LEAST),
        None => WITHOUT_ROOM,
    }
}

#[cfg(test)]
mod tests {
    use model::{Origin, Scheme};

    use super::*;

    #[test]
    fn what_is_left_is_shared_out() {
        let most = 24 << 20;
        assert_eq!(share(most, 0), 6 << 20);
        assert_eq!(share(most, 16 << 20), 2 << 20);
        assert_eq!(share(most, 20 << 20), 1 << 20);
        assert_eq!(share(most, most), 64 << 10);
        assert_eq!(share(most, most + 1), 4 << 10);
    }

    #[test]
    fn documents_have_a_share_of_their_own() {
        let limits = Limits::default();
        let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let large = Request { large: true, ..Request::get(&origin, "/") };
        let most = |documents: usize, request: &Request| {
            let bodies = Bodies { documents: documents.into(), ..Bodies::new(&limits) };
            bodies.allowance(request, &limits, Patience::whole(&limits)).document
        };
        assert_eq!(most(0, &Request::get(&origin, "/")), limits.body_bytes);
        assert_eq!(most(0, &large), limits.document_bytes);
        assert_eq!(most(limits.document_bytes, &large), limits.body_bytes, "read like anything else at least");
    }
}
