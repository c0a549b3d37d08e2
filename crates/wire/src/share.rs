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
    known: Mutex<BTreeMap<[u8; 32], Shared>>,
}

impl Sharing {
    /// Where the exchange of this request is, or will be.
    pub(crate) fn of(&self, request: &Request) -> Shared {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(digest(request)).or_default())
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
