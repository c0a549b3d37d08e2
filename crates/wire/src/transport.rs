//! One request to one response: which connection, which version of HTTP, and whether to try again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use model::{Failure, NotTested, Origin, Phase, Request, Scheme, Truncation};
use tokio::time::Instant;

use crate::allowance::Allowance;
use crate::dial::Dialer;
use crate::gate::Gate;
use crate::http1::{Attempt, Http1, Idle};
use crate::http2::Http2;
use crate::message::Message;
use crate::pool::{Place, Pool};
use crate::{Limits, Mandate};

/// Carries requests to their origins.
#[derive(Debug)]
pub(crate) struct Transport {
    limits: Limits,
    pub(crate) dialer: Dialer,
    pool: Pool,
    sent: AtomicU32,
}

impl Transport {
    pub(crate) fn new(limits: Limits, dialer: Dialer) -> Transport {
        Transport { limits, dialer, pool: Pool::default(), sent: AtomicU32::new(0) }
    }

    /// Requests put on the wire.
    pub(crate) fn sent(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Whether something was sent on a kept connection that no request asked for.
    pub(crate) fn spoke_unasked(&self) -> bool {
        self.pool.spoke()
    }

    /// Sends a request and reads its response, its body within the allowance. Each time it is sent it passes the gate.
    ///
    /// # Errors
    /// What the gate says when it lets nothing through. What was sent once and may not be sent again is no error.
    pub(crate) async fn carry(
        &self,
        request: &Request,
        mandate: &Mandate,
        allowance: Allowance<'_>,
        gate: &Gate<'_>,
    ) -> Result<Attempt, NotTested> {
        let message = Message::of(request, mandate);
        let identity = request.identity.as_ref().and_then(|name| mandate.identity(name));
        let secret = identity.is_some_and(|i| i.credential.is_some() || !i.headers.is_empty());
        let place = self.pool.place(&request.origin);
        let mut before = None;
        if request.origin.scheme == Scheme::Https
            && !place.is_only_http1()
            && let Some(prepared) = message.for_http2(request)
        {
            let connection = match self.http2(&request.origin, &place).await {
                Ok(connection) => connection,
                Err(failure) => return Ok(failed(failure)),
            };
            if let Some(mut connection) = connection {
                if secret && let Some(doubt) = connection.doubt() {
                    return Ok(failed(Failure::Untrusted(doubt.to_owned())));
                }
                self.pass(gate).await?;
                let attempt = connection.ask(prepared, &self.limits, allowance).await;
                match &attempt.result {
                    Ok(response) => {
                        if response.truncated == Some(Truncation::Ended) {
                            place.give_up_http2();
                        }
                        return Ok(attempt);
                    }
                    Err(Failure::TimedOut(_)) => {
                        if !connection.has_answered() {
                            place.give_up_http2();
                        }
                        return Ok(attempt);
                    }
                    // A server that breaks off instead of answering may do better with HTTP/1.1.
                    Err(_) => place.give_up_http2(),
                }
                if !message.may_be_repeated() {
                    return Ok(attempt);
                }
                before = Some(attempt);
            }
        }
        self.over_http1(&message, &place, secret, allowance, gate, before).await
    }

    /// `before`: what came of it over HTTP/2, which stands when it may not be sent again.
    async fn over_http1(
        &self,
        message: &Message,
        place: &Place,
        secret: bool,
        allowance: Allowance<'_>,
        gate: &Gate<'_>,
        mut before: Option<Attempt>,
    ) -> Result<Attempt, NotTested> {
        // An idle connection may end just as the request is sent. Only what may be sent twice is risked on one.
        if message.may_be_repeated()
            && let Some(connection) = place.take().filter(|connection| connection.doubt().is_none() || !secret)
        {
            if let Err(why) = self.pass(gate).await {
                place.give(Some(connection));
                return before.ok_or(why);
            }
            let (attempt, back) = connection.ask(message, &self.limits, allowance).await;
            place.give(back);
            if !attempt.nothing_came {
                return Ok(attempt);
            }
            before = Some(attempt);
        }
        let dialed = match self.dialer.dial(&message.origin, false).await {
            Ok(dialed) => dialed,
            Err(failure) => return Ok(failed(failure)),
        };
        // Who has answered before ends a connection for another reason.
        let if_ended = dialed.if_ended.filter(|_| !place.has_answered());
        let mut connection = Http1::new(dialed.stream, dialed.proxy, dialed.doubt);
        if secret && let Some(doubt) = connection.doubt() {
            return Ok(failed(Failure::Untrusted(doubt.to_owned())));
        }
        if let Err(why) = self.pass(gate).await {
            return before.ok_or(why);
        }
        match connection.state() {
            Idle::Quiet => {}
            Idle::Spoke => return Ok(failed(Failure::Malformed("it came before the request".to_owned()))),
            Idle::Ended => return Ok(failed(if_ended.unwrap_or(Failure::Closed(Phase::Send)))),
        }
        let (mut attempt, back) = connection.ask(message, &self.limits, allowance).await;
        place.give(back);
        match (&attempt.result, if_ended) {
            (Ok(_), _) => place.note_answer(),
            (Err(Failure::Closed(_)), Some(failure)) => attempt.result = Err(failure),
            _ => {}
        }
        Ok(attempt)
    }

    /// The HTTP/2 connection to the origin; `None` when it speaks only HTTP/1.1. Those who come while one tries share its luck.
    async fn http2(&self, origin: &Origin, place: &Arc<Place>) -> Result<Option<Http2>, Failure> {
        if let Some(connection) = place.http2() {
            return Ok(Some(connection));
        }
        let tries = place.tries();
        let mut last = place.door.lock().await;
        if let Some(connection) = place.http2() {
            return Ok(Some(connection));
        }
        if place.is_only_http1() {
            return Ok(None);
        }
        if let Some(failure) = last.as_ref().filter(|_| place.tries() != tries) {
            return Err(failure.clone());
        }
        let outcome = self.open(origin, place).await;
        place.tries.fetch_add(1, Ordering::Release);
        *last = outcome.as_ref().err().cloned();
        outcome
    }

    async fn open(&self, origin: &Origin, place: &Place) -> Result<Option<Http2>, Failure> {
        let dialed = self.dialer.dial(origin, true).await?;
        if !dialed.http2 {
            place.give(Some(Http1::new(dialed.stream, dialed.proxy, dialed.doubt)));
            place.give_up_http2();
            return Ok(None);
        }
        let Ok(connection) = Http2::start(dialed.stream, dialed.doubt, &self.limits).await else {
            place.give_up_http2();
            return Ok(None);
        };
        place.set_http2(connection.clone());
        Ok(Some(connection))
    }

    async fn pass(&self, gate: &Gate<'_>) -> Result<(), NotTested> {
        gate.pass().await?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn failed(failure: Failure) -> Attempt {
    Attempt { result: Err(failure), started: Instant::now(), nothing_came: false }
}
