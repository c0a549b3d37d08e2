use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::list::List;
use super::words::words;
use crate::table;

/// What a word in a path can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// Calling it changes something, whatever the method.
    Destructive,
    /// For administrators.
    Admin,
    /// For developers.
    Debug,
    /// Objects that belong to somebody.
    Owned,
    /// Objects that belong to somebody, and that nobody shows to others. Of those of the row above profiles, tickets and notes are
    /// public in many places, and a booking may be the place where one books.
    Private,
    /// Users themselves.
    Users,
    /// Where credentials are given.
    Login,
    /// Open to people without an account by nature.
    Entrance,
    /// Costs the server more than a look-up.
    Expensive,
    /// Begins a segment that calls for an action.
    Action,
    /// Calls for an action on the object beside it.
    ActionOn,
    /// Calls for an action on the object before it, at the end of a path.
    ActionAfter,
    /// Calls for an action on the thing before it, at the end of a path.
    ActionAtEnd,
}

#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) meaning: Meaning,
    pub(super) words: BTreeSet<String>,
    #[cfg(test)]
    pub(super) hit: String,
    #[cfg(test)]
    pub(super) miss: String,
}

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

pub(super) fn table() -> &'static [Row] {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("data/words.toml")));
    &TABLE.row
}

/// Whether one of the words of a path or identifier has this meaning.
pub fn says(text: &str, meaning: Meaning) -> bool {
    let rows = || table().iter().filter(|row| row.meaning == meaning);
    words(text).any(|word| rows().any(|row| row.words.contains(&word)))
}

pub(super) fn is_destructive(word: &str) -> bool {
    let stem = List::UndoneThing.words().find_map(|thing| word.strip_suffix(thing)).unwrap_or(word);
    says(word, Meaning::Destructive) || says(stem, Meaning::Destructive)
}
