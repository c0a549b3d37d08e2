//! Which frameworks and languages a target shows, and whose documentation an address belongs to.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::Technology;
use serde::Deserialize;

use crate::table;

#[derive(Deserialize)]
struct Table {
    framework: Vec<Row>,
    language: Vec<Row>,
}

/// A framework or a language.
#[derive(Deserialize)]
struct Row {
    name: String,
    /// Products, as a scan recognises them, that show it.
    shown_by: Vec<String>,
    /// What a framework is written in.
    #[serde(default)]
    language: String,
    /// How the addresses of its documentation begin.
    documentation: Vec<String>,
}

fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("data/frameworks.toml")));
    &TABLE
}

/// The frameworks and languages that a target shows, by name.
pub(super) struct Seen(BTreeSet<&'static str>);

impl Seen {
    /// As if Flask had been seen.
    pub(super) fn flask() -> Seen {
        Seen(BTreeSet::from(["Flask", "Python"]))
    }

    /// Whether no framework was recognised.
    pub(super) fn is_unknown(&self) -> bool {
        !table().framework.iter().any(|row| self.has(&row.name))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether a document is of use: it belongs to no framework and no language, or to one that was seen.
    pub(super) fn documents(&self, url: &str) -> bool {
        let is_of = |row: &&Row| row.documentation.iter().any(|start| url.starts_with(start.as_str()));
        let mut owners = rows().filter(is_of).peekable();
        owners.peek().is_none() || owners.any(|row| self.has(&row.name))
    }
}

fn rows() -> impl Iterator<Item = &'static Row> {
    table().framework.iter().chain(&table().language)
}

/// What the recognised products show.
pub(super) fn seen(technologies: &[Technology]) -> Seen {
    let shown = |row: &&Row| technologies.iter().any(|product| row.shown_by.contains(&product.name));
    let mut seen = BTreeSet::new();
    for row in rows().filter(shown) {
        seen.insert(row.name.as_str());
        if !row.language.is_empty() {
            seen.insert(row.language.as_str());
        }
    }
    Seen(seen)
}
