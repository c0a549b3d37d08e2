//! Sending again: what a limiter put off, and what tells whether the target still answers.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use model::{Effect, Event, Exchange, NotTested, OrderKey, Redacted, Request, Round};

use crate::health::Suspicion;
use crate::refusals::ASKED_AGAIN;
use crate::retry_after::puts_off;
use crate::{Lease, Wire};

/// How often one request is sent again. A limiter that many requests wait for lets in another one first now and then.
const TRIES: u32 = 6;

impl Wire {
    /// Sends a request, and again after the pause that a refusal asks for, as long as there is hope. What was put off and answered
    /// afterwards is in no transcript: how often it happens depends on how fast responses come.
    ///
    /// # Errors
    /// Why it was not sent.
    pub(crate) async fn persist(
        &self,
        request: Request,
        lease: &Lease,
        key: OrderKey,
        hops: &[Arc<Exchange>],
    ) -> Result<Arc<Exchange>, NotTested> {
        self.not_while_checking().await;
        let (mut exchange, mut suspicion) = self.exchange(request, lease, key, hops.to_vec()).await?;
        for tries in 0.. {
            let hopeless = !self.pace.has_hope();
            let suspected = suspicion.is_some();
            if let Some(suspicion) = suspicion.take() {
                self.look_into(&suspicion).await;
            }
            if !is_put_off(&exchange) {
                self.refusals.settle(&exchange.request, false);
                break;
            }
            if !may_be_repeated(&exchange, lease) || self.refusals.last(&exchange.request) {
                break;
            }
            // Others are let in, or this one is put off whenever it comes: the limit is that of its path.
            if hopeless && suspected && self.alive().is_ok() || tries == TRIES {
                self.refusals.settle(&exchange.request, true);
                break;
            }
            if hopeless {
                break;
            }
            self.not_while_checking().await;
            match self.exchange(exchange.request.clone(), &lease.again(), key, hops.to_vec()).await {
                Ok((next, doubt)) => {
                    self.refusals.wait();
                    self.transcript.forget(exchange.serial);
                    (exchange, suspicion) = (next, doubt);
                }
                Err(NotTested::OverBudget) => break,
                Err(why) => return Err(why),
            }
        }
        Ok(exchange)
    }

    /// Waits while it is checked whether the target still answers.
    async fn not_while_checking(&self) {
        drop(self.checking.lock().await);
    }

    /// Whether the target put requests off, which were then sent again.
    pub fn was_put_off(&self) -> bool {
        self.refusals.waited()
    }

    /// Checks a suspicion. Nothing else is sent meanwhile: it may be refused.
    async fn look_into(&self, suspicion: &Suspicion) {
        let _alone = self.checking.lock().await;
        let control = self.ask_again(&suspicion.control).await;
        let second = match control.as_deref().and_then(|control| self.health.second_control(suspicion, control)) {
            Some(second) => self.ask_again(&second).await,
            None => None,
        };
        let is_acquitted =
            |(control, second): (&Arc<Exchange>, &Arc<Exchange>)| self.health.acquit(suspicion, control, second);
        if control.as_ref().zip(second.as_ref()).is_some_and(is_acquitted) {
            return;
        }
        self.health.settle(suspicion, control.as_deref());
        if self.health.is_banned() || self.health.is_dead() {
            let why = "the target no longer responds as before; stopping";
            (self.listener)(Event::SlowedDown { why: Redacted::fixed(why) });
        }
    }

    /// Asks again what the target once answered well, at the end of a round: a ban may look like a path that does not exist. Costs one
    /// request at most. After a burst that is still held against the scan it would tell nothing.
    pub async fn check_again(&self) {
        if self.alive().is_ok()
            && !self.refusals.hold_a_burst()
            && let Some(suspicion) = self.health.at_intervals()
        {
            self.look_into(&suspicion).await;
        }
    }

    /// After bursts that were refused: waits until the target lets requests in again, so that what comes next is not refused for them.
    pub async fn let_in(&self) {
        if !self.refusals.hold_a_burst() || self.alive().is_err() {
            return;
        }
        let Some(control) = self.health.control() else { return };
        let control = self.ask_again(&control).await;
        self.refusals.hold_burst(control.is_none_or(|control| is_put_off(&control)));
    }

    /// Asks what the target once answered well, until it is not put off or there is no hope.
    async fn ask_again(&self, control: &Request) -> Option<Arc<Exchange>> {
        // How often that is needed, which depends on the time responses take, does not decide what else is sent.
        let mut lease = Lease::reading(&self.budget, 1).provoking().again();
        loop {
            let step = self.checks.fetch_add(1, Ordering::Relaxed);
            let key = OrderKey { round: Round::Preflight, check: ASKED_AGAIN, operation: 0, step };
            let (exchange, _) = self.exchange(control.clone(), &lease, key, Vec::new()).await.ok()?;
            if !is_put_off(&exchange) || !self.pace.has_hope() {
                return Some(exchange);
            }
            lease = lease.again();
        }
    }
}

fn is_put_off(exchange: &Exchange) -> bool {
    exchange.response().is_some_and(puts_off)
}

/// Whether a request that was put off may be sent again. A limiter looks at it before anything is done; what is too busy may have
/// begun.
fn may_be_repeated(exchange: &Exchange, lease: &Lease) -> bool {
    let reads = exchange.request.method.is_safe() || lease.effect() <= Effect::Queries;
    !lease.is_provoking() && (exchange.status() == 429 || reads)
}
