use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::Effect;

use crate::{Account, Budget};

/// What one asker may send: how many requests and who pays for them, whether refusals are what it is after, and what its requests
/// may do to the target. It runs dry; there is no way around it.
#[derive(Debug, Clone)]
pub struct Lease {
    budget: Arc<Budget>,
    account: Account,
    left: Arc<AtomicU32>,
    /// Shared requests that it has paid for; asking for them again is free.
    paid: Arc<Mutex<BTreeSet<[u8; 32]>>>,
    provokes: bool,
    effect: Effect,
    expects_refusal: bool,
    insists: bool,
}

impl Lease {
    /// A lease of so many requests that change nothing, paid by the scan, polite.
    pub fn reading(budget: &Arc<Budget>, requests: u32) -> Lease {
        Lease {
            budget: Arc::clone(budget),
            account: Account::Scan,
            left: Arc::new(AtomicU32::new(requests)),
            paid: Arc::default(),
            provokes: false,
            effect: Effect::Reads,
            expects_refusal: false,
            insists: false,
        }
    }

    /// Paid by this account.
    #[must_use]
    pub fn paid_by(self, account: Account) -> Lease {
        Lease { account, ..self }
    }

    /// For bursts: a refusal with 429 or 503 is what they are after, so that it says nothing about the target's patience. They wait
    /// for the pauses that others were asked for, like everybody.
    #[must_use]
    pub fn provoking(self) -> Lease {
        Lease { provokes: true, ..self }
    }

    /// Allows this effect. `expects_refusal`: the target is expected to refuse what changes state: bogus methods, malformed bodies,
    /// failed logins.
    #[must_use]
    pub fn with_effect(self, effect: Effect, expects_refusal: bool) -> Lease {
        Lease { effect, expects_refusal, ..self }
    }

    /// Sends also to a target that was given up because it never answered.
    #[must_use]
    pub(crate) fn insisting(self) -> Lease {
        Lease { insists: true, ..self }
    }

    /// Whether it sends to a target that never answered.
    pub(crate) fn insists(&self) -> bool {
        self.insists
    }

    /// What its requests may do.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Whether the target is expected to refuse what changes state.
    pub fn expects_refusal(&self) -> bool {
        self.expects_refusal
    }

    /// Whether refusals with 429 and 503 are what it is after.
    pub fn is_provoking(&self) -> bool {
        self.provokes
    }

    /// Whether it undoes what the scan created, which goes on after a stop.
    pub(crate) fn is_undo(&self) -> bool {
        self.account == Account::Undo
    }

    /// For sending again what the target put off: paid by the account for that, and out of no lease.
    pub(crate) fn again(&self) -> Lease {
        let account = if self.is_undo() { Account::Undo } else { Account::Again };
        self.clone().paid_by(account)
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

    /// Whether its account has a request left.
    pub(crate) fn can_spend(&self) -> bool {
        self.budget.has(self.account)
    }

    /// Takes one request of its account.
    pub(crate) fn spend(&self) -> bool {
        self.budget.take(self.account)
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
        assert!(take(&second) && !take(&second) && !second.can_spend());
        assert_eq!((budget.spent(), budget.left()), (3, 0));
        let apart = Lease::reading(&budget, 1).paid_by(Account::Apart);
        assert!(apart.can_spend() && take(&apart), "what is apart is counted apart");
    }

    #[test]
    fn a_shared_request_is_paid_for_once() {
        let lease = Lease::reading(&Arc::new(Budget::new(9)), 1);
        assert!(lease.pay_for([1; 32]) && lease.pay_for([1; 32]) && !lease.pay_for([2; 32]));
    }
}
