use futures::future::BoxFuture;
use model::{NotTested, Operation, Surface};

use crate::{Findings, Observations, ObservedExchange, OperationProbe, TargetProbe};

/// Which exchanges a passive detector sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// Only those whose request carried no payload of ours, so that it does not find our own echo.
    Clean,
    /// All: for what no echo can imitate, such as a stack trace.
    All,
}

/// Probes one operation; proves into [`Findings`] as it goes. `Ok(())` with nothing found means "passed".
pub type OnOperation = for<'a> fn(&'a OperationProbe<'a>, &'a mut Findings) -> BoxFuture<'a, Result<(), NotTested>>;

/// Probes the target as a whole.
pub type OnSurface = for<'a> fn(&'a TargetProbe<'a>, &'a mut Findings) -> BoxFuture<'a, Result<(), NotTested>>;

/// Judges one exchange. Returns whether the exchange was of the kind that the rule is about.
pub type OnExchange = fn(&ObservedExchange<'_>, &mut Findings) -> bool;

/// Judges everything that was seen, at the end.
pub type OnEnd = fn(&Surface, &Observations, &mut Findings) -> Result<(), NotTested>;

/// What detects a rule: any of four functions.
#[derive(Clone, Copy)]
pub struct Detectors {
    /// Judges each exchange.
    pub on_exchange: Option<OnExchange>,
    /// Which exchanges `on_exchange` sees.
    pub sees: Sees,
    /// Which operations `on_operation` probes; pure, decided when the scan is planned.
    pub applies: fn(&Operation, &Surface) -> bool,
    /// Which operations that change state `on_operation` probes as well, where the user consented to that: those whose bodies its payloads
    /// fit into. They are parameters of the operation then.
    pub in_bodies: Option<fn(&Operation) -> bool>,
    /// Probes each operation that applies.
    pub on_operation: Option<OnOperation>,
    /// Probes the target once.
    pub on_surface: Option<OnSurface>,
    /// Whether `on_surface` judges handshakes alone, so that it can also judge a target that no request gets through to.
    pub of_handshakes: bool,
    /// Judges the whole at the end.
    pub on_end: Option<OnEnd>,
}

impl Detectors {
    /// None yet: every check completes it with `..Detectors::NONE`.
    pub const NONE: Detectors = Detectors {
        on_exchange: None,
        sees: Sees::Clean,
        applies: |_, _| true,
        in_bodies: None,
        on_operation: None,
        on_surface: None,
        of_handshakes: false,
        on_end: None,
    };

    /// Whether one of them sends requests.
    pub fn send(&self) -> bool {
        self.on_operation.is_some() || self.on_surface.is_some()
    }
}

impl std::fmt::Debug for Detectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kinds = [
            ("on_exchange", self.on_exchange.is_some()),
            ("on_operation", self.on_operation.is_some()),
            ("on_surface", self.on_surface.is_some()),
            ("on_end", self.on_end.is_some()),
        ];
        f.debug_set().entries(kinds.iter().filter(|(_, there)| *there).map(|(name, _)| name)).finish()
    }
}
