//! What was answered well, to be sent again upon a suspicion.

use model::{Exchange, Request};

use super::look::Look;

/// Most requests that are kept.
const KEPT: usize = 4;

/// A request, and what its response looked like.
#[derive(Debug, Clone)]
pub(super) struct Control {
    pub(super) request: Request,
    pub(super) look: Option<Look>,
    pub(super) succeeded: bool,
}

impl Control {
    fn of(exchange: &Exchange) -> Control {
        let request = exchange.request.clone().fresh();
        Control { request, look: Look::of(exchange), succeeded: exchange.is_success() }
    }
}

/// Requests whose responses looked different from each other.
#[derive(Debug, Default)]
pub(super) struct Controls {
    kept: Vec<Control>,
    /// A path that does not exist.
    unknown: Option<Control>,
}

impl Controls {
    /// Takes an ordinary request that was answered well.
    pub(super) fn keep(&mut self, exchange: &Exchange) {
        let control = Control::of(exchange);
        if self.first().is_some_and(|first| !first.succeeded) && control.succeeded {
            self.kept.clear();
        }
        let is_new =
            self.kept.iter().all(|known| known.look != control.look && known.request.path() != control.request.path());
        if is_new && self.kept.len() < KEPT && (control.succeeded || self.kept.is_empty()) {
            self.kept.push(control);
        }
    }

    /// Takes what a path that does not exist was answered.
    pub(super) fn expect(&mut self, exchange: &Exchange) {
        self.unknown = Some(Control::of(exchange));
    }

    /// What to send first.
    pub(super) fn first(&self) -> Option<&Control> {
        self.kept.first()
    }

    /// What to send next, where the first now looks like this: what looked otherwise. A path that does not exist depends on nothing
    /// that the application keeps.
    pub(super) fn other_than(&self, now: Look) -> Option<&Control> {
        self.unknown.iter().chain(self.kept.iter().skip(1)).find(|control| control.look.is_some_and(|look| look != now))
    }

    /// Whether this response looks as that to the same request did.
    pub(super) fn is_as_before(&self, exchange: &Exchange) -> bool {
        let is_same = |control: &&Control| control.request.target == exchange.request.target;
        let known = self.unknown.iter().chain(&self.kept).find(is_same);
        known.is_some_and(|known| known.look == Look::of(exchange))
    }

    /// The first looks like this from now on.
    pub(super) fn changed(&mut self, exchange: &Exchange) {
        if let Some(first) = self.kept.first_mut() {
            *first = Control::of(exchange);
        }
    }
}
