//! Bans that are no refusals: a puzzle with status 200, a redirect to a challenge, 404 or 400 for everything. What tells them is that
//! different paths look the same one after another, or that what was there looks like what is not.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use model::Exchange;

use super::look::Look;

/// Responses of one look in a row that raise suspicion.
const IN_A_ROW: u32 = 3;
/// Different paths among them.
const PATHS: usize = 2;
/// After a wrong suspicion it takes so many times as many.
const PATIENCE: u32 = 4;
/// Responses in a row that look like a path that does not exist, after which what was there is sent again: a ban may look so.
const UNPROVEN: u32 = 6;
/// Responses in a row, of paths that were there, that look like others; doubled after each wrong suspicion.
const TURNED: u32 = 3;
/// Responses that may come between the first of a ban and the others: those of requests that were under way.
const UNDER_WAY: u64 = 16;
/// Most paths, and most looks, that are kept.
const KEPT: usize = 512;

/// The responses one after another.
#[derive(Debug)]
pub(super) struct Sameness {
    /// The look of the last responses, how many had it, and from which exchange on.
    run: Option<(Look, u32, u64)>,
    paths: BTreeSet<u64>,
    /// The first exchange of each look.
    first: BTreeMap<Look, u64>,
    /// Looks that the target gives different paths, and how many in a row it takes to suspect them again.
    ordinary: BTreeMap<Look, u32>,
    /// What ordinary requests of a path looked like when they succeeded.
    succeeded: BTreeMap<u64, Look>,
    turned: u32,
    turned_until: u32,
    /// What a path that does not exist looks like.
    unknown: Option<Look>,
    /// Responses since then that look like a path that does not exist.
    unproven: u32,
    /// The last exchange that looked as its path did when it succeeded.
    last_true: u64,
}

/// What looks the same, and since which exchange.
#[derive(Debug, Clone, Copy)]
pub(super) struct Same {
    pub(super) look: Look,
    pub(super) since: u64,
}

impl Sameness {
    pub(super) fn new() -> Sameness {
        Sameness {
            run: None,
            paths: BTreeSet::new(),
            first: BTreeMap::new(),
            ordinary: BTreeMap::new(),
            succeeded: BTreeMap::new(),
            turned: 0,
            turned_until: TURNED,
            unknown: None,
            unproven: 0,
            last_true: 0,
        }
    }

    /// Takes what a path that does not exist was answered: guesses will look so one after another, and that is no suspicion.
    pub(super) fn expect(&mut self, exchange: &Exchange) {
        self.unknown = Look::of(exchange);
        self.ordinary.extend(self.unknown.map(|look| (look, u32::MAX)));
    }

    /// What a ban may look like that cannot be told from a path that does not exist.
    pub(super) fn as_unknown(&self) -> Option<Same> {
        Some(Same { look: self.unknown?, since: self.last_true.saturating_add(1).saturating_sub(UNDER_WAY) })
    }

    /// Learns from a response; comes to what is suspicious.
    pub(super) fn learn(&mut self, exchange: &Exchange) -> Option<Same> {
        let look = Look::of(exchange)?;
        let path = hash(exchange.request.path());
        if self.first.len() < KEPT {
            self.first.entry(look).or_insert(exchange.serial);
        }
        match &mut self.run {
            Some((known, count, _)) if *known == look => *count += 1,
            _ => {
                self.run = Some((look, 1, exchange.serial));
                self.paths.clear();
            }
        }
        if self.paths.len() < PATHS {
            self.paths.insert(path);
        }
        self.turn(exchange, path, look);
        if self.unknown == Some(look) {
            self.unproven += 1;
            if self.unproven >= UNPROVEN {
                return self.as_unknown();
            }
        } else {
            self.unproven = 0;
        }
        let (_, count, begun) = self.run?;
        let since = self.first.get(&look).copied().unwrap_or(begun).max(begun.saturating_sub(UNDER_WAY));
        let until = self.ordinary.get(&look).copied().unwrap_or(IN_A_ROW);
        let is_same = count >= until && self.paths.len() >= PATHS;
        (is_same || self.turned >= self.turned_until).then_some(Same { look, since })
    }

    /// Counts what was there and now looks as what is ordinary for other paths.
    fn turn(&mut self, exchange: &Exchange, path: u64, look: Look) {
        match self.succeeded.get(&path) {
            Some(before) if *before == look => {
                self.turned = 0;
                self.last_true = exchange.serial;
            }
            Some(_) if self.ordinary.contains_key(&look) => self.turned += 1,
            None if exchange.is_success() && exchange.request.is_clean() && self.succeeded.len() < KEPT => {
                self.succeeded.insert(path, look);
                self.turned = 0;
                self.last_true = exchange.serial;
            }
            _ => {}
        }
    }

    /// This exchange showed that the target answers as before.
    pub(super) fn is_true(&mut self, serial: u64) {
        self.last_true = self.last_true.max(serial);
    }

    /// The suspicion was wrong: the target gives this look to different paths.
    pub(super) fn clear(&mut self, look: Look) {
        let count = self.run.map_or(0, |(_, count, _)| count).max(IN_A_ROW);
        let until = self.ordinary.entry(look).or_default();
        *until = count.saturating_mul(PATIENCE).max(*until);
        if self.turned >= self.turned_until {
            self.turned_until = self.turned_until.saturating_mul(2);
        }
        self.turned = 0;
        self.unproven = 0;
    }
}

fn hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}
