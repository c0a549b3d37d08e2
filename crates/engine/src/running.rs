//! A scan as its caller holds it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::{Consent, Depth, Event, Operation, Redactor, Report, SpecFacts};
use scan::Stop;

use crate::ledger::LedgerFile;
use crate::prepare::{Prepared, prepare};
use crate::{Field, IdentityRequest, RequestError, ScanRequest, SpecSource, Surroundings, System};

/// A scan that is ready to run. Many can run in one process and one runtime; they share nothing.
pub struct Scan {
    scan: scan::Scan,
    ledger: Option<Arc<LedgerFile>>,
}

impl Scan {
    /// A read-only standard scan of this URL, to be narrowed or widened before it runs.
    pub fn of(url: impl Into<String>) -> ScanBuilder {
        ScanBuilder::from(ScanRequest::of(url))
    }

    /// Stops the scan from elsewhere; what is known by then is reported.
    pub fn stop_handle(&self) -> Stop {
        self.scan.stop_handle()
    }

    /// Runs the scan to its report, within its deadline. It has a thread of its own beside the runtime's, so that what it computes holds
    /// no other task up. Dropped before its time, it stops.
    ///
    /// # Panics
    /// The scan panics.
    pub async fn run(self) -> Report {
        let _stopping = StopOnDrop(self.stop_handle());
        let runtime = tokio::runtime::Handle::current();
        match tokio::task::spawn_blocking(move || runtime.block_on(self.scan.run())).await {
            Ok(mut report) => {
                let left = self.ledger.and_then(|ledger| ledger.close());
                report.notes.extend(left.map(|note| Redactor::new().text(&note)));
                report
            }
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is ending, and this with it.
            Err(_) => std::future::pending().await,
        }
    }
}

struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Puts a scan together: the parts of a [`ScanRequest`] by name, who listens, and where references are resolved.
#[derive(Clone)]
pub struct ScanBuilder {
    request: ScanRequest,
    listener: Arc<dyn Fn(Event) + Send + Sync>,
    surroundings: Arc<dyn Surroundings>,
    log: bool,
}

impl From<ScanRequest> for ScanBuilder {
    fn from(request: ScanRequest) -> ScanBuilder {
        ScanBuilder { request, listener: Arc::new(|_| {}), surroundings: Arc::new(System), log: false }
    }
}

impl ScanBuilder {
    /// The API's OpenAPI document, a file.
    #[must_use]
    pub fn spec_file(self, path: impl Into<PathBuf>) -> ScanBuilder {
        self.with(|request| request.spec = Some(SpecSource::File(path.into())))
    }

    /// Somebody the scan can act as; operations are called with the first.
    #[must_use]
    pub fn identity(self, identity: IdentityRequest) -> ScanBuilder {
        self.with(|request| request.identities.push(identity))
    }

    /// What may be changed at the target; nothing without it.
    #[must_use]
    pub fn consent(self, consent: Consent) -> ScanBuilder {
        self.with(|request| request.consent = consent)
    }

    /// How far to go.
    #[must_use]
    pub fn depth(self, depth: Depth) -> ScanBuilder {
        self.with(|request| request.depth = depth)
    }

    /// Only this rule and others named so.
    #[must_use]
    pub fn rule(self, id: impl Into<String>) -> ScanBuilder {
        self.with(|request| request.rules.push(id.into()))
    }

    /// Most requests in all, instead of the depth's budget.
    #[must_use]
    pub fn max_requests(self, most: u32) -> ScanBuilder {
        self.with(|request| request.max_requests = Some(most))
    }

    /// Longest time for the whole scan.
    #[must_use]
    pub fn deadline(self, time: Duration) -> ScanBuilder {
        self.with(|request| request.deadline = Some(time))
    }

    /// Same seed and same target behaviour: same report.
    #[must_use]
    pub fn seed(self, seed: u64) -> ScanBuilder {
        self.with(|request| request.seed = Some(seed))
    }

    /// Changes any other part of the request.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut ScanRequest)) -> ScanBuilder {
        change(&mut self.request);
        self
    }

    /// Is told what happens while the scan runs, from whichever thread it happens on; it must not block.
    #[must_use]
    pub fn on_event(self, listener: impl Fn(Event) + Send + Sync + 'static) -> ScanBuilder {
        ScanBuilder { listener: Arc::new(listener), ..self }
    }

    /// Gives whoever listens a line for each exchange, with its secrets masked.
    #[must_use]
    pub fn logged(self, log: bool) -> ScanBuilder {
        ScanBuilder { log, ..self }
    }

    /// Where clock, environment, files and chance come from, instead of [`System`].
    #[must_use]
    pub fn surroundings(self, surroundings: impl Surroundings + 'static) -> ScanBuilder {
        ScanBuilder { surroundings: Arc::new(surroundings), ..self }
    }

    /// The request as it stands.
    pub fn request(&self) -> &ScanRequest {
        &self.request
    }

    /// The request resolved and checked.
    ///
    /// # Errors
    /// Something in it cannot be used.
    pub fn prepare(&self) -> Result<Prepared, RequestError> {
        prepare(&self.request, self.surroundings.as_ref())
    }

    /// A scan that is ready to run; nothing is sent yet.
    ///
    /// # Errors
    /// Something in the request cannot be used.
    pub fn start(self) -> Result<Scan, RequestError> {
        let Prepared { target, mut settings } = self.prepare()?;
        settings.log = self.log;
        let scan = scan::Scan::new(target, settings, self.listener);
        let scan = scan.map_err(|error| RequestError::Client(error.to_string()))?;
        let scan = if self.request.transcript { scan.with_whole_transcript() } else { scan };
        let scan = match self.request.callback_host {
            Some(host) => scan.with_callback_host(host),
            None => scan,
        };
        let ledger = self.request.ledger.filter(|_| self.request.consent > Consent::ReadOnly);
        let ledger = ledger.map(|path| LedgerFile::begin(&path)).transpose()?.map(Arc::new);
        let scan = match &ledger {
            Some(ledger) => scan.with_ledger(ledger.sink()),
            None => scan,
        };
        Ok(Scan { scan, ledger })
    }

    /// Reads the OpenAPI document that the request names by its URL, as a scan would; nothing else is sent.
    ///
    /// # Errors
    /// Something in the request cannot be used, or there is no document.
    pub async fn document(self) -> Result<(Vec<Operation>, SpecFacts), RequestError> {
        let Prepared { target, settings } = self.prepare()?;
        let scan = scan::Scan::new(target, settings, self.listener);
        let scan = scan.map_err(|error| RequestError::Client(error.to_string()))?;
        scan.document().await.map_err(|why| RequestError::Value { field: Field::Spec, why })
    }

    /// Whether anything responds at the URL over its scheme, with one request and no credentials.
    ///
    /// # Errors
    /// Something in the request cannot be used.
    pub async fn responds(self) -> Result<bool, RequestError> {
        let Prepared { target, settings } = self.prepare()?;
        let scan = scan::Scan::new(target, settings, self.listener);
        Ok(scan.map_err(|error| RequestError::Client(error.to_string()))?.responds().await)
    }

    /// Runs the scan to its report.
    ///
    /// # Errors
    /// Something in the request cannot be used. What goes wrong at the target is in the report.
    pub async fn run(self) -> Result<Report, RequestError> {
        Ok(self.start()?.run().await)
    }
}
