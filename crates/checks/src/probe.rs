use std::ops::Deref;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{
    Consent, Exchange, Location, NotTested, Operation, OrderKey, Origin, Parameter, ParameterIn, Request, Surface,
    Target, TlsReport,
};
use wire::{Call, Callback, Lease};

use crate::calling::request;
use crate::canary::canary;
use crate::judging::soft_404;
use crate::{CallbackWait, Observations, Sender};

/// What a detector may use to ask about the target as a whole: the surface, what was observed, and a way to send.
#[derive(Debug)]
pub struct TargetProbe<'a> {
    /// All operations and facts known.
    pub surface: &'a Surface,
    /// What the earlier rounds saw.
    pub observations: &'a Observations,
    /// What was asked of the scan.
    pub target: &'a Target,
    wire: &'a dyn Sender,
    lease: Lease,
    key: OrderKey,
    step: AtomicU32,
    rule: &'static str,
    callback: Option<(&'a Callback, &'a CallbackWait)>,
    counts: Counters,
    payloads: Mutex<Vec<Arc<Exchange>>>,
}

/// What one detector's requests came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestCounts {
    /// Requests that it needed, shared ones included.
    pub sent: u32,
    /// Those to the target without a response.
    pub unanswered: u32,
    /// Those answered with a status by which firewalls and rate limits refuse: 403, 429, 503.
    pub refused: u32,
    /// Those of them that nobody looked at: 429, 503.
    pub put_off: u32,
    /// The serial of the last exchange of the scan that one of them was answered with; 0 before any.
    pub last_serial: u64,
}

#[derive(Debug, Default)]
struct Counters {
    sent: AtomicU32,
    unanswered: AtomicU32,
    refused: AtomicU32,
    put_off: AtomicU32,
    last_serial: AtomicU64,
}

impl<'a> TargetProbe<'a> {
    /// For the engine: what one detector gets.
    pub fn new(
        surface: &'a Surface,
        observations: &'a Observations,
        target: &'a Target,
        wire: &'a dyn Sender,
        lease: Lease,
        key: OrderKey,
        rule: &'static str,
    ) -> TargetProbe<'a> {
        TargetProbe {
            surface,
            observations,
            target,
            wire,
            lease,
            key,
            step: AtomicU32::new(0),
            rule,
            callback: None,
            counts: Counters::default(),
            payloads: Mutex::default(),
        }
    }

    /// For the engine: with the scan's call-back listener, and where to wait for calls.
    #[must_use]
    pub fn calling_back(self, callback: &'a Callback, callback_wait: &'a CallbackWait) -> TargetProbe<'a> {
        TargetProbe { callback: Some((callback, callback_wait)), ..self }
    }

    /// The call-back listener and its address, running from now on.
    ///
    /// # Errors
    /// [`NotTested::Inconclusive`] when the target could not reach it: it is on another machine and no host was given.
    pub async fn callback(&self) -> Result<(&'a Callback, &'a str), NotTested> {
        let unreachable = || NotTested::inconclusive("the target cannot call this machine back (--callback-host)");
        let (callback, _) = self.callback.ok_or_else(unreachable)?;
        Ok((callback, callback.address().await.ok_or_else(unreachable)?))
    }

    /// The calls for these words. Those that have not come yet are waited for while others ask, and after that until they could have
    /// taken so long.
    ///
    /// # Errors
    /// As [`TargetProbe::callback`].
    pub async fn calls(&self, words: &[&str], patience: Duration) -> Result<Vec<Option<Call>>, NotTested> {
        let (callback, _) = self.callback().await?;
        let others = async {
            if let Some((_, callback_wait)) = self.callback {
                callback_wait.wait().await;
            }
        };
        Ok(callback.calls(words, others, patience).await)
    }

    /// The origin of the target.
    pub fn origin(&self) -> &'a Origin {
        &self.target.origin
    }

    /// Where an application may be mounted: at the root, written as the empty string, and where the URL asked for lies. A proxy that
    /// hands a part of its paths to an application answers the root by itself.
    pub fn mounts(&self) -> impl Iterator<Item = &'a str> {
        let directory = self.target.directory();
        [Some(""), Some(directory).filter(|d| !d.is_empty())].into_iter().flatten()
    }

    /// `GET target` on the target's origin, anonymous; `target` is sent byte for byte.
    pub fn get(&self, target: impl Into<String>) -> Request {
        Request::get(self.origin(), target)
    }

    /// Sends a request, or answers it from an identical earlier one. Every outcome is an exchange.
    ///
    /// # Errors
    /// Why nothing was sent: over budget, out of scope, no consent, cut, blocked.
    pub async fn send(&self, request: Request) -> Result<Arc<Exchange>, NotTested> {
        let step = self.step.fetch_add(1, Ordering::Relaxed);
        let exchange = self.wire.send(request, &self.lease, OrderKey { step, ..self.key }).await?;
        self.counts.sent.fetch_add(1, Ordering::Relaxed);
        self.counts.last_serial.fetch_max(exchange.serial, Ordering::Relaxed);
        if exchange.response().is_none() && exchange.request.origin == self.target.origin {
            self.counts.unanswered.fetch_add(1, Ordering::Relaxed);
        }
        if matches!(exchange.status(), 403 | 429 | 503) {
            self.counts.refused.fetch_add(1, Ordering::Relaxed);
        }
        if matches!(exchange.status(), 429 | 503) {
            self.counts.put_off.fetch_add(1, Ordering::Relaxed);
        }
        if !exchange.request.is_clean() {
            self.payloads.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&exchange));
        }
        Ok(exchange)
    }

    /// Whether the target put off requests of this scan, whichever rule sent them: it limits how often it is asked.
    pub fn was_put_off(&self) -> bool {
        self.wire.was_put_off()
    }

    /// How many exchanges of the last minute are such, whichever rule sent them.
    pub fn count_lately(&self, such: impl Fn(&Exchange) -> bool) -> u32 {
        self.wire.count_lately(&such)
    }

    /// For the engine: what its requests came to.
    pub fn counts(&self) -> RequestCounts {
        let count = |counter: &AtomicU32| counter.load(Ordering::Relaxed);
        RequestCounts {
            sent: count(&self.counts.sent),
            unanswered: count(&self.counts.unanswered),
            refused: count(&self.counts.refused),
            put_off: count(&self.counts.put_off),
            last_serial: self.counts.last_serial.load(Ordering::Relaxed),
        }
    }

    /// What came of the requests so far that carried a payload of ours.
    pub fn payloads(&self) -> Vec<Arc<Exchange>> {
        self.payloads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Like [`TargetProbe::send`], for whoever can do nothing without a response.
    ///
    /// # Errors
    /// As [`TargetProbe::send`], and [`NotTested::NoAnswer`].
    pub async fn response_to(&self, request: Request) -> Result<Arc<Exchange>, NotTested> {
        let exchange = self.send(request).await?;
        if exchange.response().is_some() { Ok(exchange) } else { Err(NotTested::NoAnswer) }
    }

    /// What the target's TLS accepts: versions, suites, chain. Looked at once in a scan, by handshakes that carry no request and
    /// count against no lease.
    ///
    /// # Errors
    /// Not applicable when the target is not https; cut, blocked or no answer as for requests.
    pub async fn tls_report(&self) -> Result<Arc<TlsReport>, NotTested> {
        self.wire.inspect_tls().await
    }

    /// A random-looking lower-case word of 12 letters and digits, the same for the same seed, rule, operation and purpose.
    pub fn canary(&self, purpose: &str) -> String {
        canary(self.target.seed, &[self.rule, &self.key.operation.to_string(), purpose])
    }

    /// An id of the shape of this one that no object has. Requests that change state may name it without harm to anybody, and what
    /// they create there is undone.
    pub fn nobody(&self, like: &str, purpose: &str) -> String {
        self.wire.nobody(like, &self.canary(purpose))
    }

    /// Lets requests that change state name what the scan made for itself under this random name.
    pub fn claim(&self, name: &str) {
        self.wire.nobody("", name);
    }

    /// An operation called as an ordinary client would, with these values for some fields of its body, about objects that a change
    /// may be tried on: any with consent to everything, or else such as do not exist.
    pub fn request_to_change(&self, operation: &Operation, fields: &[(&str, serde_json::Value)]) -> Request {
        if self.target.consent >= Consent::All {
            return request::with_fields(operation, self.surface, self.target, &[], fields);
        }
        let ids: Vec<(&Parameter, String)> = operation
            .parameters_in(ParameterIn::Path)
            .map(|parameter| {
                let like = request::ordinary(parameter, operation, self.surface);
                (parameter, self.nobody(&like, &format!("{} {}", operation.path, parameter.name)))
            })
            .collect();
        let values: Vec<request::Value<'_>> =
            ids.iter().map(|(parameter, id)| request::Value::of(parameter, id)).collect();
        request::with_fields(operation, self.surface, self.target, &values, fields)
    }

    /// What a path that does not exist beside this one answers: same directory, same extension, a random name. One request for
    /// each directory and extension in a scan.
    ///
    /// # Errors
    /// As [`TargetProbe::response_to`].
    pub async fn missing_beside(&self, path: &str) -> Result<Arc<Exchange>, NotTested> {
        let exchange = self.response_to(self.get(soft_404::sibling(self.target.seed, path))).await?;
        // A refusal to go on is not what "nothing there" looks like.
        if matches!(exchange.status(), 429 | 503) { Err(NotTested::Blocked) } else { Ok(exchange) }
    }

    /// `GET path`, and the exchange only if the path is really there: 2xx, and not what a path that does not exist beside it answers.
    ///
    /// # Errors
    /// As [`TargetProbe::response_to`].
    pub async fn find(&self, path: &str) -> Result<Option<Arc<Exchange>>, NotTested> {
        let exchange = self.response_to(self.get(path)).await?;
        if !exchange.is_success() {
            return Ok(None);
        }
        let missing = self.missing_beside(path).await?;
        Ok((!soft_404::alike(&missing, &exchange)).then_some(exchange))
    }
}

/// What a detector may use to ask about one operation.
#[derive(Debug)]
pub struct OperationProbe<'a> {
    target_probe: TargetProbe<'a>,
    /// The operation.
    pub operation: &'a Operation,
    plain: Option<&'a Arc<Exchange>>,
}

impl<'a> Deref for OperationProbe<'a> {
    type Target = TargetProbe<'a>;

    fn deref(&self) -> &TargetProbe<'a> {
        &self.target_probe
    }
}

impl<'a> OperationProbe<'a> {
    /// For the engine: what one detector gets for one operation.
    pub fn new(
        target_probe: TargetProbe<'a>,
        operation: &'a Operation,
        plain: Option<&'a Arc<Exchange>>,
    ) -> OperationProbe<'a> {
        OperationProbe { target_probe, operation, plain }
    }

    /// The operation called as an ordinary client would, with harvested or example values and the first identity's credentials.
    /// This very request was sent in the observe round (when its method is safe), so sending it again is free.
    pub fn request(&self) -> Request {
        request::build(self.operation, self.surface, self.target, &[])
    }

    /// The same with other values for some parameters, by place and name; a path value is percent-encoded, a query value too.
    pub fn request_with(&self, values: &[request::Value<'_>]) -> Request {
        request::build(self.operation, self.surface, self.target, values)
    }

    /// The same with other values for some fields of the body.
    pub fn request_with_fields(&self, fields: &[(&str, serde_json::Value)]) -> Request {
        request::with_fields(self.operation, self.surface, self.target, &[], fields)
    }

    /// The plain exchange of the observe round.
    ///
    /// # Errors
    /// [`NotTested::NoAnswer`] when there was no response, [`NotTested::Inconclusive`] when the operation was not called.
    pub fn plain(&self) -> Result<&'a Arc<Exchange>, NotTested> {
        match self.plain {
            Some(exchange) if exchange.response().is_some() => Ok(exchange),
            Some(_) => Err(NotTested::NoAnswer),
            None => Err(NotTested::inconclusive("the operation was not called")),
        }
    }

    /// The whole operation as a location.
    pub fn location(&self) -> Location {
        Location::of(self.operation)
    }
}
