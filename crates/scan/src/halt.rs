//! When a scan has to end: its deadline, or somebody's wish.

use std::sync::Arc;
use std::time::Duration;

use model::NotTested;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// What is left to judge when the scan has to end may take so long. It bounds the wait for the report, and is enough for all that
/// an ordinary scan has seen.
const GRACE: Duration = Duration::from_secs(1);

/// Says whether the scan has to end, and why. Clones are about the same scan. It may be asked from any thread: the asking detectors
/// wait for it, the judging ones look at it between two units of work.
#[derive(Debug, Clone)]
pub(crate) struct Halt {
    ended: Arc<watch::Sender<Option<(NotTested, Instant)>>>,
    /// Beginning and deadline.
    span: Arc<watch::Sender<(Instant, Instant)>>,
}

impl Halt {
    /// A scan that begins now and may take so long.
    pub(crate) fn after(limit: Duration) -> Halt {
        let now = Instant::now();
        Halt { ended: Arc::new(watch::Sender::new(None)), span: Arc::new(watch::Sender::new((now, now + limit))) }
    }

    /// The scan begins now, and may take so long.
    pub(crate) fn begin(&self, limit: Duration) {
        let now = Instant::now();
        self.span.send_replace((now, now + limit));
    }

    /// From its beginning on the scan may take so long.
    pub(crate) fn limit(&self, limit: Duration) {
        self.span.send_modify(|(began, until)| *until = *began + limit);
    }

    /// The deadline.
    pub(crate) fn until(&self) -> Instant {
        self.span.borrow().1
    }

    /// Ends the scan; the first reason stays.
    pub(crate) fn end(&self, why: NotTested) {
        self.ended.send_if_modified(|ended| {
            let first = ended.is_none();
            if first {
                *ended = Some((why, Instant::now()));
            }
            first
        });
    }

    /// Why the scan has to end, if it has to.
    pub(crate) fn reason(&self) -> Option<NotTested> {
        if Instant::now() >= self.span.borrow().1 {
            self.end(NotTested::OutOfTime);
        }
        self.ended.borrow().as_ref().map(|(why, _)| why.clone())
    }

    /// Waits until the scan has to end.
    pub(crate) async fn ended(&self) {
        // The sender is our own: there is no error.
        let _ = self.ended.subscribe().wait_for(Option::is_some).await;
    }

    /// Waits for the deadline, wherever it is moved.
    pub(crate) async fn expired(&self) {
        let mut span = self.span.subscribe();
        loop {
            let until = span.borrow_and_update().1;
            tokio::select! {
                () = sleep_until(until) => return,
                _ = span.changed() => {}
            }
        }
    }

    /// Waits until the scan has to end, or until so many parts of four of its time have passed.
    pub(crate) async fn quarters(&self, quarters: u32) {
        let (began, until) = *self.span.borrow();
        tokio::select! {
            () = self.ended() => {}
            () = sleep_until(began + (until - began) * quarters / 4) => {}
        }
    }

    /// Why what is left to judge is left, once the scan had to end and the time for judging what it saw is over as well.
    pub(crate) fn judged_enough(&self) -> Option<NotTested> {
        self.reason()?;
        let ended = self.ended.borrow();
        ended.as_ref().filter(|(_, when)| when.elapsed() >= GRACE).map(|(why, _)| why.clone())
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_deadline_moves_and_the_first_reason_stays() {
        let halt = Halt::after(Duration::from_secs(45));
        let began = Instant::now();
        assert_eq!((halt.reason(), halt.ended().now_or_never()), (None, None));
        halt.limit(Duration::from_mins(1));
        halt.expired().await;
        assert_eq!(began.elapsed().as_secs(), 60);
        assert_eq!(halt.reason(), Some(NotTested::OutOfTime), "also where no timer could fire");
        halt.end(NotTested::Cut);
        assert_eq!(halt.reason(), Some(NotTested::OutOfTime));
        halt.ended().await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_hears_of_a_deadline_that_came_nearer() {
        let halt = Halt::after(Duration::from_secs(45));
        let waiting = tokio::spawn({
            let halt = halt.clone();
            async move { halt.expired().await }
        });
        tokio::task::yield_now().await;
        halt.limit(Duration::from_secs(5));
        let began = Instant::now();
        waiting.await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_seen_is_judged_for_a_moment_more() {
        let halt = Halt::after(Duration::from_secs(40));
        halt.quarters(2).await;
        assert_eq!((halt.reason(), halt.judged_enough()), (None, None), "half of the time");
        halt.end(NotTested::Cut);
        halt.quarters(3).await;
        assert_eq!(halt.judged_enough(), None);
        tokio::time::advance(GRACE).await;
        assert_eq!(halt.judged_enough(), Some(NotTested::Cut));
    }
}
