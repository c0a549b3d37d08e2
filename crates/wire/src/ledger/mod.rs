//! The objects that this scan created, and how to undo each.
//!
//! Written ahead: what is about to be sent is told to a [`Sink`] before it is sent, so that what a crash leaves can be told from the
//! lines and undone later ([`read`], [`crate::Wire::undo_lines`]). This crate touches no file.

mod creation;
mod line;
mod nobody;
mod read;
mod shown;
mod undone;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use model::{Exchange, Method, NotTested, Request};

use self::creation::Made;
use self::shown::Shown;
use crate::permit::{Named, Templates, normal};

pub use self::line::{Created, Line, Sent};
pub use self::read::{Open, read};
pub use self::undone::Undone;

/// Takes the lines, in order. It returns once a line is where a crash cannot lose it; what it cannot keep is not sent.
pub type Sink = Arc<dyn Fn(&Line) -> io::Result<()> + Send + Sync>;

/// What a scan created so far, and which ids it made up.
#[derive(Default)]
pub(crate) struct Ledger {
    sink: OnceLock<Sink>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    intents: u32,
    /// Sent, and not yet known what came of it.
    under_way: BTreeMap<u32, Sent>,
    /// Taken, and nobody said what was created.
    untold: Vec<Sent>,
    created: Vec<Created>,
    /// Paths of created objects, normalised.
    own: BTreeSet<String>,
    /// Their ids. Another collection may have the same, so that alone they count only beside the path.
    own_ids: BTreeSet<String>,
    /// Ids that were made up and cannot exist.
    made_up: BTreeSet<String>,
    shown: Shown,
}

/// A request that may create something, written down.
#[derive(Debug)]
pub(crate) struct Intent {
    number: u32,
    /// Whether its path names an object that cannot have existed.
    made_up: bool,
    pub(crate) expects_refusal: bool,
}

impl Ledger {
    pub(crate) fn keep(&self, sink: Sink) {
        let _ = self.sink.set(sink);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, line: &Line) -> Result<(), NotTested> {
        let Some(sink) = self.sink.get() else { return Ok(()) };
        sink(line).map_err(|error| NotTested::inconclusive(format!("the ledger cannot be written: {error}")))
    }

    /// Whether an object is the scan's own, or cannot exist.
    pub(crate) fn owns(&self, named: Named<'_>) -> bool {
        let state = self.state();
        match named {
            Named::Path(path, id) => state.own.contains(path) || state.made_up.contains(id),
            Named::Id(id) => state.own_ids.contains(id) || state.made_up.contains(id),
        }
    }

    /// Whether the scan created what is at this path, normalised.
    pub(crate) fn created(&self, path: &str) -> bool {
        self.state().own.contains(path)
    }

    /// Writes down that a request is about to be sent.
    ///
    /// # Errors
    /// It could not be written, so it must not be sent.
    pub(crate) fn intend(&self, request: &Request, made_up: bool, expects_refusal: bool) -> Result<Intent, NotTested> {
        let number = {
            let mut state = self.state();
            state.intents += 1;
            let number = state.intents;
            state.under_way.insert(number, Sent::of(request));
            number
        };
        let written = self.write(&Line::Intent { number, request: Sent::of(request).masked() });
        if written.is_err() {
            self.state().under_way.remove(&number);
        }
        written.map(|()| Intent { number, made_up, expects_refusal })
    }

    /// It was not sent after all.
    pub(crate) fn forget(&self, intent: &Intent) {
        self.state().under_way.remove(&intent.number);
        let _ = self.write(&Line::Nothing { number: intent.number });
    }

    /// Learns what came of it. Whether there is something to undo.
    pub(crate) fn settle(&self, intent: &Intent, exchange: &Exchange, templates: &Templates) -> bool {
        let number = intent.number;
        let (line, confirmed) = {
            let mut state = self.state();
            let made = creation::of(exchange, intent.made_up, intent.expects_refusal, templates, &state.shown);
            // Without a response nobody knows: it stays under way.
            if let Made::Unknown = made {
                return false;
            }
            let Some(by) = state.under_way.remove(&number) else { return false };
            let confirmed = matches!(made, Made::Object { named: true, .. });
            let line = match made {
                Made::Object { target, path, id, named } => {
                    let undo = Sent { method: Method::DELETE, target, ..by.clone() };
                    state.own.insert(path);
                    state.own_ids.insert(id);
                    state.created.push(Created { number, by, undo: undo.clone(), confirmed: named });
                    Line::Created { number, undo }
                }
                Made::Untold => {
                    state.untold.push(by);
                    Line::Untold { number }
                }
                Made::Nothing | Made::Unknown => Line::Nothing { number },
            };
            (line, confirmed)
        };
        // What cannot be written any more is still known here, and undone.
        let _ = self.write(&line);
        if confirmed {
            let _ = self.write(&Line::Confirmed { number });
        }
        matches!(line, Line::Created { .. })
    }

    /// Notes what a response shows: an id that was there before is no creation of ours, and what reads at the path of one confirms it.
    pub(crate) fn saw(&self, exchange: &Exchange) {
        let number = {
            let mut state = self.state();
            state.shown.learn(exchange);
            state.confirm(exchange)
        };
        if let Some(number) = number {
            let _ = self.write(&Line::Confirmed { number });
        }
    }

    /// An id of the shape of this one that no object has, and that is known from now on to belong to nobody. The word makes it:
    /// the same for the same word.
    pub(crate) fn nobody(&self, like: &str, word: &str) -> String {
        let mut state = self.state();
        let fresh = (0..8).map(|salt| nobody::like(like, word, salt)).find(|id| !state.shown.has(id));
        let id = fresh.unwrap_or_else(|| nobody::like(like, word, 0));
        state.made_up.insert(id.clone());
        id
    }

    /// The objects that are still there, the newest first.
    pub(crate) fn open(&self) -> Open {
        let state = self.state();
        Open { created: state.created.iter().rev().cloned().collect(), unknown: state.unknown() }
    }

    /// A detector removed what the scan had created.
    pub(crate) fn removed(&self, exchange: &Exchange) {
        let path = normal(&exchange.request.target);
        let gone = exchange.request.method == Method::DELETE && exchange.is_success();
        let created = gone.then(|| self.state().created.iter().find(|c| normal(&c.undo.target) == path).cloned());
        if let Some(created) = created.flatten() {
            self.settle_undo(&created, None);
        }
    }

    /// Keeps what came of removing an object; `left`: why it is still there.
    pub(crate) fn settle_undo(&self, created: &Created, left: Option<&str>) {
        if left.is_none() {
            self.state().created.retain(|other| other.number != created.number);
        }
        let number = created.number;
        let line = left.map_or(Line::Undone { number }, |why| Line::Left { number, why: why.to_owned() });
        let _ = self.write(&line);
    }
}

impl State {
    /// The object that this reads and that was not known to be there. Only by whom created it: a target may hide from one what
    /// it shows another.
    fn confirm(&mut self, exchange: &Exchange) -> Option<u32> {
        if exchange.request.method != Method::GET || !exchange.is_success() {
            return None;
        }
        let path = normal(&exchange.request.target);
        let created = self.created.iter_mut().find(|created| {
            !created.confirmed
                && created.undo.identity == exchange.request.identity
                && normal(&created.undo.target) == path
        })?;
        created.confirmed = true;
        Some(created.number)
    }

    /// Requests of which nobody knows what they created: no response came, or it did not say.
    fn unknown(&self) -> Vec<Sent> {
        self.under_way.values().chain(&self.untold).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
