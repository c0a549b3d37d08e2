use model::NotTested;

use crate::Lease;
use crate::pace::Pace;

/// What every request passes right before it leaves on a socket, repeats included: what is counted is what was sent.
pub(crate) struct Gate<'a> {
    pub(crate) pace: &'a Pace,
    pub(crate) lease: &'a Lease,
    /// Whether anything may still be sent.
    pub(crate) alive: &'a (dyn Fn() -> Result<(), NotTested> + Sync),
}

impl Gate<'_> {
    /// Whether there is any use in opening a connection.
    ///
    /// # Errors
    /// As [`Gate::pass`].
    pub(crate) fn is_open(&self) -> Result<(), NotTested> {
        (self.alive)()?;
        if self.lease.can_spend() { Ok(()) } else { Err(NotTested::OverBudget) }
    }

    /// Waits for its turn and takes one request of the budget.
    ///
    /// # Errors
    /// Why nothing may be sent: over budget, cut, blocked, no answer.
    pub(crate) async fn pass(&self) -> Result<(), NotTested> {
        self.is_open()?;
        self.pace.wait().await;
        (self.alive)()?;
        if self.lease.spend() { Ok(()) } else { Err(NotTested::OverBudget) }
    }
}
