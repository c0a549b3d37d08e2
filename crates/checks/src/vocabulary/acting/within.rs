//! Deeds in languages that write words together, which are found wherever they stand.

use serde::Deserialize;

/// What says that something is done, wherever it stands.
#[derive(Default, Deserialize)]
pub(super) struct Within {
    ends: Vec<String>,
    does: Vec<String>,
    reading: Vec<String>,
}

impl Within {
    /// Whether a text says that something is done, and not that it was. `only_ends`: that something is taken away or ended.
    pub(super) fn acts(&self, text: &str, only_ends: bool) -> bool {
        // None of these languages is written in ASCII.
        let has = |words: &[String]| words.iter().any(|word| text.contains(word.as_str()));
        !text.is_ascii() && (has(&self.ends) || !only_ends && has(&self.does)) && !has(&self.reading)
    }

    /// The same of a text that says no more than that.
    pub(super) fn acts_in_short(&self, text: &str, only_ends: bool) -> bool {
        /// Characters of a summary of one clause.
        const SHORT: usize = 24;
        text.chars().count() <= SHORT && self.acts(text, only_ends)
    }
}
