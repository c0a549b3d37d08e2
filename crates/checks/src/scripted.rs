//! A target that answers as a script says: what a detector sends, and what it makes of time-outs, refusals in the middle and
//! responses that no application gives, is tested without a server.

use std::fmt;
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use model::{
    Exchange, Failure, Finding, Method, NotTested, OrderKey, Outcome, Phase, Request, Response, Round, Scheme, Shared,
    Surface, Target, TlsReport,
};
use wire::{Budget, Lease};

use crate::calling::request;
use crate::{Check, Findings, Observations, OperationProbe, RequestCounts, Sender, TargetProbe, samples};

/// What the script says to a request.
pub(crate) enum Said {
    /// Status, media type and body.
    Response(u16, &'static str, String),
    /// The same with further headers.
    With(Vec<(&'static str, String)>, u16, &'static str, String),
    /// Nothing in time.
    Nothing,
}

impl Said {
    pub(crate) fn json(status: u16, body: impl Into<String>) -> Said {
        Said::Response(status, "application/json", body.into())
    }

    pub(crate) fn html(status: u16, body: impl Into<String>) -> Said {
        Said::Response(status, "text/html; charset=utf-8", body.into())
    }
}

type Script = dyn Fn(&Request, usize) -> Said + Send + Sync;

/// Answers by a function of the request and of how many came before it. Like the wire it sends identical safe requests once and
/// nothing beyond the lease.
pub(crate) struct Scripted {
    script: Box<Script>,
    all: Mutex<Vec<Arc<Exchange>>>,
    left: Mutex<u32>,
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripted").finish_non_exhaustive()
    }
}

/// What became of a check.
pub(crate) struct Ran {
    /// What it found.
    pub(crate) found: Vec<Finding>,
    /// How each run of it ended: on the target, or on each operation that applies.
    pub(crate) ended: Vec<Result<(), NotTested>>,
    /// What each run's requests came to.
    pub(crate) counts: Vec<RequestCounts>,
    /// The requests that left, those of the observe round first.
    pub(crate) sent: Vec<Request>,
}

impl Ran {
    /// How its only run ended.
    pub(crate) fn end(&self) -> &Result<(), NotTested> {
        assert_eq!(self.ended.len(), 1);
        &self.ended[0]
    }

    /// Whether it came to no verdict: nothing found, and nothing said to have passed.
    pub(crate) fn says_nothing(&self) -> bool {
        self.found.is_empty() && self.ended.iter().all(Result::is_err)
    }
}

impl Scripted {
    pub(crate) fn new(script: impl Fn(&Request, usize) -> Said + Send + Sync + 'static) -> Scripted {
        Scripted { script: Box::new(script), all: Mutex::default(), left: Mutex::new(u32::MAX) }
    }

    /// Observes the surface as an ordinary client and runs the check on it.
    pub(crate) async fn run(&self, check: &Check, surface: &Surface) -> Ran {
        self.run_at(check, surface, &samples::target(Scheme::Http)).await
    }

    /// The same with a target of one's own.
    pub(crate) async fn run_at(&self, check: &Check, surface: &Surface, target: &Target) -> Ran {
        let plain = surface.operations.iter().map(|operation| {
            let safe = operation.method == Method::GET;
            safe.then(|| self.exchange(request::build(operation, surface, target, &[])))
        });
        let plain: Vec<Option<Arc<Exchange>>> = plain.collect();
        let exchanges = plain.iter().flatten().cloned().collect();
        let observations = Observations::plainly(plain, exchanges);
        let budget = Arc::new(Budget::new(10_000));
        let mut ran = Ran { found: Vec::new(), ended: Vec::new(), counts: Vec::new(), sent: Vec::new() };
        let places = surface.operations.iter().enumerate();
        let applying =
            places.filter(|(_, o)| check.detectors.on_operation.is_some() && (check.detectors.applies)(o, surface));
        let whole = check.detectors.on_surface.is_some().then_some(None);
        for place in whole.into_iter().chain(applying.map(|(at, _)| Some(at))) {
            let requests = check.terms(target.consent).requests(target.depth);
            *self.left.lock().unwrap() = requests;
            let key =
                OrderKey { round: Round::Probe, check: 1, operation: place.map_or(0, |at| at as u32 + 1), step: 0 };
            let lease = Lease::reading(&budget, requests);
            let probe = TargetProbe::new(surface, &observations, target, self, lease, key, check.rule.id);
            let mut found = Findings::default();
            if let Some((at, on_operation)) = place.zip(check.detectors.on_operation) {
                let plain = observations.plain(at);
                let probe = OperationProbe::new(probe, &surface.operations[at], plain);
                ran.ended.push(on_operation(&probe, &mut found).await);
                ran.counts.push(probe.counts());
            } else if let Some(on_surface) = check.detectors.on_surface {
                ran.ended.push(on_surface(&probe, &mut found).await);
                ran.counts.push(probe.counts());
            }
            ran.found.extend(found.into_vec());
        }
        ran.sent = self.all.lock().unwrap().iter().map(|exchange| exchange.request.clone()).collect();
        ran
    }

    fn exchange(&self, request: Request) -> Arc<Exchange> {
        let mut all = self.all.lock().unwrap();
        let outcome = match (self.script)(&request, all.len()) {
            Said::Nothing => Outcome::Failed(Failure::TimedOut(Phase::Head)),
            Said::Response(status, media, body) => answered(Vec::new(), status, media, body),
            Said::With(headers, status, media, body) => answered(headers, status, media, body),
        };
        let exchange =
            Arc::new(Exchange { serial: all.len() as u64, request, outcome, elapsed_us: 1_000, hops: Vec::new() });
        all.push(Arc::clone(&exchange));
        exchange
    }

    fn known(&self, request: &Request) -> Option<Arc<Exchange>> {
        let same = |e: &&Arc<Exchange>| {
            let other = &e.request;
            let (a, b) = ((&other.method, &other.target), (&request.method, &request.target));
            a == b
                && other.headers == request.headers
                && other.body == request.body
                && other.identity == request.identity
        };
        let all = self.all.lock().unwrap();
        all.iter()
            .filter(|_| {
                request.shared == Shared::Always || request.shared == Shared::Reading && request.method.is_safe()
            })
            .find(same)
            .cloned()
    }
}

fn answered(headers: Vec<(&'static str, String)>, status: u16, media: &str, body: String) -> Outcome {
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value));
    let headers = headers.chain([("Content-Type".to_owned(), media.to_owned())]).collect();
    Outcome::Answered(Response::new(status, headers, body.into_bytes()))
}

impl Sender for Scripted {
    fn send<'a>(
        &'a self,
        request: Request,
        _: &'a Lease,
        _: OrderKey,
    ) -> BoxFuture<'a, Result<Arc<Exchange>, NotTested>> {
        if let Some(known) = self.known(&request) {
            return ready(Ok(known)).boxed();
        }
        let mut left = self.left.lock().unwrap();
        if *left == 0 {
            return ready(Err(NotTested::OverBudget)).boxed();
        }
        *left -= 1;
        ready(Ok(self.exchange(request))).boxed()
    }

    fn inspect_tls(&self) -> BoxFuture<'_, Result<Arc<TlsReport>, NotTested>> {
        ready(Err(NotTested::not_applicable("a script has no TLS"))).boxed()
    }

    fn count_lately(&self, such: &dyn Fn(&Exchange) -> bool) -> u32 {
        self.all.lock().unwrap().iter().filter(|exchange| such(exchange)).count() as u32
    }

    fn nobody(&self, _: &str, word: &str) -> String {
        word.to_owned()
    }
}
