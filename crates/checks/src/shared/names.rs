//! What a parameter's name says about what its value becomes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// What a value is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    Url,
    Redirect,
    File,
    Command,
    Expression,
    Order,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: Kind,
    words: Vec<String>,
    names: Vec<String>,
    #[cfg_attr(not(test), allow(dead_code))]
    hit: Vec<String>,
    #[cfg_attr(not(test), allow(dead_code))]
    miss: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Table {
    kind: Vec<Row>,
}

static ROWS: LazyLock<BTreeMap<Kind, Row>> = LazyLock::new(|| {
    // A table that does not parse fails the test below; at run time it merely names nothing.
    let table = toml::from_str(include_str!("data/parameter_names.toml")).unwrap_or(Table { kind: Vec::new() });
    table.kind.into_iter().map(|row| (row.id, row)).collect()
});

/// Whether a parameter of this name probably takes a value of this kind.
pub fn suggests(name: &str, kind: Kind) -> bool {
    let Some(row) = ROWS.get(&kind) else { return false };
    let words = words(name);
    let whole = words.concat();
    words.iter().any(|w| row.words.contains(w)) || row.words.contains(&whole) || row.names.contains(&whole)
}

/// The words of an identifier, lower-case: `callbackUrl`, `callback_url` and `callback-url` are `callback`, `url`.
pub fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut previous_lower = false;
    for c in name.chars() {
        let starts = c.is_uppercase() && previous_lower;
        if (starts || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        previous_lower = c.is_lowercase() || c.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_hits_and_misses_its_samples() {
        let table: Table = toml::from_str(include_str!("data/parameter_names.toml")).unwrap();
        assert_eq!(table.kind.len(), 6);
        for row in table.kind {
            for name in &row.hit {
                assert!(suggests(name, row.id), "{:?} misses {name}", row.id);
            }
            for name in &row.miss {
                assert!(!suggests(name, row.id), "{:?} hits {name}", row.id);
            }
        }
    }
}
