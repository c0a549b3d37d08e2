use std::pin::pin;

use model::NotTested;
use tokio::sync::Notify;

use crate::Lease;
use crate::pace::Pace;

/// What every request passes right before it leaves on a socket, repeats included: what is counted is what was sent.
pub(crate) struct Gate<'a> {
    pub(crate) pace: &'a Pace,
    pub(crate) lease: &'a Lease,
    /// Whether anything may still be sent.
    pub(crate) alive: &'a (dyn Fn() -> Result<(), NotTested> + Sync),
    /// Told when nothing may be sent any more: no pause is waited for then.
    pub(crate) stopped: &'a Notify,
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
        let mut stopped = pin!(self.stopped.notified());
        stopped.as_mut().enable();
        self.is_open()?;
        tokio::select! {
            () = self.pace.wait(self.lease.is_provoking()) => {}
            () = stopped, if !self.lease.is_undo() => {}
        }
        (self.alive)()?;
        if self.lease.spend() { Ok(()) } else { Err(NotTested::OverBudget) }
    }
}
