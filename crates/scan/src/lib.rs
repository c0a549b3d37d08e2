//! The life of one scan: preflight, discover, observe, plan, probe, correlate.

mod accounts;
mod compute;
mod correlate;
mod credentials;
mod diagnosis;
mod discover;
mod ended;
mod form_page;
mod halt;
#[cfg(test)]
mod linear;
mod plan;
mod preflight;
mod reduce;
mod repeats;
mod rounds;
mod sample;
mod steadiness;

use std::sync::Arc;
use std::time::Duration;

use checks::Observations;
use model::{Depth, Event, Exchange, NotTested, Operation, Redactor, Report, Source, SpecFacts, Surface, Target};
use tokio::task::JoinSet;
use tokio::time::Instant;
use wire::ledger::{Sink, Undone};
use wire::{Budget, Callback, Listener, Mandate, Settings, Wire, WireError};

use ended::Ended;
use halt::Halt;

pub use discover::offline;
pub use plan::{Plan, PlannedCheck, Skipped, plan};

/// One scan of one target.
pub struct Scan {
    target: Arc<Target>,
    wire: Arc<Wire>,
    listener: Listener,
    halt: Halt,
    callback: Callback,
    whole_transcript: bool,
}

/// Stops a running scan; what is known by then is reported.
#[derive(Clone)]
pub struct Stop {
    wire: Arc<Wire>,
    halt: Halt,
}

impl Stop {
    /// Stops the scan: within about a second it reports what it knows, and what it did not come to is not tested.
    pub fn stop(&self) {
        self.end(NotTested::Cut);
    }

    fn end(&self, why: NotTested) {
        self.wire.cancel(why.clone());
        self.halt.end(why);
    }
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
        let halt = Halt::after(target.time(0));
        Ok(Scan { target: Arc::new(target), wire, listener, halt, callback, whole_transcript: false })
    }

    /// Says under which `name` or `name:port` the target reaches this machine, for proofs that it makes requests for its callers.
    #[must_use]
    pub fn with_callback_host(self, host: String) -> Scan {
        let callback = Callback::new(Some(host), self.target.origin.is_loopback(), self.target.seed);
        Scan { callback, ..self }
    }

    /// Writes what the scan creates to this sink, ahead of what it sends, so that a crash leaves nothing unknown behind.
    #[must_use]
    pub fn with_ledger(self, sink: Sink) -> Scan {
        self.wire.keep_ledger(sink);
        self
    }

    /// Keeps every exchange in the report, not only those that findings cite.
    #[must_use]
    pub fn with_whole_transcript(self) -> Scan {
        Scan { whole_transcript: true, ..self }
    }

    /// A handle that stops the scan from elsewhere.
    pub fn stop_handle(&self) -> Stop {
        Stop { wire: Arc::clone(&self.wire), halt: self.halt.clone() }
    }

    /// Runs the scan to its report. It ends by itself at its deadline ([`Target::time`]), which begins now.
    pub async fn run(self) -> Report {
        let started = Instant::now();
        self.halt.begin(self.target.time(0));
        self.wire.ends_at(self.halt.until());
        // Dropped with this future, and the clock with it.
        let mut clock = JoinSet::new();
        let (halt, stop) = (self.halt.clone(), self.stop_handle());
        clock.spawn(async move {
            halt.expired().await;
            stop.end(NotTested::OutOfTime);
        });
        (self.listener)(Event::Started { url: Redactor::new().text(&self.target.url()) });
        // On the heap: it holds all that the rounds do.
        let ended = Box::pin(self.work()).await;
        let Scan { wire, listener, whole_transcript, .. } = self;
        let elapsed = started.elapsed();
        let report = compute::apart(move || correlate::report(&wire, &ended, elapsed, whole_transcript)).await;
        listener(Event::Finished);
        report
    }

    /// Reads the OpenAPI document that the target names by its URL, with the documents it refers to; nothing else is sent.
    ///
    /// # Errors
    /// Why there is none, for a person.
    pub async fn document(self) -> Result<(Vec<Operation>, SpecFacts), String> {
        match &self.target.specification_url {
            Some(url) => discover::document(url, &self.target, &self.wire).await,
            None => Err("no URL of a document was given".to_owned()),
        }
    }

    /// Whether the target gives an HTTP response to one anonymous request; nothing else is sent.
    pub async fn responds(self) -> bool {
        preflight::responds(&self.target, &self.wire).await
    }

    async fn work(&self) -> Ended {
        let (mut surface, looked_briefly) = Box::pin(self.discover()).await;
        let operations = surface.operations.len();
        self.halt.limit(self.target.time(operations));
        self.wire.ends_at(self.halt.until());
        let budget = self.target.budget(operations);
        self.wire.budget().set_total(budget);
        (self.listener)(Event::SurfaceFound { operations, budget });
        self.wire.know_paths(surface.operations.iter().filter(|o| is_declared(o)).map(|o| o.path.as_str()));
        self.wire.begin_wave();
        let mut observed = Box::pin(rounds::observe::observe(&mut surface, &self.target, &self.wire, &self.halt)).await;
        self.wire.check_again().await;
        let mut credential = credentials::judge(&surface, &observed, &self.target, &self.wire).await;
        let target = self.with_accounts(&mut surface, &mut observed, &mut credential).await;
        observed.exchanges = self.exchanges(None);
        let surface = Arc::new(surface);
        let observed = Arc::new(observed);
        let plan = {
            let (surface, observed, target) = (Arc::clone(&surface), Arc::clone(&observed), Arc::clone(&target));
            compute::apart(move || plan::plan_seen(&surface, &target, &observed)).await
        };
        let seen = observed.exchanges.iter().map(AsRef::as_ref);
        let diagnosis = diagnosis::diagnose(&target, &self.wire, seen).await;
        let (hopeless, fault) = if !self.wire.was_reached() {
            (Some(NotTested::NoAnswer), None)
        } else if let Some(says) = &diagnosis.says {
            (Some(NotTested::inconclusive(says.clone())), None)
        } else if let Some(why) = &surface.unusable_specification {
            (Some(NotTested::NoSpecification), Some(why.clone()))
        } else if let Some(why) = credential.refusal() {
            (Some(NotTested::CredentialRefused), Some(why.to_owned()))
        } else {
            (None, None)
        };
        let standard = standard(&target);
        let context = rounds::RunContext {
            surface: &surface,
            observed: &observed,
            target: &target,
            standard: standard.as_ref().unwrap_or(&target),
            credential: &credential,
            wire: &self.wire,
            callback: &self.callback,
            listener: &self.listener,
            halt: &self.halt,
        };
        if let Some(why) = hopeless {
            let plan = if diagnosis.shakes_hands { plan.of_handshakes(&why) } else { plan.of_nothing(&why) };
            return Ended {
                outcomes: rounds::run(&plan, &context).await,
                surface: Arc::clone(&surface),
                observations: Arc::clone(&observed),
                skipped: plan.skipped,
                undone: Undone::default(),
                looked_briefly,
                fault,
                diagnosis: diagnosis.says,
                unsteady: None,
                banned: false,
                silent: false,
                credential: credential.view,
                target: Arc::clone(&target),
            };
        }
        let mut outcomes = rounds::run(&plan, &context).await;
        let doubt = steadiness::doubt(&observed, &self.exchanges(None), target.depth, &self.wire).await;
        let drawn = doubt.as_ref().map_or(&[][..], |doubt| doubt.headers.as_slice());
        if doubt.is_some() && drawn.is_empty() {
            rounds::discard_chance(&mut outcomes, &self.wire).await;
        } else if steadiness::varied(&self.exchanges_with_repeats()) {
            rounds::confirm(&mut outcomes, &self.wire).await;
        }
        // Last of all: it may have died with what was just sent again.
        credential.look(&self.wire).await;
        let until = self.believe(&mut outcomes, &mut credential);
        let observations = Arc::new(observed.until(until).with_exchanges(self.exchanges(until)));
        let mut passive = {
            let (surface, observations, target) =
                (Arc::clone(&surface), Arc::clone(&observations), Arc::clone(&target));
            let (selected, listener, halt) = (plan.selected, Arc::clone(&self.listener), self.halt.clone());
            let judge = move || rounds::judge(&surface, &observations, &target, &selected, &listener, &halt);
            compute::apart(judge).await
        };
        // What is undone can no longer be sent again.
        let chance =
            rounds::discard_seen_by_chance(&mut passive, &self.exchanges_with_repeats(), doubt.is_some(), &self.wire)
                .await;
        if doubt.is_some() {
            let of_headers = !drawn.is_empty();
            rounds::discard_quoting(&mut outcomes, drawn);
            rounds::judge_again(&mut passive, &surface, &observations, &self.target, of_headers, &self.wire).await;
        }
        let unsteady = doubt.map(|doubt| doubt.says);
        let unsteady = unsteady.or_else(|| chance.map(|request| steadiness::other_content(&request)));
        let note = accounts::note(&surface, &observations, &target, &self.exchanges_with_repeats());
        let undone = self.wire.undo(UNDO_WITHIN).await;
        outcomes.extend(passive);
        if self.wire.spoke_unasked() {
            rounds::discard_unasked(&mut outcomes, &self.wire).await;
        }
        let mut surface = surface;
        Arc::make_mut(&mut surface).notes.extend(self.notes(note));
        Ended {
            surface,
            observations,
            outcomes,
            skipped: plan.skipped,
            undone,
            looked_briefly,
            fault: None,
            diagnosis: None,
            unsteady,
            banned: self.wire.is_banned(),
            silent: self.wire.is_dead(),
            credential: credential.view,
            target,
        }
    }

    /// What the reader should know of how the target behaved, after what is to be said of accounts.
    fn notes(&self, accounts: Option<String>) -> impl Iterator<Item = String> {
        let unasked = self.wire.spoke_unasked().then(|| UNASKED.to_owned());
        let put_off = self.wire.was_put_off().then(|| PUT_OFF.to_owned());
        accounts.into_iter().chain(unasked).chain(put_off)
    }

    /// What was asked, with the identities of accounts that the scan makes for itself, where it may and can.
    async fn with_accounts(
        &self,
        surface: &mut Surface,
        observed: &mut Observations,
        credential: &mut credentials::Credential,
    ) -> Arc<Target> {
        if !self.wire.was_reached() {
            return Arc::clone(&self.target);
        }
        let Some(acting) = accounts::open(surface, observed, &self.target, &self.wire).await else {
            return Arc::clone(&self.target);
        };
        discover::look_as_account(surface, observed, &acting, &self.wire).await;
        rounds::observe::observe_as_account(surface, &acting, observed, &self.wire, &self.halt).await;
        *credential = credentials::Credential::of_account(observed);
        Arc::new(acting)
    }

    /// Takes back what leaned on a ban, or on a credential that died meanwhile. Exchanges from the serial on are not to be judged.
    fn believe(&self, outcomes: &mut [rounds::Outcome], credential: &mut credentials::Credential) -> Option<u64> {
        if let Some(since) = self.wire.banned_since() {
            rounds::discredit(outcomes, since, &NotTested::Blocked);
            return Some(since);
        }
        let since = credential.died(&self.exchanges(None))?;
        rounds::discredit(outcomes, since, &NotTested::CredentialRefused);
        Some(since)
    }

    /// Every exchange so far before this serial, in the order of the transcript; none that a ban may have answered, and none that only
    /// repeated another.
    fn exchanges(&self, until: Option<u64>) -> Vec<Arc<Exchange>> {
        let until = until.or_else(|| self.wire.banned_since()).unwrap_or(u64::MAX);
        let judged = self.wire.transcript().into_iter().filter(|record| !repeats::is_repeat(&record.key));
        judged.map(|record| record.exchange).filter(|e| e.serial < until).collect()
    }

    /// Every exchange so far, those among them that only repeat another.
    fn exchanges_with_repeats(&self) -> Vec<Arc<Exchange>> {
        self.wire.transcript().into_iter().map(|record| record.exchange).collect()
    }

    /// What there is, and whether the clock ended the search for more.
    async fn discover(&self) -> (Surface, bool) {
        // What a standard scan could send after it is kept back from the guesses of a deep one.
        if self.target.depth == Depth::Deep && self.target.max_requests.is_none() {
            self.wire.budget().keep_back(Depth::Standard.requests(0));
        }
        let discovered = discover::discover(&self.target, &self.wire, &self.halt);
        let plain = async {
            tokio::select! {
                plain = preflight::plain_http(&self.target, &self.wire) => plain,
                () = self.halt.quarters(discover::ENDS_BY) => None,
            }
        };
        let ((mut surface, briefly), plain) = tokio::join!(discovered, plain);
        self.wire.budget().release();
        preflight::tls(&mut surface, &self.target, &self.wire);
        surface.plain_http = plain;
        (surface, briefly)
    }
}

/// What is said of a server that sends more responses than it gets requests.
const UNASKED: &str = "the target sends responses without a request; each request then had a connection of its own, and what was found \
    before was sent again";

/// What is said of a target that limits how fast it is asked.
const PUT_OFF: &str = "the target returned 429 or 503 to some requests; the scan slowed down and sent them again";

/// The time in which everything that the scan created is removed, also after a stop.
const UNDO_WITHIN: Duration = Duration::from_secs(5);

/// A deep scan as a standard one; nothing for another.
fn standard(target: &Target) -> Option<Target> {
    // Nobody asks for the document any more, and it may be large.
    let known = || Target { specification: None, depth: Depth::Standard, ..Target::clone(target) };
    (target.depth == Depth::Deep).then(known)
}

/// Whether a path says which of its segments are words: a link to one object does not.
fn is_declared(operation: &Operation) -> bool {
    operation.source == Source::Specification || operation.path.contains('{')
}
