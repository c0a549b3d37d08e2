//! Tables of shapes: a regular expression, perhaps a second one that must match too, and samples that keep both honest.

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::table;

/// One row of a table of shapes.
#[derive(Debug)]
pub struct Pattern {
    /// For people.
    pub name: String,
    /// The shape.
    pub regex: Regex,
    /// A second shape that has to be in the same text, so that a word in passing does not count.
    pub also: Option<Regex>,
    #[cfg(test)]
    samples: (String, String),
}

#[derive(Deserialize)]
struct Table {
    pattern: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    regex: String,
    also: Option<String>,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

/// Compiles a table that is part of the program. Every table has a test that calls `verify`.
///
/// # Panics
/// The table is faulty, which its test shows.
pub fn load(table: &str) -> Vec<Pattern> {
    let table: Table = table::read(table);
    table
        .pattern
        .into_iter()
        .map(|row| {
            // Each expression keeps a cache of its own; there are hundreds of them, and answers are short.
            const CACHE: usize = 128 * 1024;
            #[allow(clippy::expect_used)]
            let compile =
                |text: &str| RegexBuilder::new(text).dfa_size_limit(CACHE).build().expect("the shape is valid");
            Pattern {
                regex: compile(&row.regex),
                also: row.also.as_deref().map(compile),
                name: row.name,
                #[cfg(test)]
                samples: (row.hit, row.miss),
            }
        })
        .collect()
}

impl Pattern {
    /// What the row says it matches, and what it says it does not.
    #[cfg(test)]
    pub(crate) fn samples(&self) -> (&str, &str) {
        (&self.samples.0, &self.samples.1)
    }

    /// The matching part of the text, cut to one line of 200 characters, when the shape is there.
    pub fn excerpt(&self, text: &str) -> Option<String> {
        let found = self.regex.find(text)?;
        if self.also.as_ref().is_some_and(|also| !also.is_match(text)) {
            return None;
        }
        let line = found.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
        Some(line.chars().take(200).collect())
    }
}

/// The first shape of a table that is in the text, with its excerpt.
pub fn first<'a>(table: &'a [Pattern], text: &str) -> Option<(&'a Pattern, String)> {
    table.iter().find_map(|pattern| pattern.excerpt(text).map(|excerpt| (pattern, excerpt)))
}

/// Every row matches its hit and not its miss.
#[cfg(test)]
pub(crate) fn verify(table: &[Pattern]) {
    for pattern in table {
        assert!(pattern.excerpt(&pattern.samples.0).is_some(), "{} misses its hit", pattern.name);
        assert!(pattern.excerpt(&pattern.samples.1).is_none(), "{} hits its miss", pattern.name);
    }
}
