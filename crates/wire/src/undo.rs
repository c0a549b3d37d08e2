//! Removing what the scan created.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use model::{Exchange, Method, NotTested, OrderKey, Request, Round};
use tokio::time::{Instant, timeout_at};

use crate::Wire;
use crate::ledger::{Created, Line, Open, Sent, Undone, read};
use crate::permit::normal;

/// Removed at once; an object and what is inside it never are.
const AT_ONCE: usize = 8;

/// The next objects that can be removed at once: none inside another.
fn together(waiting: &[Created]) -> usize {
    let inside = |inner: &Created, outer: &Created| {
        let (inner, outer) = (normal(&inner.undo.target), normal(&outer.undo.target));
        inner.strip_prefix(&outer).is_some_and(|rest| rest.starts_with('/'))
    };
    let apart = |count: usize| waiting[..count].iter().all(|earlier| !inside(earlier, &waiting[count]));
    (1..waiting.len().min(AT_ONCE)).find(|count| !apart(*count)).unwrap_or_else(|| waiting.len().min(AT_ONCE))
}

impl Wire {
    /// Removes what this scan created, the newest first, within this time, and also after a stop. What it sends was set aside in the
    /// budget when the objects were created.
    pub async fn undo(&self, within: Duration) -> Undone {
        self.undo_all(self.ledger.open(), within).await
    }

    /// Removes what another scan left, by the lines of its ledger. What is removed and what is not goes into this wire's own ledger,
    /// under the same numbers.
    pub async fn undo_lines(&self, lines: &[Line], within: Duration) -> Undone {
        self.undo_all(read(lines), within).await
    }

    async fn undo_all(&self, open: Open, within: Duration) -> Undone {
        let deadline = Instant::now() + within;
        let mut undone = Undone { unknown: open.unknown, ..Undone::default() };
        let mut waiting = open.created.as_slice();
        let mut step: u32 = 0;
        let mut missing: Vec<Created> = Vec::new();
        while !waiting.is_empty() {
            let (now, later) = waiting.split_at(together(waiting));
            // Futures in a list: a closure that borrows would keep a scan from being spawned (rust-lang/rust#102211).
            let removals: Vec<_> = now
                .iter()
                .zip(step..)
                .map(move |(created, step)| async move {
                    (created, timeout_at(deadline, self.carry_out(&created.undo, step)).await)
                })
                .collect();
            let mut outcomes = stream::iter(removals).buffered(AT_ONCE);
            while let Some((created, outcome)) = outcomes.next().await {
                let left = match outcome {
                    Err(_) => Some("got no response in time".to_owned()),
                    Ok(Err(why)) => Some(format!("was not sent: {why}")),
                    Ok(Ok(exchange)) if exchange.status() == 404 => {
                        missing.push(created.clone());
                        continue;
                    }
                    Ok(Ok(exchange)) => why_left(&exchange),
                };
                self.note_undone(&mut undone, created.clone(), left);
            }
            step += now.len() as u32;
            waiting = later;
        }
        // Last, so that what they take was set aside for the removal of nothing else.
        for (created, step) in missing.into_iter().zip(step..) {
            let is_there = undone.removed.iter().any(|removed| removed.is_kin(&created)) || created.confirmed;
            let is_gone = is_there && timeout_at(deadline, self.is_gone(&created.undo, step)).await.unwrap_or(false);
            let left = (!is_gone).then(|| "returns 404: it is gone, or was never at this path".to_owned());
            self.note_undone(&mut undone, created, left);
        }
        undone
    }

    fn note_undone(&self, undone: &mut Undone, created: Created, left: Option<String>) {
        self.ledger.settle_undo(&created, left.as_deref());
        match left {
            None => undone.removed.push(created),
            Some(why) => undone.left.push((created, why)),
        }
    }

    /// Whether nothing is at the path of an object any more whose removal was answered with 404, as after a crash between a removal
    /// and its line. That 404 alone may come from a router that knows no DELETE: then the object can still be read. Where GET is
    /// answered with 405 the router tells methods apart, and the 404 was about the object.
    async fn is_gone(&self, undo: &Sent, step: u32) -> bool {
        let read = Sent { method: Method::GET, ..undo.clone() };
        self.carry_out(&read, step).await.is_ok_and(|exchange| matches!(exchange.status(), 404 | 405 | 410))
    }

    async fn carry_out(&self, sent: &Sent, step: u32) -> Result<Arc<Exchange>, NotTested> {
        let key = OrderKey { round: Round::Destroy, check: 0, operation: 0, step };
        let mut request = Request::new(sent.method.clone(), &sent.origin, sent.target.clone()).fresh();
        request.identity.clone_from(&sent.identity);
        self.send_undo(request, key).await
    }
}

/// Why the object may still be there, by what its removal was answered with.
fn why_left(exchange: &Exchange) -> Option<String> {
    match exchange.status() {
        200..=299 | 410 => None,
        0 => Some("got no response".to_owned()),
        status => Some(format!("returns {status}")),
    }
}
