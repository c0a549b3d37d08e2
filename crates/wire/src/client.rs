use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::{
    Consent, Effect, Event, Exchange, Failure, Identity, NotTested, OrderKey, Origin, Outcome, Redacted, Redactor,
    Request, Round, Scheme, Shared, TlsFacts, TlsReport,
};
use tokio::sync::{Notify, OnceCell, Semaphore};

use crate::allowance::Bodies;
use crate::dial::Dialer;
use crate::gate::Gate;
use crate::health::{Health, Suspicion};
use crate::ledger::{Ledger, Sink};
use crate::message::refusal;
use crate::pace::{Pace, Refused};
use crate::permit::Templates;
use crate::redirect::onward;
use crate::refusals::{ASKED_AGAIN, Refusals};
use crate::share::Sharing;
use crate::slow::Slow;
use crate::tls::Limits as InspectionLimits;
use crate::transcript::Transcript;
use crate::transport::Transport;
use crate::{Account, Budget, Lease, Mandate, Recorded, Scope, Settings, WireError, credentials, retry_after};

/// Who listens to the wire's events.
pub type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// Who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    /// Whoever wants its response.
    Scan,
    /// A burst, or what undoes a creation.
    Burst,
    /// What asks again whether the target still answers.
    Check,
}

/// The client of one scan.
pub struct Wire {
    settings: Settings,
    pub(crate) mandate: Mandate,
    origin: Origin,
    pub(crate) scope: Scope,
    pub(crate) budget: Arc<Budget>,
    pub(crate) pace: Pace,
    pub(crate) health: Health,
    pub(crate) refusals: Refusals,
    slots: Semaphore,
    transport: Transport,
    pub(crate) transcript: Transcript,
    bodies: Bodies,
    slow: Slow,
    sharing: Sharing,
    tls_report: OnceCell<Arc<TlsReport>>,
    serial: AtomicU64,
    pub(crate) checks: AtomicU32,
    /// Held while it is checked whether the target still answers.
    pub(crate) checking: tokio::sync::Mutex<()>,
    cancelled: OnceLock<NotTested>,
    stopped: Notify,
    pub(crate) listener: Listener,
    /// What masks the lines of the log, where one is kept.
    log: Option<Redactor>,
    pub(crate) ledger: Ledger,
    pub(crate) templates: OnceLock<Templates>,
    /// A condition of [`crate::permit`] that a test leaves out, to see that it is missed.
    #[cfg(test)]
    pub(crate) without: Option<usize>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("scope", &self.scope).field("sent", &self.requests()).finish_non_exhaustive()
    }
}

/// Whether an identity's credentials make a request that is still one.
fn sendable(identity: &Identity, origin: &Origin) -> Result<(), WireError> {
    let mut request = Request::get(origin, "/");
    credentials::apply(identity, &mut request);
    match refusal(&request) {
        Some(why) => Err(WireError(format!("the credentials of {:?} cannot be sent: {why}", identity.name))),
        None => Ok(()),
    }
}

impl Wire {
    /// A client for this origin.
    ///
    /// # Errors
    /// A setting cannot be used, such as a certificate that does not parse.
    pub fn new(
        origin: Origin,
        mandate: Mandate,
        settings: Settings,
        budget: Arc<Budget>,
        listener: Listener,
    ) -> Result<Wire, WireError> {
        for identity in &mandate.identities {
            sendable(identity, &origin)?;
        }
        Ok(Wire {
            scope: Scope::new(origin.clone(), settings.allow_hosts.clone(), &mandate.excluded_paths),
            origin,
            pace: Pace::new(settings.rate, settings.burst, settings.limits.pause),
            health: Health::new(),
            refusals: Refusals::default(),
            slots: Semaphore::new(settings.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            bodies: Bodies::new(&settings.limits),
            transport: Transport::new(settings.limits.clone(), Dialer::new(&settings)?),
            log: settings.log.then(|| Redactor::knowing(&mandate.identities)),
            settings,
            mandate,
            budget,
            transcript: Transcript::default(),
            slow: Slow::default(),
            sharing: Sharing::default(),
            tls_report: OnceCell::new(),
            serial: AtomicU64::new(0),
            checks: AtomicU32::new(0),
            checking: tokio::sync::Mutex::new(()),
            cancelled: OnceLock::new(),
            stopped: Notify::new(),
            listener,
            ledger: Ledger::default(),
            templates: OnceLock::new(),
            #[cfg(test)]
            without: None,
        })
    }

    /// Writes the ledger of what the scan creates to this sink, from now on. The first sink stays.
    pub fn keep_ledger(&self, sink: Sink) {
        self.ledger.keep(sink);
    }

    /// Acts from now on also with these identities, of accounts that the scan made for itself. The first of them stay.
    ///
    /// # Errors
    /// A credential cannot be sent.
    pub fn act_as(&self, own: Vec<Identity>) -> Result<(), WireError> {
        own.iter().try_for_each(|identity| sendable(identity, &self.origin))?;
        let _ = self.mandate.own.set(own);
        Ok(())
    }

    /// The budget of the scan.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// What was allowed.
    pub fn consent(&self) -> Consent {
        self.mandate.consent
    }

    /// Requests put on the wire so far.
    pub fn requests(&self) -> u32 {
        self.transport.sent()
    }

    /// Whether the target sent a response that no request asked for on a connection that is kept. The response to a request before
    /// that was noticed may be such a one.
    pub fn spoke_unasked(&self) -> bool {
        self.transport.spoke_unasked()
    }

    /// Connections that the inspection of TLS opened. They carry no request.
    pub fn handshakes(&self) -> u32 {
        self.tls_report.get().map_or(0, |report| report.handshakes)
    }

    /// Stops sending, for this reason; the first one stays. What is under way may finish.
    pub fn cancel(&self, why: NotTested) {
        self.cancelled.get_or_init(|| why);
        self.stopped.notify_waiters();
    }

    /// When the scan ends: what a target asks to wait for longer is not waited for.
    pub fn ends_at(&self, when: tokio::time::Instant) {
        self.pace.ends_at(when);
    }

    /// Why sending was stopped, if it was.
    pub fn cancelled(&self) -> Option<&NotTested> {
        self.cancelled.get()
    }

    /// Whether sending was stopped.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.get().is_some()
    }

    /// Whether the target has begun to refuse everything.
    pub fn is_banned(&self) -> bool {
        self.health.is_banned()
    }

    /// Exchanges from this serial on may have been answered by the ban; `None` without one.
    pub fn banned_since(&self) -> Option<u64> {
        self.health.banned_since()
    }

    /// Whether the target stopped answering at all.
    pub fn is_dead(&self) -> bool {
        self.health.is_dead()
    }

    /// Whether the target ever answered.
    pub fn was_reached(&self) -> bool {
        self.health.was_reached()
    }

    /// Every exchange so far, in the order of their keys.
    pub fn transcript(&self) -> Vec<Recorded> {
        self.transcript.sorted()
    }

    /// Gives up the bodies of all exchanges so far but their beginnings, except those with these serial numbers: for the time when
    /// nothing is judged any more.
    pub fn reduce_bodies(&self, except: &BTreeSet<u64>) {
        for record in self.transcript.sorted().iter().filter(|record| !except.contains(&record.exchange.serial)) {
            if let Some(response) = record.exchange.response() {
                response.reduce_body();
            }
        }
    }

    /// Begins a wave: what was sent so far is free for whoever asks for it again. Within a wave each asker pays for a shared
    /// request with its own lease, whoever comes first, so that no lease runs dry by chance.
    pub fn begin_wave(&self) {
        self.sharing.begin_wave();
    }

    /// What the first TLS connection to the origin showed; `None` before it.
    pub fn tls_facts(&self, origin: &Origin) -> Option<TlsFacts> {
        self.transport.dialer.facts(origin)
    }

    /// What the target's TLS accepts: versions, suites, chain. Looked at once in a scan, by connections that carry no request.
    ///
    /// # Errors
    /// The target is not https; it refuses the scan, or the scan was stopped.
    pub async fn inspect_tls(&self) -> Result<Arc<TlsReport>, NotTested> {
        if self.origin.scheme != Scheme::Https {
            return Err(NotTested::not_applicable("the target is not requested over https"));
        }
        self.may_knock()?;
        let limits = InspectionLimits::default();
        let inspection = async || Arc::new(self.transport.dialer.inspect(&self.origin, limits).await);
        Ok(Arc::clone(self.tls_report.get_or_init(inspection).await))
    }

    /// Whether the target's port speaks the other scheme than its URL says: plain HTTP in the place of https, or TLS in the place of
    /// http. Asked also where nothing was answered.
    ///
    /// # Errors
    /// The target refuses the scan, or the scan was stopped.
    pub async fn speaks_other_scheme(&self) -> Result<bool, NotTested> {
        self.may_knock()?;
        if self.origin.scheme == Scheme::Http {
            let origin = Origin { scheme: Scheme::Https, ..self.origin.clone() };
            // One hello for each version.
            let limits = InspectionLimits { handshakes: 5, ..InspectionLimits::default() };
            let report = self.transport.dialer.inspect(&origin, limits).await;
            return Ok(report.versions.iter().any(|facts| facts.accepted == Some(true)));
        }
        let origin = Origin { scheme: Scheme::Http, ..self.origin.clone() };
        let lease = Lease::reading(&self.budget, 1).paid_by(Account::Apart).insisting();
        let key = OrderKey { round: Round::Preflight, check: 1, operation: 0, step: 0 };
        let (exchange, _) = self.exchange(Request::get(&origin, "/"), &lease, key, Vec::new()).await?;
        Ok(exchange.response().is_some())
    }

    /// Sends a request, or answers it from an identical earlier one.
    ///
    /// # Errors
    /// Why it was not sent: out of scope, no consent, no budget, cut, blocked. A failed exchange is not an error.
    pub async fn send(&self, request: Request, lease: &Lease, key: OrderKey) -> Result<Arc<Exchange>, NotTested> {
        self.permit(&request, lease)?;
        // A query changes nothing by what it is, whatever its method: it may be shared like a GET.
        let reads = request.method.is_safe() || lease.effect() == Effect::Queries;
        if request.shared == Shared::Never || request.shared == Shared::Reading && !reads {
            return if lease.pay() { self.follow(request, lease, key).await } else { Err(NotTested::OverBudget) };
        }
        let place = self.sharing.of(&request);
        if !place.earlier && !lease.pay_for(place.digest) {
            return Err(NotTested::OverBudget);
        }
        let exchange = place.exchange.get_or_try_init(|| self.follow(request, lease, key)).await?;
        self.transcript.shared(key, exchange.serial);
        Ok(Arc::clone(exchange))
    }

    /// Sends a request and follows its redirects if it says so. Each hop is an exchange and a unit of the budget.
    async fn follow(&self, request: Request, lease: &Lease, key: OrderKey) -> Result<Arc<Exchange>, NotTested> {
        let mut hops: Vec<Arc<Exchange>> = Vec::new();
        let mut next = request;
        loop {
            let exchange = self.one(next, lease, key, &hops).await?;
            let further = exchange.request.follow && hops.len() < self.settings.limits.redirects;
            match further.then(|| onward(&exchange, &self.scope, &self.mandate)).flatten() {
                Some(request) if lease.pay() => {
                    hops.push(exchange);
                    next = request;
                }
                Some(_) => return Err(NotTested::OverBudget),
                None => return Ok(exchange),
            }
        }
    }

    async fn one(
        &self,
        request: Request,
        lease: &Lease,
        key: OrderKey,
        hops: &[Arc<Exchange>],
    ) -> Result<Arc<Exchange>, NotTested> {
        let _slot = self.slots.acquire().await.map_err(|_| NotTested::Cut)?;
        let intent = self.intend(&request, lease)?;
        let sent = self.persist(request, lease, key, hops).await;
        self.settle(intent, sent.as_ref().ok());
        sent
    }

    /// How many exchanges of the last minute are such: a limiter has counted those as well.
    pub fn count_lately(&self, such: &dyn Fn(&Exchange) -> bool) -> u32 {
        const MINUTE_MS: i64 = 60_000;
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        self.transcript.count_since(now_ms.saturating_sub(MINUTE_MS), such)
    }

    /// Says what a path that does not exist was answered, so that guesses which find nothing are not taken for a ban.
    pub fn know_unknown(&self, exchange: &Exchange) {
        self.health.expect(exchange);
    }

    pub(crate) async fn exchange(
        &self,
        request: Request,
        lease: &Lease,
        key: OrderKey,
        hops: Vec<Arc<Exchange>>,
    ) -> Result<(Arc<Exchange>, Option<Suspicion>), NotTested> {
        let alive = || match () {
            () if lease.is_undo() => Ok(()),
            () if lease.insists() => self.may_knock(),
            () => self.alive(),
        };
        let gate = Gate { pace: &self.pace, lease, alive: &alive, stopped: &self.stopped };
        gate.is_open()?;
        let limits = &self.settings.limits;
        let allowance = self.bodies.allowance(&request, limits, self.slow.patience(&request, limits));
        let attempt = self.transport.carry(&request, &self.mandate, allowance, &gate).await?;
        let took = attempt.started.elapsed();
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        let sent_at_ms = now_ms - took.as_millis() as i64;
        let exchange = Arc::new(Exchange {
            serial: self.serial.fetch_add(1, Ordering::Relaxed),
            request,
            outcome: attempt.result.map_or_else(Outcome::Failed, Outcome::Answered),
            elapsed_us: took.as_micros() as u64,
            hops,
        });
        self.bodies.keep(&exchange, &self.settings.limits);
        self.slow.learn(&exchange);
        self.note(&exchange);
        // How often a ban is suspected hangs on which response came first: what asks again is in no transcript.
        let is_check = (key.round, key.check) == (Round::Preflight, ASKED_AGAIN);
        if !is_check {
            self.transcript.record(key, &exchange, sent_at_ms);
        }
        let by = match (lease.is_provoking(), is_check) {
            (false, _) => Sender::Scan,
            (true, true) => Sender::Check,
            (true, false) => Sender::Burst,
        };
        let suspicion = self.learn(&exchange, attempt.started, took, by, now_ms);
        let line = self.log.as_ref().map(|redactor| crate::log::line(&exchange, redactor));
        (self.listener)(Event::ExchangeMade { requests: self.requests(), line });
        Ok((exchange, suspicion))
    }

    /// Learns how fast to go on, and whether the target is still there.
    fn learn(
        &self,
        exchange: &Exchange,
        started: tokio::time::Instant,
        took: Duration,
        by: Sender,
        now_ms: i64,
    ) -> Option<Suspicion> {
        // The refusals of a burst were asked for, and what asks again is judged by itself.
        let mut weight = u32::from(by == Sender::Scan);
        let refuses = exchange.response().filter(|response| matches!(response.status, 429 | 503));
        match refuses {
            Some(_) if by == Sender::Burst => self.refusals.burst_refused(),
            // The limit of a path says nothing about the others.
            Some(_) if self.refusals.last(&exchange.request) => weight = 0,
            Some(response) => {
                let pause = retry_after::asked(response, now_ms / 1000, self.settings.limits.pause);
                match self.pace.refused(started, pause) {
                    Refused::Before => weight = 0,
                    Refused::Hopeless => weight = weight.saturating_mul(u32::MAX),
                    Refused::Paused(pause) => {
                        let seconds = pause.as_secs_f64();
                        let why = format!("the target returned {}; pausing {seconds:.1} s", response.status);
                        (self.listener)(Event::SlowedDown { why: Redactor::new().text(&why) });
                    }
                }
            }
            None if by == Sender::Burst || exchange.response().is_none() => {}
            None if self.pace.answered(took).is_some() => {
                let why = "the target responds much more slowly than at first; sending less often";
                (self.listener)(Event::SlowedDown { why: Redacted::fixed(why) });
            }
            None => {}
        }
        let says_something = !matches!(exchange.failure(), Some(Failure::Untrusted(_)));
        (exchange.request.origin == self.origin && says_something)
            .then(|| self.health.learn(exchange, weight))
            .flatten()
            // A maximum that the user named is for what was asked for: there only what is due at the end of a round is asked again.
            .filter(|suspicion| !self.budget.is_strict() || !suspicion.is_of_looks())
    }

    /// Whether the target's port may be spoken to, also if it never answered what it was asked.
    fn may_knock(&self) -> Result<(), NotTested> {
        match self.alive() {
            Err(NotTested::NoAnswer) if !self.was_reached() => Ok(()),
            other => other,
        }
    }

    pub(crate) fn alive(&self) -> Result<(), NotTested> {
        if let Some(why) = self.cancelled.get() {
            Err(why.clone())
        } else if self.is_banned() {
            Err(NotTested::Blocked)
        } else if self.is_dead() {
            Err(NotTested::NoAnswer)
        } else {
            Ok(())
        }
    }
}
