//! Identical requests that change nothing are sent once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Exchange, Request};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

/// The exchange of a request, as soon as there is one.
pub(crate) type Shared = Arc<OnceCell<Arc<Exchange>>>;

/// Requests sent so far with their exchanges.
#[derive(Debug, Default)]
pub(crate) struct Sharing {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    wave: u32,
    requests: BTreeMap<[u8; 32], (u32, Shared)>,
}

/// Where the exchange of a request is, or will be.
#[derive(Debug)]
pub(crate) struct Place {
    /// The request's identity.
    pub(crate) digest: [u8; 32],
    /// Filled by whoever comes first.
    pub(crate) exchange: Shared,
    /// Whether it was sent in an earlier wave. Within a wave everybody pays with their lease, since who comes first is chance.
    pub(crate) earlier: bool,
}

impl Sharing {
    /// Whatever was sent so far was sent earlier.
    pub(crate) fn begin_wave(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).wave += 1;
    }

    /// The place of this request.
    pub(crate) fn of(&self, request: &Request) -> Place {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let wave = known.wave;
        let digest = digest(request);
        let (since, exchange) = known.requests.entry(digest).or_insert_with(|| (wave, Shared::default()));
        if !exchange.initialized() {
            *since = wave;
        }
        Place { digest, exchange: Arc::clone(exchange), earlier: *since < wave }
    }
}

/// What makes two requests the same: everything that is sent, who sends it, and whether redirects are followed.
fn digest(request: &Request) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    add(request.method.as_str().as_bytes());
    add(request.origin.to_string().as_bytes());
    add(request.target.as_bytes());
    add(&[u8::from(request.identity.is_some()), u8::from(request.follow)]);
    add(request.identity.as_deref().unwrap_or("").as_bytes());
    for (name, value) in &request.headers {
        add(name.to_ascii_lowercase().as_bytes());
        add(value);
    }
    add(&request.body);
    hash.finalize().into()
}
