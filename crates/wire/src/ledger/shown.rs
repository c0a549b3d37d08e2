//! What the target showed before: an id that was there is no creation of ours.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use model::Exchange;

use crate::permit::normal;

/// Most words that are kept; beyond them everything counts as shown, which is the careful side.
const MOST: usize = 200_000;

/// The words of all JSON responses so far, hashed, and the paths that answered well.
#[derive(Default)]
pub(super) struct Shown {
    words: BTreeSet<u64>,
    paths: BTreeSet<String>,
    full: bool,
}

impl Shown {
    pub(super) fn learn(&mut self, exchange: &Exchange) {
        if exchange.is_success() && exchange.request.method.is_safe() {
            self.paths.insert(normal(&exchange.request.target));
        }
        let body = exchange.body();
        let is_json = body.iter().find(|b| !b.is_ascii_whitespace()).is_some_and(|b| matches!(b, b'{' | b'['));
        if self.full || !is_json {
            return;
        }
        self.words.extend(body.split(|b| is_separator(*b)).filter(|word| !word.is_empty()).map(hashed));
        self.full = self.words.len() > MOST;
    }

    /// Whether a response held this word.
    pub(super) fn has(&self, word: &str) -> bool {
        self.full || self.words.contains(&hashed(word.as_bytes()))
    }

    /// Whether there was something at this path.
    pub(super) fn has_path(&self, path: &str) -> bool {
        self.paths.contains(path)
    }
}

/// What stands around a value in JSON, or around an id in a URL.
fn is_separator(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'{}[]:,/?&=#\\".contains(&byte)
}

fn hashed(word: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}
