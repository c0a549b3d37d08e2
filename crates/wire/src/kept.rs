use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Exchange, Request};

use crate::Limits;
use crate::slow::Patience;

/// What the next body may take, by what the others took: a scan holds all its exchanges in memory.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    bodies: AtomicUsize,
    documents: AtomicUsize,
}

/// What one response may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// The most to read of it.
    pub(crate) bytes: usize,
    /// How long the response is waited for.
    pub(crate) patience: Patience,
}

impl Allowance {
    /// For the body of a response of this media type.
    pub(crate) fn with_media(self, media: Option<&str>) -> Allowance {
        Allowance { patience: self.patience.with_media(media), ..self }
    }
}

impl Kept {
    /// What the body of the response to this request may take.
    pub(crate) fn bytes(&self, request: &Request, limits: &Limits) -> usize {
        let bodies = self.bodies.load(Ordering::Relaxed);
        let share = match limits.kept_bytes.checked_sub(bodies) {
            Some(left) => (left / 8).max(64 << 10),
            None if bodies < limits.kept_bytes.saturating_mul(4) => 64 << 10,
            None => 4 << 10,
        };
        let body = limits.body_bytes.min(share);
        if request.large {
            limits.document_bytes.saturating_sub(self.documents.load(Ordering::Relaxed)).max(body)
        } else {
            body
        }
    }

    /// Counts what an exchange holds.
    pub(crate) fn add(&self, exchange: &Exchange) {
        let count = if exchange.request.large { &self.documents } else { &self.bodies };
        count.fetch_add(exchange.body().len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use model::{Method, Origin, Scheme};

    use super::*;

    #[test]
    fn what_is_left_is_shared_out() {
        let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let (small, large) = (Request::new(Method::GET, &origin, "/"), Request::get(&origin, "/"));
        let large = Request { large: true, ..large };
        let limits = Limits::default();
        let cap = |bodies, documents, request| {
            let (bodies, documents) = (AtomicUsize::new(bodies), AtomicUsize::new(documents));
            Kept { bodies, documents }.bytes(request, &limits)
        };
        assert_eq!(cap(0, 0, &small), 2 << 20);
        assert_eq!(cap(16 << 20, 0, &small), 2 << 20);
        assert_eq!(cap(24 << 20, 0, &small), 1 << 20);
        assert_eq!(cap(40 << 20, 0, &small), 64 << 10);
        assert_eq!(cap(1 << 30, 0, &small), 4 << 10);
        assert_eq!(cap(0, 0, &large), 96 << 20);
        assert_eq!(cap(0, 95 << 20, &large), 2 << 20, "a document is read like anything else at least");
    }
}
