use std::fmt::Debug;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use model::{Exchange, NotTested, OrderKey, Request, TlsReport};
use wire::{Lease, Wire};

/// How the requests of a detector leave: over [`Wire`], or to a script in the tests of detectors.
pub trait Sender: Debug + Sync {
    /// Sends a request within the lease. Every outcome is an exchange.
    ///
    /// # Errors
    /// Why nothing was sent.
    fn send<'a>(
        &'a self,
        request: Request,
        lease: &'a Lease,
        key: OrderKey,
    ) -> BoxFuture<'a, Result<Arc<Exchange>, NotTested>>;

    /// What the target's TLS accepts.
    ///
    /// # Errors
    /// Not applicable when the target is not https.
    fn inspect_tls(&self) -> BoxFuture<'_, Result<Arc<TlsReport>, NotTested>>;

    /// Whether the target put off requests of this scan, which were then sent again.
    fn was_put_off(&self) -> bool {
        false
    }

    /// How many exchanges of the last minute are such, by all rules.
    fn count_lately(&self, _such: &dyn Fn(&Exchange) -> bool) -> u32 {
        0
    }

    /// An id of the shape of `like` that no object has, made from a word.
    fn nobody(&self, like: &str, word: &str) -> String;
}

impl Sender for Wire {
    fn send<'a>(
        &'a self,
        request: Request,
        lease: &'a Lease,
        key: OrderKey,
    ) -> BoxFuture<'a, Result<Arc<Exchange>, NotTested>> {
        Wire::send(self, request, lease, key).boxed()
    }

    fn inspect_tls(&self) -> BoxFuture<'_, Result<Arc<TlsReport>, NotTested>> {
        Wire::inspect_tls(self).boxed()
    }

    fn was_put_off(&self) -> bool {
        Wire::was_put_off(self)
    }

    fn count_lately(&self, such: &dyn Fn(&Exchange) -> bool) -> u32 {
        Wire::count_lately(self, such)
    }

    fn nobody(&self, like: &str, word: &str) -> String {
        Wire::nobody(self, like, word)
    }
}
