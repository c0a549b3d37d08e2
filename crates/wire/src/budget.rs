use std::sync::{Mutex, MutexGuard, PoisonError};

/// Which account of the budget pays for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// The scan's own.
    Scan,
    /// The one kept apart for bursts. With a maximum that the user named there is only one.
    Apart,
    /// The one kept apart for guesses where little was found, so that they leave bursts and rules what these need. With a maximum that
    /// the user named there is only one.
    Guesses,
    /// For what is sent again: after a 429, and to see whether a credential still works. How often that is needed does not decide what
    /// else is sent. With a maximum that the user named there is only one.
    Again,
    /// What was set aside to undo what the scan creates; once that is used up, the scan's own.
    Undo,
}

/// What a whole scan may send.
#[derive(Debug)]
pub struct Budget {
    counts: Mutex<Counts>,
    strict: bool,
}

#[derive(Debug)]
struct Counts {
    total: u32,
    spent: u32,
    aside: u32,
    kept: u32,
    apart: u32,
    guesses: u32,
    again: u32,
}

impl Counts {
    /// Requests that may still be sent again: in all half as many as the scan's own, and a burst.
    fn left_again(&self) -> u32 {
        (self.total / 2).saturating_add(Budget::APART).saturating_sub(self.again)
    }

    fn left(&self) -> u32 {
        self.total.saturating_sub(self.spent).saturating_sub(self.aside).saturating_sub(self.kept)
    }
}

impl Budget {
    /// What [`Account::Apart`] holds in a scan.
    pub const APART: u32 = 60;

    /// What [`Account::Guesses`] holds in a scan.
    pub const GUESSES: u32 = 48;

    /// A budget of so many requests.
    pub fn new(total: u32) -> Budget {
        let counts =
            Counts { total, spent: 0, aside: 0, kept: 0, apart: Budget::APART, guesses: Budget::GUESSES, again: 0 };
        Budget { counts: Mutex::new(counts), strict: false }
    }

    /// A budget of so many requests, whatever they are for: a maximum that the user named is one.
    pub fn strict(total: u32) -> Budget {
        Budget { strict: true, ..Budget::new(total) }
    }

    /// Whether nothing may go beyond the maximum.
    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the total, once the surface is known.
    pub fn set_total(&self, total: u32) {
        self.counts().total = total;
    }

    /// The total.
    pub fn total(&self) -> u32 {
        self.counts().total
    }

    /// Requests that left on a socket, those of the accounts kept apart not counted.
    pub fn spent(&self) -> u32 {
        self.counts().spent
    }

    /// Requests left, those of the accounts kept apart not counted.
    pub fn left(&self) -> u32 {
        self.counts().left()
    }

    /// Keeps so many requests back for later, at most what is left, until [`Budget::release`].
    pub fn keep_back(&self, requests: u32) {
        let mut counts = self.counts();
        counts.kept = 0;
        counts.kept = requests.min(counts.left());
    }

    /// Ends what [`Budget::keep_back`] began.
    pub fn release(&self) {
        self.counts().kept = 0;
    }

    /// Whether an account has a request left.
    pub(crate) fn has(&self, account: Account) -> bool {
        let counts = self.counts();
        match account {
            Account::Apart if !self.strict => counts.apart > 0,
            Account::Guesses if !self.strict => counts.guesses > 0,
            Account::Again if !self.strict => counts.left_again() > 0,
            Account::Undo if counts.aside > 0 => true,
            _ => counts.left() > 0,
        }
    }

    /// Takes one request out of an account, if one is left.
    pub(crate) fn take(&self, account: Account) -> bool {
        let mut counts = self.counts();
        let kept = match account {
            Account::Apart => Some(&mut counts.apart),
            Account::Guesses => Some(&mut counts.guesses),
            _ => None,
        };
        if let Some(kept) = kept.filter(|_| !self.strict) {
            let had = *kept > 0;
            *kept = kept.saturating_sub(1);
            return had;
        }
        match account {
            Account::Again if !self.strict => {
                let has = counts.left_again() > 0;
                counts.again += u32::from(has);
                return has;
            }
            Account::Undo if counts.aside > 0 => counts.aside -= 1,
            _ if counts.left() > 0 => {}
            _ => return false,
        }
        counts.spent += 1;
        true
    }

    /// Sets one request aside to undo what another is about to create; there have to be two.
    pub(crate) fn set_aside(&self) -> bool {
        let mut counts = self.counts();
        let has = counts.left() > 1;
        counts.aside += u32::from(has);
        has
    }

    /// Gives back what was set aside: nothing is to be undone.
    pub(crate) fn give_back(&self) {
        let mut counts = self.counts();
        counts.aside = counts.aside.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_apart_unless_the_user_named_a_maximum() {
        let taken = |budget: &Budget| {
            let of = |account| (0..100).filter(|_| budget.take(account)).count();
            (of(Account::Apart), of(Account::Again), of(Account::Scan), budget.spent(), budget.left())
        };
        assert_eq!(taken(&Budget::new(3)), (60, 61, 3, 3, 0));
        assert_eq!(taken(&Budget::strict(3)), (3, 0, 0, 3, 0));
    }

    #[test]
    fn what_is_set_aside_is_there_to_undo() {
        let budget = Budget::strict(3);
        assert!(
            budget.set_aside() && budget.take(Account::Scan) && !budget.set_aside(),
            "one is left, and two are needed"
        );
        assert!(budget.take(Account::Scan) && !budget.has(Account::Scan) && !budget.take(Account::Scan));
        assert!(budget.has(Account::Undo) && budget.take(Account::Undo) && !budget.take(Account::Undo));
        assert_eq!((budget.spent(), budget.left()), (3, 0));
        let budget = Budget::new(2);
        assert!(budget.set_aside());
        budget.give_back();
        assert_eq!(budget.left(), 2);
    }
}
