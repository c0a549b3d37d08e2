use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Exchange, Request};

use crate::Limits;

/// How much of the next body may be read, by how much was kept: a scan holds all its exchanges in memory.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    bodies: AtomicUsize,
    documents: AtomicUsize,
}

impl Kept {
    /// The most to read of the body of the response to this request.
    pub(crate) fn cap(&self, request: &Request, limits: &Limits) -> usize {
        let bodies = self.bodies.load(Ordering::Relaxed);
        let body = if bodies < limits.kept_bytes {
            limits.body_bytes
        } else if bodies < limits.kept_bytes.saturating_mul(2) {
            limits.body_bytes.min(64 << 10)
        } else {
            limits.body_bytes.min(4 << 10)
        };
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
