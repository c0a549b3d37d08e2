//! Whether the credential that was given works: told before anything is concluded from what it opened or did not.

use std::collections::BTreeSet;
use std::sync::Arc;

use checks::Observations;
use checks::calling::request;
use checks::judging::access;
use checks::judging::response_fingerprint::ResponseFingerprint;
use model::{CredentialState, Exchange, Failure, OrderKey, Request, Round, Surface, Target};
use wire::{Account, Lease, Wire};

/// Most operations that are called without the credential, to see whether it makes a difference.
const CONTROLS: usize = 6;

/// Where the requests stand in the transcript, behind all of observing.
const STEP: u32 = 1_000;

/// What is told of a credential.
pub(crate) struct Told {
    pub(crate) identity: String,
    pub(crate) state: CredentialState,
    /// A sentence; empty when it works.
    pub(crate) detail: String,
}

/// The credential of the first identity after the ordinary calls.
pub(crate) struct Credential {
    /// What is said of it; nothing when none was given or none of the operations could be called.
    pub(crate) view: Option<Told>,
    /// A call that it opens and that is closed without it: what tells later whether it still lives.
    opens: Option<Arc<Exchange>>,
}

/// Calls some operations without the credential, and compares. Only requests that read and were made with it before.
pub(crate) async fn judge(surface: &Surface, observed: &Observations, target: &Target, wire: &Wire) -> Credential {
    let Some(identity) = target.identities.first() else { return Credential { view: None, opens: None } };
    let view = |state, detail: String| Some(Told { identity: identity.name.clone(), state, detail });
    let calls: Vec<(usize, &Arc<Exchange>)> =
        (0..surface.operations.len()).filter_map(|at| Some((at, observed.plain(at)?))).collect();
    if let Some(doubt) = calls.iter().find_map(|(_, e)| withheld(e)) {
        let detail = format!(
            "the credential was not sent, because the certificate is not trusted ({doubt}); trust it with --cacert, or send \
             the credential all the same with --insecure"
        );
        return Credential { view: view(CredentialState::NotSent, detail), opens: None };
    }
    let mut succeeded: Vec<usize> = calls.iter().filter(|(_, e)| e.is_success()).map(|(at, _)| *at).collect();
    // What is declared to need it, or lies deeper, is more likely to differ.
    succeeded.sort_by_key(|at| (!surface.operations[*at].declares_security(), surface.operations[*at].path == "/"));
    succeeded.truncate(CONTROLS);
    let mut differs = false;
    for (step, at) in succeeded.iter().enumerate() {
        let Some(with) = observed.plain(*at) else { continue };
        let anonymous = Request { identity: None, ..request::build(&surface.operations[*at], surface, target, &[]) };
        let key = OrderKey { round: Round::Observe, check: 0, operation: *at as u32, step: STEP + step as u32 };
        let Ok(without) = wire.send(anonymous, &Lease::reading(wire.budget(), 1).paid_by(Account::Apart), key).await
        else {
            break;
        };
        if access::is_refused(&without) {
            return Credential { view: view(CredentialState::Accepted, String::new()), opens: Some(Arc::clone(with)) };
        }
        differs |= ResponseFingerprint::plain(with) != ResponseFingerprint::plain(&without);
    }
    let refused: Vec<&Arc<Exchange>> = calls.iter().filter(|(_, e)| is_unauthenticated(e)).map(|(_, e)| *e).collect();
    let state = match (refused.first(), differs) {
        (Some(first), false) => {
            let (count, path) = (refused.len(), first.request.path());
            let times = if count == 1 { "operation" } else { "operations" };
            let status = first.status();
            view(CredentialState::Refused, format!("the credential was refused: {count} {times} answered {status} to it, such as {path}; check --auth-type, --auth-name and --auth-value"))
        }
        (None, false) if !succeeded.is_empty() => view(
            CredentialState::NoEffect,
            "the credential changed nothing: responses are the same without it; check its name and place (--auth-type, --auth-name)"
                .to_owned(),
        ),
        _ => view(CredentialState::Accepted, String::new()),
    };
    Credential { view: state, opens: None }
}

impl Credential {
    /// How the target refused it from the first: nothing can be concluded with it.
    pub(crate) fn refusal(&self) -> Option<&str> {
        let view = self.view.as_ref().filter(|view| view.state == CredentialState::Refused)?;
        Some(&view.detail)
    }

    /// Calls again what it opened. When it opens that no more, comes to the serial of the first exchange that refused it.
    pub(crate) async fn recheck(&mut self, exchanges: &[Arc<Exchange>], wire: &Wire) -> Option<u64> {
        let opened = self.opens.as_ref()?;
        let key = OrderKey { round: Round::Destroy, check: u32::MAX, operation: u32::MAX, step: 0 };
        let again = opened.request.clone().fresh();
        let now = wire.send(again, &Lease::reading(wire.budget(), 1).paid_by(Account::Apart), key).await.ok()?;
        // A 403 may be a firewall's, after all that was sent.
        if !is_unauthenticated(&now) {
            return None;
        }
        if let Some(view) = &mut self.view {
            view.state = CredentialState::Lost;
            view.detail = format!(
                "the credential stopped working during the scan: {} answered {} to it at the end",
                opened.request.path(),
                now.status()
            );
        }
        // Of what it had opened before: what refuses it always says nothing.
        let of_identity = |e: &&Arc<Exchange>| e.request.identity == opened.request.identity;
        let mut open = BTreeSet::new();
        let mut by_time: Vec<&Arc<Exchange>> = exchanges.iter().filter(of_identity).collect();
        by_time.sort_by_key(|e| e.serial);
        let refused = by_time.into_iter().find(|e| {
            if e.is_success() {
                open.insert(e.request.path());
            }
            is_unauthenticated(e) && open.contains(e.request.path())
        });
        Some(refused.map_or(now.serial, |e| e.serial))
    }
}

fn is_unauthenticated(exchange: &Exchange) -> bool {
    exchange.status() != 403 && access::is_refused(exchange)
}

/// Why the credential was kept back from this request.
fn withheld(exchange: &Exchange) -> Option<&str> {
    match exchange.failure() {
        Some(Failure::Untrusted(doubt)) => Some(doubt),
        _ => None,
    }
}
