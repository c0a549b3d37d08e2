//! What a parameter's name says about what its value becomes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::table;
use crate::vocabulary::words;

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
    Search,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: Kind,
    words: Vec<String>,
    names: Vec<String>,
    #[cfg(test)]
    hit: Vec<String>,
    #[cfg(test)]
    miss: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Table {
    kind: Vec<Row>,
}

static ROWS: LazyLock<BTreeMap<Kind, Row>> = LazyLock::new(|| {
    let table: Table = table::read(include_str!("data/parameter_names.toml"));
    table.kind.into_iter().map(|row| (row.id, row)).collect()
});

/// Whether a parameter of this name probably takes a value of this kind.
pub fn suggests(name: &str, kind: Kind) -> bool {
    let Some(row) = ROWS.get(&kind) else { return false };
    let words: Vec<String> = words(name).collect();
    let whole = words.concat();
    words.iter().any(|w| row.words.contains(w)) || row.words.contains(&whole) || row.names.contains(&whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_hits_and_misses_its_samples() {
        assert_eq!(ROWS.len(), 7);
        for row in ROWS.values() {
            for name in &row.hit {
                assert!(suggests(name, row.id), "{:?} misses {name}", row.id);
            }
            for name in &row.miss {
                assert!(!suggests(name, row.id), "{:?} hits {name}", row.id);
            }
        }
    }
}
