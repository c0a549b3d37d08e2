//! What is known of refusals that a limiter gave, as against those of a ban.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use model::Request;

/// In place of a check's number: what asks again whether the target still answers.
pub(crate) const ASKED_AGAIN: u32 = u32::MAX;

/// Most paths that are remembered.
const PATHS: usize = 1_000;

/// What is known of refusals that are no ban.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// Paths with a limit of their own, which has nothing to do with how fast the scan goes.
    lasting: Mutex<BTreeSet<String>>,
    /// Whether a burst was refused, and nothing was let in since.
    of_burst: AtomicBool,
    /// Whether something was put off and sent again.
    waited: AtomicBool,
}

impl Refusals {
    /// Whether the path of this request is refused whatever the scan waits.
    pub(crate) fn last(&self, request: &Request) -> bool {
        self.lasting.lock().unwrap_or_else(PoisonError::into_inner).contains(&place(request))
    }

    /// Takes how a path that was waited for answered in the end.
    pub(crate) fn settle(&self, request: &Request, put_off: bool) {
        let mut lasting = self.lasting.lock().unwrap_or_else(PoisonError::into_inner);
        if !put_off {
            lasting.remove(&place(request));
        } else if lasting.len() < PATHS {
            lasting.insert(place(request));
        }
    }

    /// A burst was refused.
    pub(crate) fn burst_refused(&self) {
        self.of_burst.store(true, Ordering::Relaxed);
    }

    /// Whether a burst was refused, and nothing was let in since.
    pub(crate) fn hold_a_burst(&self) -> bool {
        self.of_burst.load(Ordering::Relaxed)
    }

    /// Takes whether the target still refuses for a burst.
    pub(crate) fn hold_burst(&self, still: bool) {
        self.of_burst.store(still, Ordering::Relaxed);
    }

    /// Something was put off and sent again.
    pub(crate) fn wait(&self) {
        self.waited.store(true, Ordering::Relaxed);
    }

    /// Whether something was put off and sent again.
    pub(crate) fn waited(&self) -> bool {
        self.waited.load(Ordering::Relaxed)
    }
}

fn place(request: &Request) -> String {
    format!("{}{}", request.origin, request.path())
}
