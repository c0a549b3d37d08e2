use std::sync::Arc;

use model::{Exchange, Location, Operation, Surface, Target};

/// What the earlier rounds saw.
#[derive(Debug, Default)]
pub struct Observations {
    /// For each operation of the surface, by index, the plain exchange: the operation called as an ordinary client would.
    /// `None` when it was not called (its method changes state, it looks destructive, or the budget ended).
    pub plain: Vec<Option<Arc<Exchange>>>,
    /// Every exchange of the rounds before this one, in transcript order.
    pub exchanges: Vec<Arc<Exchange>>,
}

impl Observations {
    /// The plain exchanges with their operations.
    pub fn called<'a>(&'a self, surface: &'a Surface) -> impl Iterator<Item = (&'a Operation, &'a Arc<Exchange>)> {
        surface.operations.iter().zip(&self.plain).filter_map(|(o, e)| e.as_ref().map(|e| (o.as_ref(), e)))
    }
}

/// An exchange as a passive detector sees it.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The exchange.
    pub exchange: &'a Arc<Exchange>,
    /// The operation it is the plain call of, or was sent about, when there is one.
    pub operation: Option<&'a Operation>,
    /// The surface.
    pub surface: &'a Surface,
    /// What was asked of the scan.
    pub target: &'a Target,
}

impl Seen<'_> {
    /// Where a finding on this exchange is: the operation, or one whose template the path is an instance of, so that a check's
    /// own values do not move the finding; the host for an error at a path that is no operation, since what it shows is shown at
    /// every such path and which of them we happened to ask for says nothing; or else the method and path as sent.
    pub fn location(&self) -> Location {
        if let Some(operation) = self.operation.or_else(|| instance_of(self.surface, self.exchange)) {
            return Location::of(operation);
        }
        let request = &self.exchange.request;
        let made_up = crate::shared::soft_404::sibling(self.target.seed, request.path()) == request.path();
        if made_up || self.exchange.status() >= 400 {
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
    let request = &exchange.request;
    let same = |o: &&Arc<Operation>| o.method == request.method && is_instance(&o.path, request.path());
    surface.operations.iter().find(same).map(Arc::as_ref)
}

/// Whether a path is an instance of a template: equal but for the segments in braces.
fn is_instance(template: &str, path: &str) -> bool {
    let (mut left, mut right) = (template.split('/'), path.split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || a.contains('{') && !b.is_empty() => {}
            _ => return false,
        }
    }
}
