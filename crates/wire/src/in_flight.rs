//! The memory of bodies that are being read. However many come at once, together they take no more than this.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Permits are counted in this unit.
const UNIT: usize = 1 << 10;

/// What every body may take without asking. Nearly all fit.
pub(crate) const FREE: usize = 64 << 10;

/// Lends memory to bodies that are being read.
#[derive(Debug)]
pub(crate) struct InFlight {
    units: Semaphore,
    most: u32,
    documents: Semaphore,
}

/// What one body borrowed; given back when dropped.
#[derive(Debug, Default)]
pub(crate) struct Loan<'a> {
    memory: Option<SemaphorePermit<'a>>,
    document: Option<SemaphorePermit<'a>>,
}

impl InFlight {
    pub(crate) fn new(bytes: usize) -> InFlight {
        let most = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX).max(1);
        InFlight { units: Semaphore::new(most as usize), most, documents: Semaphore::new(1) }
    }
}

impl<'a> Loan<'a> {
    /// Waits for as many bytes. Asked for once, all at a time: who holds some and waits for more could wait for ever.
    pub(crate) async fn borrow(&mut self, from: &'a InFlight, bytes: usize) {
        if bytes > FREE && self.memory.is_none() {
            let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(from.most);
            self.memory = from.units.acquire_many(units).await.ok();
        }
    }

    /// Waits for the place of a very large document. There is one.
    pub(crate) async fn borrow_for_document(&mut self, from: &'a InFlight) {
        if self.document.is_none() {
            self.document = from.documents.acquire().await.ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn no_more_is_lent_than_there_is() {
        let all = InFlight::new(4 << 20);
        let borrowed = |bytes: usize| {
            let mut loan = Loan::default();
            let done = loan.borrow(&all, bytes).now_or_never().is_some();
            done.then_some(loan)
        };
        let (first, second) = (borrowed(2 << 20), borrowed(2 << 20));
        assert!(first.is_some() && second.is_some());
        assert!(borrowed(FREE).is_some() && borrowed(FREE + 1).is_none());
        drop(first);
        assert!(borrowed(2 << 20).is_some());
        drop(second);
        assert!(borrowed(1 << 30).is_some(), "what asks for more than there is gets all");
    }

    #[test]
    fn one_document_at_a_time() {
        let all = InFlight::new(4 << 20);
        let (mut one, mut other) = (Loan::default(), Loan::default());
        assert!(one.borrow_for_document(&all).now_or_never().is_some());
        assert!(other.borrow_for_document(&all).now_or_never().is_none());
        drop(one);
        assert!(other.borrow_for_document(&all).now_or_never().is_some());
    }
}
