use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Exchange, Request, Truncation};

use crate::Limits;

/// Bodies that came too slowly, after which a scan has no more time for such.
const SLOW: usize = 12;

/// What the next body may take, by what the others took: a scan holds all its exchanges in memory, and is over in seconds.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    bodies: AtomicUsize,
    documents: AtomicUsize,
    slow: AtomicUsize,
}

/// What one body may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// The most to read of it.
    pub(crate) bytes: usize,
    /// By what the time limits of a body are divided.
    pub(crate) haste: u32,
}

impl Kept {
    /// What the body of the response to this request may take.
    pub(crate) fn allowance(&self, request: &Request, limits: &Limits) -> Allowance {
        let haste = if self.slow.load(Ordering::Relaxed) < SLOW { 1 } else { 8 };
        Allowance { bytes: self.bytes(request, limits), haste }
    }

    fn bytes(&self, request: &Request, limits: &Limits) -> usize {
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
        if exchange.response().is_some_and(|response| response.truncated == Some(Truncation::Time)) {
            self.slow.fetch_add(1, Ordering::Relaxed);
        }
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
            let kept = Kept { bodies, documents, ..Kept::default() };
            kept.allowance(request, &limits).bytes
        };
        assert_eq!(cap(0, 0, &small), 2 << 20);
        assert_eq!(cap(16 << 20, 0, &small), 2 << 20);
        assert_eq!(cap(24 << 20, 0, &small), 1 << 20);
        assert_eq!(cap(40 << 20, 0, &small), 64 << 10);
        assert_eq!(cap(1 << 30, 0, &small), 4 << 10);
        assert_eq!(cap(0, 0, &large), 96 << 20);
        assert_eq!(cap(0, 95 << 20, &large), 2 << 20, "a document is read like anything else at least");
    }

    #[test]
    fn a_target_that_drips_gets_less_time() {
        let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let request = Request::get(&origin, "/");
        let haste =
            |slow: usize| Kept { slow: slow.into(), ..Kept::default() }.allowance(&request, &Limits::default()).haste;
        assert_eq!((haste(0), haste(SLOW - 1), haste(SLOW)), (1, 1, 8));
    }
}
