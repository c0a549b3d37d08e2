use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use http_body_util::Full;
use hyper::body::Bytes;
use model::{
    Consent, Event, Exchange, Failure, Method, NotTested, OrderKey, Origin, Outcome, Phase, Request, Response, Scheme,
};
use sha2::{Digest, Sha256};
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::{Instant, timeout};

use crate::connection::{self, Resolved};
use crate::pace::Pace;
use crate::pool::Pool;
use crate::transcript::Transcript;
use crate::{Budget, Lease, Recorded, Scope, Settings, body, credentials};

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WireError(pub String);

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WireError {}

/// Who listens to the wire's events.
pub type Listener = Arc<dyn Fn(Event) + Send + Sync>;

type Shared = Arc<OnceCell<Arc<Exchange>>>;

/// The client of one scan.
pub struct Wire {
    settings: Settings,
    scope: Scope,
    budget: Arc<Budget>,
    pace: Pace,
    slots: Semaphore,
    resolved: Resolved,
    pool: Pool,
    transcript: Transcript,
    shared: Mutex<BTreeMap<[u8; 32], Shared>>,
    serial: AtomicU64,
    sent: AtomicU32,
    answered: AtomicU32,
    silent: AtomicU32,
    cancelled: AtomicBool,
    listener: Listener,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("scope", &self.scope).field("sent", &self.sent).finish_non_exhaustive()
    }
}

/// After so many requests in a row without any response the target is taken to be dead.
const DEAD_AFTER: u32 = 6;

impl Wire {
    /// A client for this origin.
    ///
    /// # Errors
    /// A setting cannot be used, such as a certificate that does not parse.
    pub fn new(origin: Origin, settings: Settings, budget: Arc<Budget>, listener: Listener) -> Result<Wire, WireError> {
        Ok(Wire {
            scope: Scope::new(origin, settings.allow_hosts.clone()),
            pace: Pace::new(settings.rate, settings.burst),
            slots: Semaphore::new(settings.concurrency.max(1)),
            settings,
            budget,
            resolved: Resolved::default(),
            pool: Pool::default(),
            transcript: Transcript::default(),
            shared: Mutex::default(),
            serial: AtomicU64::new(0),
            sent: AtomicU32::new(0),
            answered: AtomicU32::new(0),
            silent: AtomicU32::new(0),
            cancelled: AtomicBool::new(false),
            listener,
        })
    }

    /// The budget of the scan.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// What was allowed.
    pub fn consent(&self) -> Consent {
        self.settings.consent
    }

    /// Requests put on the wire so far.
    pub fn requests(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Stops sending; what is under way may finish.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether sending was stopped.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Whether the target has begun to refuse everything.
    pub fn is_banned(&self) -> bool {
        self.pace.is_banned()
    }

    /// Whether the target stopped answering at all.
    pub fn is_dead(&self) -> bool {
        self.silent.load(Ordering::Relaxed) >= DEAD_AFTER
    }

    /// Whether the target ever answered.
    pub fn was_reached(&self) -> bool {
        self.answered.load(Ordering::Relaxed) > 0
    }

    /// Every exchange so far, in the order of their keys.
    pub fn transcript(&self) -> Vec<Recorded> {
        self.transcript.sorted()
    }

    /// Sends a request, or answers it from an identical earlier one.
    ///
    /// # Errors
    /// Why it was not sent: out of scope, no consent, no budget, cut, blocked. A failed exchange is not an error.
    pub async fn send(&self, request: Request, lease: &Lease, key: OrderKey) -> Result<Arc<Exchange>, NotTested> {
        self.permit(&request, lease)?;
        // A query changes nothing by what it is, whatever its method: it may be shared like a GET.
        let repeatable = request.method.is_safe() || lease.may_query();
        if !request.shared || !repeatable {
            return self.really_send(request, lease, key).await;
        }
        let cell = {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(shared.entry(identity_of(&request)).or_default())
        };
        let exchange = cell.get_or_try_init(|| self.really_send(request, lease, key)).await?;
        self.transcript.shared(key, exchange.serial);
        Ok(Arc::clone(exchange))
    }

    fn permit(&self, request: &Request, lease: &Lease) -> Result<(), NotTested> {
        if !self.scope.holds(&request.origin) {
            return Err(NotTested::OutOfScope);
        }
        let allowed = request.method.is_safe() || lease.may_query() || self.settings.consent > Consent::ReadOnly;
        if allowed { Ok(()) } else { Err(NotTested::NoConsent) }
    }

    async fn really_send(&self, request: Request, lease: &Lease, key: OrderKey) -> Result<Arc<Exchange>, NotTested> {
        let mut hops: Vec<Arc<Exchange>> = Vec::new();
        let mut next = request;
        loop {
            let exchange = self.one(next, lease, key, &hops).await?;
            let onward = exchange.request.follow.then(|| redirected(&exchange, &self.scope)).flatten();
            match onward {
                Some(request) if hops.len() < self.settings.limits.redirects => {
                    hops.push(exchange);
                    next = request;
                }
                _ => return Ok(exchange),
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
        self.alive()?;
        if !lease.take() {
            return Err(NotTested::OverBudget);
        }
        let _slot = self.slots.acquire().await.map_err(|_| NotTested::Cut)?;
        self.pace.wait().await;
        self.alive()?;
        let sent_at_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        let started = Instant::now();
        let outcome = self.exchange(&request).await;
        let exchange = Arc::new(Exchange {
            serial: self.serial.fetch_add(1, Ordering::Relaxed),
            request,
            outcome,
            elapsed_us: started.elapsed().as_micros() as u64,
            hops: hops.to_vec(),
        });
        self.learn(&exchange, lease);
        self.transcript.record(key, &exchange, sent_at_ms);
        (self.listener)(Event::ExchangeMade { requests: self.requests() });
        Ok(exchange)
    }

    fn alive(&self) -> Result<(), NotTested> {
        if self.is_cancelled() {
            Err(NotTested::Cut)
        } else if self.is_dead() || self.is_banned() {
            Err(NotTested::Blocked)
        } else {
            Ok(())
        }
    }

    fn learn(&self, exchange: &Exchange, lease: &Lease) {
        if let Some(response) = exchange.response() {
            self.answered.fetch_add(1, Ordering::Relaxed);
            self.silent.store(0, Ordering::Relaxed);
            // A burst asks to be refused: its refusals say nothing about how the rest of the scan is received.
            if lease.is_burst() {
                return;
            }
            if let Some(pause) = self.pace.learn(response.status, response.header("retry-after")) {
                let why = format!("the target answered {}; pausing {:.1} s", response.status, pause.as_secs_f64());
                (self.listener)(Event::SlowedDown { why });
            }
        } else {
            self.silent.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn exchange(&self, request: &Request) -> Outcome {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let mut reused = true;
        loop {
            let sender = match self.pool.take(&request.origin) {
                Some(sender) => sender,
                None => {
                    reused = false;
                    match connection::open(&request.origin, &self.settings, &self.resolved).await {
                        Ok(sender) => sender,
                        Err(failure) => return Outcome::Failed(failure),
                    }
                }
            };
            match self.over(sender, request).await {
                // A connection that the server closed while it was idle says nothing about this request.
                Err(Failure::Closed(_)) if reused => {}
                Ok(response) => return Outcome::Answered(response),
                Err(failure) => return Outcome::Failed(failure),
            }
        }
    }

    async fn over(&self, mut sender: connection::Sender, request: &Request) -> Result<Response, Failure> {
        let limits = &self.settings.limits;
        let message = self.message(request)?;
        let head = match timeout(limits.head, sender.send_request(message)).await {
            Err(_) => return Err(Failure::TimedOut(Phase::Head)),
            Ok(Err(error)) => return Err(failure_of(&error)),
            Ok(Ok(head)) => head,
        };
        let (parts, incoming) = head.into_parts();
        let headers: Vec<(String, String)> = parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().iter().map(|b| char::from(*b)).collect()))
            .collect();
        let cap = if request.large { limits.document_bytes } else { limits.body_bytes };
        let (raw, cut) = body::read(incoming, limits, cap).await;
        if cut.is_none() {
            self.pool.give(&request.origin, sender);
        }
        let mut response = Response::new(parts.status.as_u16(), headers, Vec::new());
        response.version = match parts.version {
            hyper::Version::HTTP_2 => "HTTP/2",
            hyper::Version::HTTP_10 => "HTTP/1.0",
            _ => "HTTP/1.1",
        };
        response.reason = parts
            .extensions
            .get::<hyper::ext::ReasonPhrase>()
            .map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned())
            .or_else(|| parts.status.canonical_reason().map(str::to_owned))
            .unwrap_or_default();
        let (body, undecoded) = body::decode(raw, response.header("content-encoding"), limits, cap);
        response.body = body;
        response.truncated = cut.or(undecoded);
        Ok(response)
    }

    /// The message for the wire: credentials and the scan's own headers added.
    fn message(&self, request: &Request) -> Result<hyper::Request<Full<Bytes>>, Failure> {
        let mut full = request.clone();
        if let Some(identity) =
            request.identity.as_ref().and_then(|name| self.settings.identities.iter().find(|i| i.name == *name))
        {
            credentials::apply(identity, &mut full);
        }
        let has = |name: &str| full.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
        let mut own: Vec<(String, Vec<u8>)> = Vec::new();
        let mut add = |name: &str, value: String| {
            if !has(name) {
                own.push((name.to_owned(), value.into_bytes()));
            }
        };
        add("Host", full.origin.authority());
        add(
            "User-Agent",
            format!("middlebrick/{} (+https://github.com/middlebrick/middlebrick)", self.settings.version),
        );
        add("X-Middlebrick-Scan", self.settings.scan_id.clone());
        add("Accept", "*/*".to_owned());
        add("Accept-Encoding", "gzip, deflate".to_owned());
        let malformed = |what: &str| Failure::Malformed(format!("the request cannot be sent: {what}"));
        let mut builder = hyper::Request::builder().method(full.method.as_str()).uri(full.target.as_str());
        for (name, value) in own.into_iter().chain(full.headers) {
            builder = builder.header(name, value);
        }
        builder.body(Full::new(Bytes::from(full.body))).map_err(|error| malformed(&error.to_string()))
    }
}

fn failure_of(error: &hyper::Error) -> Failure {
    if error.is_parse() {
        Failure::Malformed(error.to_string())
    } else if error.is_user() {
        Failure::Malformed(format!("the request cannot be sent: {error}"))
    } else {
        Failure::Closed(Phase::Head)
    }
}

/// What makes two requests the same.
fn identity_of(request: &Request) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    add(request.method.as_str().as_bytes());
    add(request.origin.to_string().as_bytes());
    add(request.target.as_bytes());
    add(request.identity.as_deref().unwrap_or("").as_bytes());
    add(&[u8::from(request.follow)]);
    for (name, value) in &request.headers {
        add(name.to_ascii_lowercase().as_bytes());
        add(value);
    }
    add(&request.body);
    hash.finalize().into()
}

/// The request a redirect asks for, if it stays in scope (RFC 9110 section 15.4). Credentials do not cross origins.
fn redirected(exchange: &Exchange, scope: &Scope) -> Option<Request> {
    let response = exchange.response().filter(|r| r.is_redirect())?;
    let base = url::Url::parse(&exchange.request.url()).ok()?;
    let url = base.join(response.header("location")?).ok()?;
    let origin = origin_of(&url)?;
    if !scope.holds(&origin) || !exchange.request.method.is_safe() {
        return None;
    }
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let mut next = exchange.request.clone();
    if origin != next.origin {
        next.identity = None;
        next.headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("authorization") && !name.eq_ignore_ascii_case("cookie"));
    }
    next.origin = origin;
    next.target = target;
    if next.method != Method::HEAD && next.method != Method::OPTIONS {
        next.method = Method::GET;
    }
    Some(next)
}

/// The origin of an `http` or `https` URL.
pub fn origin_of(url: &url::Url) -> Option<Origin> {
    let scheme = match url.scheme() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return None,
    };
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    Some(Origin { scheme, host, port: url.port_or_known_default()? })
}
