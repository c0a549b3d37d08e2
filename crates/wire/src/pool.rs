use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model::Origin;

use crate::connection::Sender;

/// Connections that wait for their next request, by origin.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    idle: Mutex<BTreeMap<Origin, Vec<Sender>>>,
}

impl Pool {
    /// An idle connection that is still open, if there is one.
    pub(crate) fn take(&self, origin: &Origin) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle.get_mut(origin)?;
        while let Some(sender) = waiting.pop() {
            if !sender.is_closed() && sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    /// Gives a connection back after its response was read whole.
    pub(crate) fn give(&self, origin: &Origin, sender: Sender) {
        if !sender.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).entry(origin.clone()).or_default().push(sender);
        }
    }
}
