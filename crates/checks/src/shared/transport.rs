//! How sure a finding about the transport is.

use model::{Confidence, Origin, Scheme};

/// What is true of a server on this machine need not be true of it in production, where a proxy may stand before it.
pub fn confidence(origin: &Origin, elsewhere: Confidence) -> Confidence {
    if origin.is_loopback() && origin.scheme == Scheme::Http { Confidence::Tentative } else { elsewhere }
}

/// The sentence that goes with it; empty when there is nothing to say.
pub fn caveat(origin: &Origin) -> &'static str {
    if origin.is_loopback() && origin.scheme == Scheme::Http {
        " Seen on loopback over plain HTTP, where it does no harm; true in production unless the deployment changes it."
    } else {
        ""
    }
}
