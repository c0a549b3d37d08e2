use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Exchange, OrderKey};

/// An exchange with its place in the transcript.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The least key of all who asked for it.
    pub key: OrderKey,
    /// The exchange.
    pub exchange: Arc<Exchange>,
    /// Unix time in milliseconds when it was sent.
    pub sent_at_ms: i64,
}

/// Every exchange of a scan, in memory.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    records: Mutex<BTreeMap<u64, Recorded>>,
}

impl Transcript {
    pub(crate) fn record(&self, key: OrderKey, exchange: &Arc<Exchange>, sent_at_ms: i64) {
        self.records
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(exchange.serial, Recorded { key, exchange: Arc::clone(exchange), sent_at_ms });
    }

    /// Forgets an exchange in whose place another came.
    pub(crate) fn forget(&self, serial: u64) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).remove(&serial);
    }

    /// Somebody else asked the same: the transcript keeps the smaller key, so that numbering does not depend on who came first.
    pub(crate) fn shared(&self, key: OrderKey, serial: u64) {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) = records.get_mut(&serial) {
            record.key = record.key.min(key);
        }
    }

    /// How many of the requests sent since then, in Unix milliseconds, are such.
    pub(crate) fn count_since(&self, since_ms: i64, such: &dyn Fn(&Exchange) -> bool) -> u32 {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.values().filter(|record| record.sent_at_ms >= since_ms && such(&record.exchange)).count() as u32
    }

    pub(crate) fn sorted(&self) -> Vec<Recorded> {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Recorded> = records.values().cloned().collect();
        all.sort_by(|a, b| {
            (a.key, &a.exchange.request.target, a.exchange.serial).cmp(&(
                b.key,
                &b.exchange.request.target,
                b.exchange.serial,
            ))
        });
        all
    }
}
