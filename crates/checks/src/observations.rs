use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Account, Exchange, Location, Operation, Surface, Target};

/// Who called an operation: an identity by its name; nobody in particular without one.
pub type Caller = Option<String>;

/// What the earlier rounds saw.
#[derive(Debug, Clone, Default)]
pub struct Observations {
    /// By operation, its index on the surface, and caller: the operation called as an ordinary client would.
    calls: BTreeMap<(usize, Caller), Arc<Exchange>>,
    /// Whose calls are the plain ones: the first identity's, or else nobody's in particular.
    first: Caller,
    /// Operations of which another caller's are.
    others: BTreeMap<usize, Caller>,
    /// The accounts that the scan made for itself, in the order of their identities.
    pub accounts: Vec<Account>,
    /// Every exchange of the rounds before this one, in transcript order.
    pub exchanges: Vec<Arc<Exchange>>,
}

impl Observations {
    /// Nothing seen yet; the plain calls will be those of this caller.
    pub fn of(first: Caller) -> Observations {
        Observations { first, ..Observations::default() }
    }

    /// For tests of detectors: plain calls by nobody in particular, in the order of the operations, and all exchanges.
    pub fn plainly(plain: Vec<Option<Arc<Exchange>>>, exchanges: Vec<Arc<Exchange>>) -> Observations {
        let calls = plain.into_iter().enumerate().filter_map(|(at, exchange)| Some(((at, None), exchange?)));
        Observations { calls: calls.collect(), exchanges, ..Observations::default() }
    }

    /// The same calls with these exchanges.
    #[must_use]
    pub fn with_exchanges(&self, exchanges: Vec<Arc<Exchange>>) -> Observations {
        Observations { exchanges, ..self.clone() }
    }

    /// The same without the calls of this serial and later.
    #[must_use]
    pub fn until(&self, serial: Option<u64>) -> Observations {
        let mut before = self.clone();
        before.calls.retain(|_, exchange| serial.is_none_or(|serial| exchange.serial < serial));
        before
    }

    /// Keeps what a caller's ordinary call of an operation came to.
    pub fn record(&mut self, operation: usize, caller: Caller, exchange: Arc<Exchange>) {
        self.calls.insert((operation, caller), exchange);
    }

    /// Takes this caller's calls of an operation for the plain ones from now on.
    pub fn let_call(&mut self, operation: usize, caller: Caller) {
        self.others.insert(operation, caller);
    }

    fn caller(&self, operation: usize) -> &Caller {
        self.others.get(&operation).unwrap_or(&self.first)
    }

    /// The plain exchange of an operation. `None` when it was not called: its method changes state, it looks destructive, or the
    /// budget ended.
    pub fn plain(&self, operation: usize) -> Option<&Arc<Exchange>> {
        self.call(operation, self.caller(operation))
    }

    /// The ordinary call of an operation by this caller.
    pub fn call(&self, operation: usize, caller: &Caller) -> Option<&Arc<Exchange>> {
        self.calls.get(&(operation, caller.clone()))
    }

    /// Every ordinary call: the operation's index, who called, and what came of it.
    pub fn calls(&self) -> impl Iterator<Item = (usize, &Caller, &Arc<Exchange>)> {
        self.calls.iter().map(|((operation, caller), exchange)| (*operation, caller, exchange))
    }

    /// The plain exchanges, in the order of the operations.
    pub fn plain_calls(&self) -> impl Iterator<Item = &Arc<Exchange>> {
        self.calls().filter(|(at, caller, _)| *caller == self.caller(*at)).map(|(_, _, exchange)| exchange)
    }

    /// The plain exchanges with their operations.
    pub fn called<'a>(&'a self, surface: &'a Surface) -> impl Iterator<Item = (&'a Operation, &'a Arc<Exchange>)> {
        let plain = self.calls().filter(|(at, caller, _)| *caller == self.caller(*at));
        plain.filter_map(|(at, _, exchange)| Some((surface.operations.get(at)?.as_ref(), exchange)))
    }
}

/// An exchange as a passive detector sees it.
#[derive(Debug)]
pub struct ObservedExchange<'a> {
    /// The exchange.
    pub exchange: &'a Arc<Exchange>,
    /// The operation it is the plain call of, or was sent about, when there is one.
    pub operation: Option<&'a Operation>,
    /// The surface.
    pub surface: &'a Surface,
    /// What was asked of the scan.
    pub target: &'a Target,
}

impl ObservedExchange<'_> {
    /// Where a finding on this exchange is: the operation, or one whose template the path is an instance of, so that a check's
    /// own values do not move the finding; the host for an error at a path that is neither an operation nor a file that a page uses, since what it shows is shown at
    /// every such path and which of them we happened to ask for says nothing; or else the method and path as sent.
    pub fn location(&self) -> Location {
        if let Some(operation) = self.operation.or_else(|| instance_of(self.surface, self.exchange)) {
            return Location::of(operation);
        }
        let request = &self.exchange.request;
        let made_up = crate::judging::soft_404::sibling(self.target.seed, request.path()) == request.path();
        let known = |path: &String| path.split('?').next() == Some(request.path());
        if made_up || self.exchange.status() >= 400 && !self.surface.assets.iter().any(known) {
            return Location::host();
        }
        Location::at(request.method.clone(), request.path())
    }
}

/// The operation that an exchange is about by its method and path, or else the method and path as sent.
pub fn place(surface: &Surface, exchange: &Exchange) -> Location {
    let request = &exchange.request;
    match instance_of(surface, exchange) {
        Some(operation) => Location::of(operation),
        None => Location::at(request.method.clone(), request.path()),
    }
}

/// The operation that an exchange is about by its method and path.
fn instance_of<'a>(surface: &'a Surface, exchange: &Exchange) -> Option<&'a Operation> {
    surface.operations.called_by(&exchange.request.method, exchange.request.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_kept_by_operation_and_caller() {
        let exchange = |status| crate::samples::exchange("/", status, "{}");
        let mut observations = Observations::of(Some("ada".to_owned()));
        observations.record(0, None, exchange(401));
        observations.record(0, Some("ada".to_owned()), exchange(200));
        observations.record(0, Some("bob".to_owned()), exchange(403));
        observations.record(1, None, exchange(404));
        let status = |at, caller: Option<&str>| observations.call(at, &caller.map(str::to_owned)).map(|e| e.status());
        assert_eq!(
            [status(0, None), status(0, Some("ada")), status(0, Some("bob"))],
            [Some(401), Some(200), Some(403)]
        );
        assert_eq!(
            (observations.plain(0).map(|e| e.status()), observations.plain(1).map(|e| e.status())),
            (Some(200), None)
        );
        assert_eq!((observations.calls().count(), observations.plain_calls().count()), (4, 1));
    }
}
