//! Whether the credential that was given works: told before anything is concluded from what it opened or did not.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use checks::Observations;
use checks::calling::request;
use checks::judging::access;
use checks::judging::response_fingerprint::ResponseFingerprint;
use model::{CredentialState, Exchange, Failure, OrderKey, Request, Round, Surface, Target};
use wire::{Account, Lease, Wire};

use crate::repeats::{self, Purpose};

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
#[derive(Default)]
pub(crate) struct Credential {
    /// What is said of it; nothing when none was given or none of the operations could be called.
    pub(crate) view: Option<Told>,
    /// Calls that it opened, the first of them closed without it: what tells later whether it still lives.
    opens: Vec<Arc<Exchange>>,
    /// The first of them that it did not open any more.
    closed: OnceLock<Arc<Exchange>>,
    /// How many calls were repeated.
    repeated: AtomicU32,
}

impl Credential {
    /// That of an account of the scan's own: it opened what it could call, and nothing is said of it.
    pub(crate) fn of_account(observed: &Observations) -> Credential {
        let of_account = |e: &&Arc<Exchange>| e.request.identity.is_some() && e.is_success();
        let opens = observed.plain_calls().filter(of_account).take(CONTROLS).cloned().collect();
        Credential { opens, ..Credential::default() }
    }

    fn told(view: Option<Told>) -> Credential {
        Credential { view, ..Credential::default() }
    }
}

/// Calls some operations without the credential, and compares. Only requests that read and were made with it before.
pub(crate) async fn judge(surface: &Surface, observed: &Observations, target: &Target, wire: &Wire) -> Credential {
    let Some(identity) = target.identities.first() else { return Credential::default() };
    let view = |state, detail: String| Some(Told { identity: identity.name.clone(), state, detail });
    let calls: Vec<(usize, &Arc<Exchange>)> =
        (0..surface.operations.len()).filter_map(|at| Some((at, observed.plain(at)?))).collect();
    if let Some(doubt) = calls.iter().find_map(|(_, e)| withheld(e)) {
        let detail = format!(
            "the credential was not sent, because the certificate is not trusted ({doubt}); trust it with --cacert, or send \
             the credential all the same with --insecure"
        );
        return Credential::told(view(CredentialState::NotSent, detail));
    }
    let mut succeeded: Vec<usize> = calls.iter().filter(|(_, e)| e.is_success()).map(|(at, _)| *at).collect();
    // What is declared to need it, or lies deeper, is more likely to differ.
    succeeded.sort_by_key(|at| (!surface.operations[*at].declares_security(), surface.operations[*at].path == "/"));
    succeeded.truncate(CONTROLS);
    let mut differs = false;
    for (step, at) in succeeded.iter().enumerate() {
        let Some(with) = observed.plain(*at) else { continue };
        let anonymous = Request { identity: None, ..request::build(&surface.operations[*at], surface, target, &[]) };
        let key = |kind: u32| {
            let step = STEP + kind * CONTROLS as u32 + step as u32;
            OrderKey { round: Round::Observe, check: 0, operation: *at as u32, step }
        };
        let lease = || Lease::reading(wire.budget(), 1).paid_by(Account::Again);
        let Ok(without) = wire.send(anonymous.clone(), &lease(), key(0)).await else { break };
        if access::is_refused(&without) {
            let others = succeeded.iter().filter(|other| *other != at).filter_map(|other| observed.plain(*other));
            let opens = std::iter::once(with).chain(others).filter(|e| e.request.identity.is_some()).cloned().collect();
            return Credential { opens, ..Credential::told(view(CredentialState::Accepted, String::new())) };
        }
        if !differs && ResponseFingerprint::plain(with) != ResponseFingerprint::plain(&without) {
            // A page with a token of its own differs for each call.
            let with_again = wire.send(with.request.clone().fresh(), &lease(), key(1)).await;
            let without_again = wire.send(anonymous.fresh(), &lease(), key(2)).await;
            let (Ok(with_again), Ok(without_again)) = (with_again, without_again) else { break };
            differs = stable_words([with, &with_again]) != stable_words([&without, &without_again]);
        }
    }
    let refused: Vec<&Arc<Exchange>> = calls.iter().filter(|(_, e)| is_unauthenticated(e)).map(|(_, e)| *e).collect();
    let state = match (refused.first(), differs) {
        (Some(first), false) => {
            let (operations, path) = (model::counted(refused.len(), "operation"), first.request.path());
            let status = first.status();
            view(CredentialState::Refused, format!("the credential was refused: status {status} for {operations}, such as {path}; check --auth-type, --auth-name and --auth-value"))
        }
        (None, false) if !succeeded.is_empty() => view(
            CredentialState::NoEffect,
            "the credential changed nothing: responses are the same without it; check its name and place (--auth-type, --auth-name)"
                .to_owned(),
        ),
        _ => view(CredentialState::Accepted, String::new()),
    };
    Credential::told(state)
}

/// What two responses to one request have in common: their status and the words that are in both.
fn stable_words(responses: [&Exchange; 2]) -> (u16, BTreeSet<String>) {
    let [one, other] = responses.map(|exchange| {
        let text = ResponseFingerprint::plain(exchange).text().to_owned();
        text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<BTreeSet<_>>()
    });
    (responses[0].status(), &one & &other)
}

impl Credential {
    /// How the target refused it from the first: nothing can be concluded with it.
    pub(crate) fn refusal(&self) -> Option<&str> {
        let view = self.view.as_ref().filter(|view| view.state == CredentialState::Refused)?;
        Some(&view.detail)
    }

    /// Calls again what it opened, each operation, after each round: a session may end for one service and not for another.
    pub(crate) async fn look(&self, wire: &Wire) {
        for opened in self.opens.iter().take_while(|_| self.closed.get().is_none()) {
            let step = self.repeated.fetch_add(1, Ordering::Relaxed);
            let key = repeats::key(Purpose::Credential, step);
            let again = opened.request.clone().fresh();
            // Whatever is put off here says nothing about the target.
            let lease = Lease::reading(wire.budget(), 1).paid_by(Account::Again).provoking();
            let Ok(now) = wire.send(again, &lease, key).await else { return };
            // A 403 may be a firewall's, after all that was sent.
            if is_unauthenticated(&now) {
                let _ = self.closed.set(now);
            }
        }
    }

    /// When it opens some of what it opened no more, comes to the serial of the first exchange that refused it.
    pub(crate) fn died(&mut self, exchanges: &[Arc<Exchange>]) -> Option<u64> {
        let now = self.closed.get()?;
        if let Some(view) = &mut self.view {
            view.state = CredentialState::Lost;
            view.detail = format!(
                "the credential stopped working during the scan: {} returned {} to it when it was called again",
                now.request.path(),
                now.status()
            );
        }
        // Of what it had opened before: what refuses it always says nothing.
        let of_identity = |e: &&Arc<Exchange>| e.request.identity == now.request.identity;
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
