use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a whole scan may send.
#[derive(Debug)]
pub struct Budget {
    total: AtomicU32,
    spent: AtomicU32,
    burst: AtomicU32,
    strict: bool,
}

impl Budget {
    /// Requests of rate-limit bursts, and guesses where little was found, are counted apart, at most this many in a scan.
    pub const BURST: u32 = 60;

    /// A budget of so many requests.
    pub fn new(total: u32) -> Budget {
        Budget {
            total: AtomicU32::new(total),
            spent: AtomicU32::new(0),
            burst: AtomicU32::new(Budget::BURST),
            strict: false,
        }
    }

    /// A budget of so many requests, bursts counted among them: a maximum that the user named is one.
    pub fn strict(total: u32) -> Budget {
        Budget { strict: true, ..Budget::new(total) }
    }

    /// Sets the total, once the surface is known.
    pub fn set_total(&self, total: u32) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// The total.
    pub fn total(&self) -> u32 {
        self.total.load(Ordering::Relaxed)
    }

    /// Requests spent, bursts not counted.
    pub fn spent(&self) -> u32 {
        self.spent.load(Ordering::Relaxed)
    }

    /// Requests left, bursts not counted.
    pub fn left(&self) -> u32 {
        self.total().saturating_sub(self.spent())
    }

    fn take(&self, from_burst: bool) -> bool {
        let one_less = |n: u32| n.checked_sub(1);
        if from_burst && !self.strict {
            self.burst.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
        } else {
            let total = self.total();
            self.spent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < total).then_some(n + 1)).is_ok()
        }
    }
}

/// One asker's share of the budget. It runs dry; there is no way around it.
#[derive(Debug, Clone)]
pub struct Lease {
    budget: Arc<Budget>,
    left: Arc<AtomicU32>,
    /// Shared requests that it has paid for; asking for them again is free.
    paid: Arc<Mutex<BTreeSet<[u8; 32]>>>,
    burst: bool,
    writes: bool,
}

impl Lease {
    /// A lease of so many requests of methods that change nothing.
    pub fn reading(budget: &Arc<Budget>, requests: u32) -> Lease {
        Lease {
            budget: Arc::clone(budget),
            left: Arc::new(AtomicU32::new(requests)),
            paid: Arc::default(),
            burst: false,
            writes: false,
        }
    }

    /// A lease whose requests count against the separate allowance for bursts.
    pub fn burst(budget: &Arc<Budget>, requests: u32) -> Lease {
        Lease { burst: true, ..Lease::reading(budget, requests) }
    }

    /// Lets the lease send a request whose method could change state, though what it asks cannot: a GraphQL query, a text prompt
    /// to a recognised LLM endpoint.
    #[must_use]
    pub fn with_queries(self) -> Lease {
        Lease { writes: true, ..self }
    }

    /// Whether methods outside GET, HEAD and OPTIONS are allowed by what the request is.
    pub fn may_query(&self) -> bool {
        self.writes
    }

    /// Whether its requests are a burst, which the target is expected to refuse sooner or later.
    pub fn is_burst(&self) -> bool {
        self.burst
    }

    /// Requests left in this lease.
    pub fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed)
    }

    /// Takes one request of its own share.
    pub(crate) fn pay(&self) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok()
    }

    /// Takes one request of its own share for a request that others may send as well; once for each such request.
    pub(crate) fn pay_for(&self, digest: [u8; 32]) -> bool {
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        if paid.contains(&digest) {
            return true;
        }
        let pays = self.pay();
        if pays {
            paid.insert(digest);
        }
        pays
    }

    /// Takes one request of the scan's budget.
    pub(crate) fn spend(&self) -> bool {
        self.budget.take(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_runs_dry_and_so_does_the_budget() {
        let budget = Arc::new(Budget::new(3));
        let take = |lease: &Lease| lease.pay() && lease.spend();
        let first = Lease::reading(&budget, 2);
        assert!(take(&first) && take(&first) && !take(&first));
        let second = Lease::reading(&budget, 2);
        assert!(take(&second) && !take(&second));
        assert_eq!((budget.spent(), budget.left()), (3, 0));
        assert!(take(&Lease::burst(&budget, 1)), "bursts are counted apart");
    }

    #[test]
    fn a_shared_request_is_paid_for_once() {
        let lease = Lease::reading(&Arc::new(Budget::new(9)), 1);
        assert!(lease.pay_for([1; 32]) && lease.pay_for([1; 32]) && !lease.pay_for([2; 32]));
    }
}
