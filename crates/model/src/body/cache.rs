use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::StoredBody;
use super::stored::{Give, Owner, Taken};

/// The owner of the memory that the bodies of a scan take.
///
/// It counts their bytes, packed and unpacked, and the JSON read from them. When they come to more than the cap, those that were
/// not read for longest are packed, until a quarter of the cap is free; when that is not enough, their JSON is forgotten. Both are
/// made again when somebody asks, and JSON is asked for most. What somebody holds, and what cannot be packed, stays.
#[derive(Debug)]
pub struct BodyCache {
    cap: usize,
    held: AtomicUsize,
    least: AtomicUsize,
    clock: AtomicU64,
    bodies: Mutex<Vec<Arc<StoredBody>>>,
}

impl BodyCache {
    /// A cache of so many bytes.
    pub fn new(cap: usize) -> Arc<BodyCache> {
        let [held, least] = [AtomicUsize::new(0), AtomicUsize::new(0)];
        Arc::new(BodyCache { cap, held, least, clock: AtomicU64::new(0), bodies: Mutex::default() })
    }

    /// Takes a body over.
    pub fn admit(self: &Arc<BodyCache>, body: &Arc<StoredBody>) {
        if !body.is_empty() {
            self.bodies.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(body));
            let owner: Arc<dyn Owner> = Arc::<BodyCache>::clone(self);
            body.belongs_to(&owner);
        }
    }

    /// The bytes that all forms of its bodies take now.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// The bytes that its bodies take when everything is given up that can be, as far as is known.
    pub fn least(&self) -> usize {
        self.least.load(Ordering::Relaxed)
    }

    fn shrink(&self) {
        let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        bodies.sort_by_cached_key(|body| body.used());
        for give in [Give::Bytes, Give::Everything] {
            for body in &bodies {
                if self.held() <= self.cap / 4 * 3 {
                    return;
                }
                let (before, after) = body.shrink(give);
                self.changed(before, after);
            }
        }
    }
}

impl Owner for BodyCache {
    fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::Relaxed)
    }

    fn changed(&self, before: Taken, after: Taken) {
        let change = |sum: &AtomicUsize, before: usize, after: usize| {
            sum.fetch_add(after, Ordering::Relaxed);
            sum.fetch_sub(before, Ordering::Relaxed);
        };
        change(&self.held, before.now, after.now);
        change(&self.least, before.least, after.least);
        if after.now > before.now && self.held() > self.cap {
            self.shrink();
        }
    }
}
