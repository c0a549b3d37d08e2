use crate::{Confidence, Redacted, Round, Severity};

/// What a running scan tells whoever listens. One stream for the progress bar and every later listener.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The scan began.
    Started {
        /// The URL.
        url: Redacted,
    },
    /// Discovery is done.
    SurfaceFound {
        /// Operations known.
        operations: usize,
        /// The request budget that follows from them.
        budget: u32,
    },
    /// A round began.
    RoundStarted {
        /// Which.
        round: Round,
        /// Detectors times operations in it.
        tasks: usize,
    },
    /// A detector finished with one operation.
    TaskDone,
    /// A request went out and its outcome is known.
    ExchangeMade {
        /// Requests sent so far.
        requests: u32,
        /// What was sent and what came back, in one line, where a log is kept.
        line: Option<Redacted>,
    },
    /// Something was found.
    FindingMade {
        /// The rule.
        rule: &'static str,
        /// Its severity.
        severity: Severity,
        /// How it was established.
        confidence: Confidence,
    },
    /// The target slows or refuses, and the scan with it.
    SlowedDown {
        /// Why.
        why: Redacted,
    },
    /// The scan ended.
    Finished,
}
