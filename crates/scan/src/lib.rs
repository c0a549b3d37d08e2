//! The life of one scan: preflight, discover, observe, plan, probe, correlate.

mod correlate;
mod discover;
mod observe;
mod plan;
mod preflight;
mod rounds;
mod sample;

use std::sync::Arc;
use std::time::Instant;

use checks::Observations;
use model::{Event, Exchange, NotTested, Report, Surface, Target};
use tokio::sync::Notify;
use wire::{Budget, Callback, Listener, Mandate, Settings, Wire, WireError};

pub use discover::offline;
pub use plan::{Plan, PlannedCheck, Skipped, plan};

/// One scan of one target.
pub struct Scan {
    target: Target,
    wire: Arc<Wire>,
    listener: Listener,
    stopped: Arc<Notify>,
    callback: Callback,
    whole_transcript: bool,
}

/// Stops a running scan; what is known by then is reported.
#[derive(Clone)]
pub struct Stop {
    wire: Arc<Wire>,
    stopped: Arc<Notify>,
}

impl Stop {
    /// Stops the scan.
    pub fn stop(&self) {
        self.wire.cancel();
        self.stopped.notify_waiters();
        self.stopped.notify_one();
    }
}

/// What a scan knows when it ends, before it is judged as a whole.
pub(crate) struct Ended {
    pub(crate) surface: Surface,
    pub(crate) observations: Observations,
    pub(crate) outcomes: Vec<rounds::Outcome>,
    pub(crate) skipped: Vec<plan::Skipped>,
}

impl Scan {
    /// Prepares a scan; nothing is sent yet.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn new(target: Target, settings: Settings, listener: Listener) -> Result<Scan, WireError> {
        let budget = Arc::new(match target.max_requests {
            Some(most) => Budget::strict(most),
            None => Budget::new(target.budget(0)),
        });
        let mandate = Mandate::of(&target);
        let wire = Arc::new(Wire::new(target.origin.clone(), mandate, settings, budget, Arc::clone(&listener))?);
        let callback = Callback::new(None, target.origin.is_loopback(), target.seed);
        Ok(Scan { target, wire, listener, stopped: Arc::new(Notify::new()), callback, whole_transcript: false })
    }

    /// Says under which `name` or `name:port` the target reaches this machine, for proofs that it makes requests for its callers.
    #[must_use]
    pub fn with_callback_host(self, host: String) -> Scan {
        let callback = Callback::new(Some(host), self.target.origin.is_loopback(), self.target.seed);
        Scan { callback, ..self }
    }

    /// Keeps every exchange in the report, not only those that findings cite.
    #[must_use]
    pub fn with_whole_transcript(self) -> Scan {
        Scan { whole_transcript: true, ..self }
    }

    /// A handle that stops the scan from elsewhere.
    pub fn stop_handle(&self) -> Stop {
        Stop { wire: Arc::clone(&self.wire), stopped: Arc::clone(&self.stopped) }
    }

    /// Runs the scan to its report.
    pub async fn run(self) -> Report {
        let started = Instant::now();
        (self.listener)(Event::Started { url: self.target.url() });
        let ended = self.work().await;
        let report = correlate::report(&self.target, &self.wire, &ended, started.elapsed(), self.whole_transcript);
        (self.listener)(Event::Finished);
        report
    }

    async fn work(&self) -> Ended {
        let mut surface = self.discover().await;
        let budget = self.target.budget(surface.operations.len());
        self.wire.budget().set_total(budget);
        (self.listener)(Event::SurfaceFound { operations: surface.operations.len(), budget });
        self.wire.begin_wave();
        let mut observed = observe::observe(&mut surface, &self.target, &self.wire, &self.stopped).await;
        observed.exchanges = self.exchanges();
        let plan = plan::plan_seen(&surface, &self.target, &observed);
        if !self.wire.was_reached() {
            let skipped = rounds::unanswered(&plan);
            return Ended { surface, observations: observed, outcomes: Vec::new(), skipped };
        }
        let mut outcomes = {
            let means = rounds::Means {
                surface: &surface,
                observed: &observed,
                target: &self.target,
                wire: &self.wire,
                callback: &self.callback,
                listener: &self.listener,
                stopped: &self.stopped,
            };
            rounds::run(&plan, &means).await
        };
        rounds::confirm(&mut outcomes, &self.exchanges(), &self.wire).await;
        let observations = Observations { plain: observed.plain, exchanges: self.exchanges() };
        let passive = rounds::judge(&surface, &observations, &self.target, &plan, &self.listener);
        outcomes.extend(passive);
        Ended { surface, observations, outcomes, skipped: plan.skipped }
    }

    /// Every exchange so far, in the order of the transcript.
    fn exchanges(&self) -> Vec<Arc<Exchange>> {
        self.wire.transcript().into_iter().map(|r| r.exchange).collect()
    }

    async fn discover(&self) -> Surface {
        let known =
            Surface { origin: Some(self.target.origin.clone()), path: self.target.path.clone(), ..Surface::default() };
        let look = async {
            let discovered = discover::discover(known.clone(), &self.target, &self.wire);
            let (mut surface, plain) = tokio::join!(discovered, preflight::plain_http(&self.target, &self.wire));
            preflight::tls(&mut surface, &self.target, &self.wire);
            surface.plain_http = plain;
            surface
        };
        tokio::select! {
            surface = look => surface,
            () = self.stopped.notified() => known,
        }
    }
}

/// The reason for what a stop left undone.
pub(crate) const CUT: NotTested = NotTested::Cut;
