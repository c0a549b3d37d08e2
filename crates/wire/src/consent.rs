//! What keeps a wire to what was declared and allowed, and what it knows of the objects that it creates.

use std::sync::Arc;

use model::{Consent, Effect, Exchange, Method, NotTested, OrderKey, Request};

use crate::ledger::Intent;
use crate::message::refusal;
use crate::permit::{self, Named, Templates, normal};
use crate::{Account, Lease, Wire};

impl Wire {
    /// Tells the wire the path templates of the surface, once they are known: they say what in a path is an object.
    pub fn know_paths<'a>(&self, paths: impl IntoIterator<Item = &'a str>) {
        let _ = self.templates.set(Templates::new(paths));
    }

    /// An id of the shape of this one that no object has. Requests that change state may name it: what is there afterwards, they
    /// created. The same word makes the same id.
    pub fn nobody(&self, like: &str, word: &str) -> String {
        self.ledger.nobody(like, word)
    }

    /// Whether a request may be sent: within the scope, in one piece, and within what its lease declares and the user allowed.
    pub(crate) fn permit(&self, request: &Request, lease: &Lease) -> Result<(), NotTested> {
        if !self.scope.permits(request) {
            return Err(NotTested::OutOfScope);
        }
        if let Some(name) = request.identity.as_ref().filter(|name| self.mandate.identity(name).is_none()) {
            // Without this it would go out without credentials, and what comes back would be taken for the identity's.
            return Err(NotTested::inconclusive(format!("the scan has no identity called {name:?}")));
        }
        if let Some(why) = refusal(request) {
            return Err(NotTested::inconclusive(format!("the request cannot be sent: {why}")));
        }
        permit::refusal(&self.asked(request, lease), self.without()).map_or(Ok(()), Err)
    }

    fn asked(&self, request: &Request, lease: &Lease) -> permit::Asked {
        let unknown = Templates::default();
        let templates = self.templates.get().unwrap_or(&unknown);
        let declared = (lease.effect(), lease.expects_refusal());
        permit::asked(request, declared, self.mandate.consent, templates, &|named| self.ledger.owns(named))
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self)] // it is a test's
    fn without(&self) -> Option<usize> {
        None
    }

    #[cfg(test)]
    fn without(&self) -> Option<usize> {
        self.without
    }

    /// Writes down a request that may create something, and sets a request aside to undo it.
    pub(crate) fn intend(&self, request: &Request, lease: &Lease) -> Result<Option<Intent>, NotTested> {
        if lease.effect() <= Effect::Queries || lease.is_undo() {
            return Ok(None);
        }
        let methods = permit::claimed(request);
        let path = normal(&request.target);
        let id = path.rsplit('/').next().unwrap_or("");
        let made_up = methods.iter().any(|m| [Method::PUT, Method::PATCH].contains(m))
            && self.ledger.owns(Named::Path(&path, id))
            && !self.ledger.created(&path);
        if !made_up && !methods.contains(&Method::POST) {
            return Ok(None);
        }
        // What is expected to be refused creates nothing, as a rule, and is not kept back for want of a second request.
        let aside = !lease.expects_refusal();
        if aside && !self.budget.set_aside() {
            return Err(NotTested::OverBudget);
        }
        let intent = self.ledger.intend(request, made_up, lease.expects_refusal());
        if intent.is_err() && aside {
            self.budget.give_back();
        }
        intent.map(Some)
    }

    /// Learns what came of it; without an exchange it was not sent.
    pub(crate) fn settle(&self, intent: Option<Intent>, exchange: Option<&Arc<Exchange>>) {
        let Some(intent) = intent else {
            if let Some(exchange) = exchange {
                self.ledger.removed(exchange);
            }
            return;
        };
        let unknown = Templates::default();
        let templates = self.templates.get().unwrap_or(&unknown);
        let created = exchange.is_some_and(|exchange| self.ledger.settle(&intent, exchange, templates));
        if exchange.is_none() {
            self.ledger.forget(&intent);
        }
        if !created && !intent.expects_refusal {
            self.budget.give_back();
        }
        if created && intent.expects_refusal {
            // Nothing was set aside; without it, undoing takes what is left in the end.
            let _ = self.budget.set_aside();
        }
        if let Some(exchange) = exchange {
            self.ledger.saw(exchange);
        }
    }

    /// Notes what a response to a request that changes nothing shows. What a creation shows is noted after it was learned from.
    pub(crate) fn note(&self, exchange: &Exchange) {
        if self.mandate.consent > Consent::ReadOnly && exchange.request.method.is_safe() {
            self.ledger.saw(exchange);
        }
    }

    /// Sends what undoes a creation: past consent, which was given for the creation, and past a stop.
    pub(crate) async fn send_undo(&self, request: Request, key: OrderKey) -> Result<Arc<Exchange>, NotTested> {
        if !self.scope.permits(&request) {
            return Err(NotTested::OutOfScope);
        }
        let lease = Lease::reading(&self.budget, 1).paid_by(Account::Undo).provoking();
        self.exchange(request, &lease, key, Vec::new()).await.map(|(exchange, _)| exchange)
    }
}
