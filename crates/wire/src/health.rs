//! Whether the target still answers, and still answers us.
//!
//! Many refusals or silences in a row may be the nature of what was asked: admin paths, one endpoint that hangs. So before the
//! target is taken to be gone, what it once answered well is asked again.

mod controls;
mod look;
mod sameness;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::{Exchange, Failure, Request};

use controls::Controls;
use look::Look;
use sameness::{Same, Sameness};

/// Refusals in a row that raise suspicion; doubled each time the suspicion was wrong.
const REFUSALS: u32 = 4;
/// Silences in a row that raise suspicion; doubled likewise.
const SILENCES: u32 = 4;
/// Silences in a row after which a target that never answered is given up.
const NEVER_ANSWERED: u32 = 2;

/// What the exchanges so far say about the target.
#[derive(Debug)]
pub(crate) struct Health {
    state: Mutex<State>,
    reached: AtomicBool,
    banned: AtomicBool,
    /// The serial of the first exchange that may have been answered by a ban.
    banned_since: AtomicU64,
    dead: AtomicBool,
    checking: Arc<AtomicBool>,
}

#[derive(Debug)]
struct State {
    refusals: u32,
    silences: u32,
    refusals_until: u32,
    silences_until: u32,
    /// The serial of the first refusal in a row.
    refused_since: u64,
    sameness: Sameness,
    controls: Controls,
}

/// A suspicion to be checked by asking again what was answered before.
#[derive(Debug)]
pub(crate) struct Suspicion {
    /// What to ask.
    pub(crate) control: Request,
    silent: bool,
    same: Option<Same>,
    refused_since: u64,
    checking: Arc<AtomicBool>,
}

impl Suspicion {
    /// Whether nothing but the looks of responses raised it.
    pub(crate) fn is_of_looks(&self) -> bool {
        self.same.is_some() && !self.silent && self.refused_since == u64::MAX
    }
}

impl Drop for Suspicion {
    /// Checked, or given up: another may be raised.
    fn drop(&mut self) {
        self.checking.store(false, Ordering::Relaxed);
    }
}

impl State {
    /// A suspicion was wrong: it takes more to raise such a one again.
    fn be_patient(&mut self, suspicion: &Suspicion) {
        if suspicion.silent {
            self.silences = 0;
            self.silences_until = self.silences_until.saturating_mul(2);
        } else if let Some(same) = suspicion.same {
            self.sameness.clear(same.look);
        } else {
            self.refusals = 0;
            self.refusals_until = self.refusals_until.saturating_mul(2);
        }
    }
}

impl Health {
    pub(crate) fn new() -> Health {
        let state = State {
            refusals: 0,
            silences: 0,
            refusals_until: REFUSALS,
            silences_until: SILENCES,
            refused_since: 0,
            sameness: Sameness::new(),
            controls: Controls::default(),
        };
        Health {
            state: Mutex::new(state),
            reached: AtomicBool::new(false),
            banned: AtomicBool::new(false),
            banned_since: AtomicU64::new(u64::MAX),
            dead: AtomicBool::new(false),
            checking: Arc::default(),
        }
    }

    pub(crate) fn was_reached(&self) -> bool {
        self.reached.load(Ordering::Relaxed)
    }

    pub(crate) fn is_banned(&self) -> bool {
        self.banned.load(Ordering::Relaxed)
    }

    /// Exchanges from this serial on may have been answered by a ban.
    pub(crate) fn banned_since(&self) -> Option<u64> {
        self.is_banned().then(|| self.banned_since.load(Ordering::Relaxed))
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Learns from an exchange with the target. `weight` is what a refusal counts: nothing when it says nothing new, as that of a
    /// request that was under way when the target began to refuse, and all it takes when waiting is of no use.
    pub(crate) fn learn(&self, exchange: &Exchange, weight: u32) -> Option<Suspicion> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut same = None;
        // Before the first response, what is no HTTP is as good as nothing.
        if is_silence(exchange) || exchange.response().is_none() && !self.was_reached() {
            state.silences += 1;
        } else {
            self.reached.store(true, Ordering::Relaxed);
            state.silences = 0;
            if is_refusal(exchange) {
                if state.refusals == 0 {
                    state.refused_since = exchange.serial;
                }
                state.refusals = state.refusals.saturating_add(weight);
            } else {
                state.refusals = 0;
            }
            if is_good(exchange) {
                state.controls.keep(exchange);
            }
            // What weighs nothing was provoked; refusals are counted above.
            same = if weight > 0 && !is_refusal(exchange) { state.sameness.learn(exchange) } else { None };
            // Where the control looks like that from the first, it can tell nothing.
            same = same.filter(|same| state.controls.first().is_some_and(|control| control.look != Some(same.look)));
        }
        if !self.was_reached() {
            let gone = matches!(exchange.failure(), Some(Failure::Unresolvable(_)));
            self.dead.fetch_or(gone || state.silences >= NEVER_ANSWERED, Ordering::Relaxed);
            return None;
        }
        let suspicious =
            state.refusals >= state.refusals_until || state.silences >= state.silences_until || same.is_some();
        if !suspicious {
            return None;
        }
        if let Some(control) = state.controls.first().cloned() {
            let silent = state.silences >= state.silences_until;
            let checking = Arc::clone(&self.checking);
            let control = control.request;
            let refused_since = if state.refusals > 0 { state.refused_since } else { u64::MAX };
            let suspicion = || Suspicion { control, silent, same, refused_since, checking: Arc::clone(&checking) };
            return (!checking.swap(true, Ordering::Relaxed)).then(suspicion);
        }
        // Nothing was ever answered well, so there is nothing to compare with: only what is unmistakable counts.
        self.dead.fetch_or(state.silences >= state.silences_until, Ordering::Relaxed);
        if matches!(exchange.status(), 429 | 503) {
            self.ban(exchange.serial);
        }
        None
    }

    /// What else is to be sent before the target is taken to refuse the scan: `None` where what came of the control settles it. A page
    /// may have changed, with all that are built like it, by what was sent; a ban leaves nothing as it was.
    pub(crate) fn second_control(&self, suspicion: &Suspicion, control: &Exchange) -> Option<Request> {
        let now = Look::of(control)?;
        let fails = is_refusal(control) || suspicion.same.is_some_and(|same| now == same.look);
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.controls.other_than(now).filter(|_| fails).map(|other| other.request.clone())
    }

    /// Takes that something else still looks as it did: the control changed, and the suspicion was wrong.
    pub(crate) fn acquit(&self, suspicion: &Suspicion, control: &Exchange, second: &Exchange) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = state.controls.is_as_before(second) && Look::of(second) != Look::of(control);
        if holds {
            state.controls.changed(control);
            state.be_patient(suspicion);
        }
        holds
    }

    /// Takes what came of the control; `None` when it could not be sent.
    pub(crate) fn settle(&self, suspicion: &Suspicion, control: Option<&Exchange>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match control {
            Some(exchange) if is_silence(exchange) => self.dead.store(true, Ordering::Relaxed),
            Some(exchange) if is_refusal(exchange) => {
                self.ban(
                    suspicion.same.map_or(suspicion.refused_since, |same| same.since.min(suspicion.refused_since)),
                );
            }
            Some(exchange) if suspicion.same.is_some_and(|same| Look::of(exchange) == Some(same.look)) => {
                self.ban(suspicion.same.map_or(0, |same| same.since));
            }
            _ => {
                if let Some(control) = control {
                    state.sameness.is_true(control.serial);
                }
                state.be_patient(suspicion);
            }
        }
    }

    /// Takes what a path that does not exist was answered.
    pub(crate) fn expect(&self, exchange: &Exchange) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.sameness.expect(exchange);
        state.controls.expect(exchange);
    }

    /// What the target once answered well.
    pub(crate) fn control(&self) -> Option<Request> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.controls.first().map(|control| control.request.clone())
    }

    /// What is to be asked again at the end of a round, whatever was seen: a ban may look like a path that does not exist.
    pub(crate) fn at_intervals(&self) -> Option<Suspicion> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let control = state.controls.first().filter(|control| control.succeeded)?.clone();
        let same = state.sameness.as_unknown().filter(|same| control.look != Some(same.look))?;
        let checking = Arc::clone(&self.checking);
        (!checking.swap(true, Ordering::Relaxed)).then_some(Suspicion {
            control: control.request,
            silent: false,
            same: Some(same),
            refused_since: u64::MAX,
            checking,
        })
    }

    fn ban(&self, since: u64) {
        self.banned_since.fetch_min(since, Ordering::Relaxed);
        self.banned.store(true, Ordering::Relaxed);
    }
}

fn is_silence(exchange: &Exchange) -> bool {
    exchange.failure().is_some_and(|failure| !matches!(failure, Failure::Malformed(_)))
}

/// What firewalls answer when they have had enough: by RFC 6585, by RFC 9110, and by habit.
fn is_refusal(exchange: &Exchange) -> bool {
    matches!(exchange.status(), 403 | 406 | 418 | 429 | 444 | 503 | 999)
}

/// Whether it shows how the target answers when it does answer: an ordinary request of nobody in particular.
fn is_good(exchange: &Exchange) -> bool {
    let request = &exchange.request;
    let ordinary = request.is_clean() && request.method.is_safe() && !request.large && request.identity.is_none();
    ordinary && (200..500).contains(&exchange.status()) && !is_refusal(exchange)
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Response, Scheme};

    use super::*;

    fn exchange(status: u16) -> Exchange {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let outcome = match status {
            0 => Outcome::Failed(Failure::Closed(model::Phase::Head)),
            status => Outcome::Answered(Response::new(status, Vec::new(), Vec::new())),
        };
        Exchange { serial: 0, request: Request::get(&origin, "/"), outcome, elapsed_us: 0, hops: Vec::new() }
    }

    fn repeated(health: &Health, status: u16, times: u32) -> Option<Suspicion> {
        (0..times).filter_map(|_| health.learn(&exchange(status), 1)).last()
    }

    /// Settles a suspicion as the client does: by an exchange that is learned from too.
    fn settle(health: &Health, suspicion: &Suspicion, status: u16) {
        let control = exchange(status);
        health.learn(&control, 0);
        health.settle(suspicion, Some(&control));
    }

    #[test]
    fn forbidden_paths_are_no_ban_and_a_ban_is() {
        let health = Health::new();
        health.learn(&exchange(200), 1);
        assert!(repeated(&health, 403, 3).is_none());
        settle(&health, &repeated(&health, 403, 1).unwrap(), 200);
        assert!(!health.is_banned());
        assert!(repeated(&health, 403, 7).is_none(), "the suspicion was wrong, so it takes more to raise it again");
        settle(&health, &repeated(&health, 403, 1).unwrap(), 403);
        assert!(health.is_banned() && !health.is_dead());
    }

    #[test]
    fn an_answer_in_between_clears_everything() {
        let health = Health::new();
        for _ in 0..20 {
            assert!(repeated(&health, 429, 3).is_none() && repeated(&health, 0, 3).is_none());
            health.learn(&exchange(200), 1);
        }
        assert!(!health.is_banned() && !health.is_dead());
    }

    #[test]
    fn silence_is_death_only_when_the_control_is_silent_too() {
        let health = Health::new();
        health.learn(&exchange(200), 1);
        settle(&health, &repeated(&health, 0, 4).unwrap(), 404);
        assert!(!health.is_dead());
        assert!(repeated(&health, 0, 7).is_none());
        settle(&health, &repeated(&health, 0, 1).unwrap(), 0);
        assert!(health.is_dead() && !health.is_banned());
    }

    #[test]
    fn a_target_that_never_answered_is_given_up_soon() {
        let health = Health::new();
        assert!(repeated(&health, 0, 2).is_none());
        assert!(health.is_dead() && !health.was_reached());
    }

    #[test]
    fn nothing_but_429_is_a_ban_without_a_control() {
        let health = Health::new();
        assert!(repeated(&health, 403, 50).is_none() && !health.is_banned(), "a closed API is no ban");
        assert!(repeated(&health, 429, 1).is_none() && health.is_banned());
    }
}
