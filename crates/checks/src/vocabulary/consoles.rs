//! Consoles, databases and brokers that link to nothing, and where they list what they manage. Which one it is decides only what is
//! asked; what the responses hold is judged by rules.

use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;
use serde::Deserialize;

use crate::table;

/// How one shows itself, and what may be asked of it.
#[derive(Debug, Deserialize)]
pub struct Console {
    /// A header that it sends.
    #[serde(default)]
    header: String,
    /// What that header says, or without one what the body shows.
    #[serde(default)]
    shown: String,
    /// Paths that are read.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Path and JSON of queries that are sent with POST.
    #[serde(default)]
    pub queries: Vec<(String, String)>,
    /// Paths that are asked with OPTIONS what may be sent to them.
    #[serde(default)]
    pub options: Vec<String>,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

#[derive(Deserialize)]
struct Table {
    console: Vec<Console>,
}

static TABLE: LazyLock<Vec<(Console, Option<Regex>)>> = LazyLock::new(|| {
    let table: Table = table::read(include_str!("data/consoles.toml"));
    let compiled = |console: Console| {
        let shown = Regex::new(&console.shown).ok().filter(|_| !console.shown.is_empty());
        (console, shown)
    };
    table.console.into_iter().map(compiled).collect()
});

/// Those that a response shows.
pub fn shown_by(exchange: &Exchange) -> impl Iterator<Item = &'static Console> {
    const BODY: usize = 16 * 1024;
    let text = exchange.text();
    let text = text[..text.floor_char_boundary(BODY)].to_owned();
    let fits = |(console, shown): &(Console, Option<Regex>)| {
        let said = if console.header.is_empty() { Some(text.as_str()) } else { exchange.header(&console.header) };
        said.is_some_and(|said| shown.as_ref().is_none_or(|regex| regex.is_match(said)))
    };
    let shown: Vec<&'static Console> = TABLE.iter().filter(|row| fits(row)).map(|(console, _)| console).collect();
    shown.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    #[test]
    fn every_row_hits_and_misses() {
        for (console, shown) in TABLE.iter() {
            assert!(!console.paths.is_empty() || !console.queries.is_empty());
            assert_eq!(console.shown.is_empty(), shown.is_none());
            let is_shown = |text: &str| {
                let exchange = if console.header.is_empty() {
                    answered("/", 200, &[], text)
                } else {
                    let header = if text.is_empty() { "x-other" } else { console.header.as_str() };
                    answered("/", 404, &[(header, text)], "")
                };
                shown_by(&exchange).any(|one| std::ptr::eq(one, console))
            };
            assert!(is_shown(&console.hit), "{} {}", console.header, console.shown);
            assert!(!is_shown(&console.miss), "{} {}", console.header, console.shown);
        }
    }
}
