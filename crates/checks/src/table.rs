//! Tables that are part of the program.

use regex::Regex;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

/// Reads a table in TOML.
///
/// # Panics
/// The table is faulty, which the tests show: each of them reads the tables of what it tests.
#[track_caller]
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> T {
    #[allow(clippy::expect_used)] // compiled in
    toml::from_str(text).expect("the table is valid")
}

/// A regular expression in a table.
pub(crate) fn regex<'de, D: Deserializer<'de>>(text: D) -> Result<Regex, D::Error> {
    Regex::new(&String::deserialize(text)?).map_err(D::Error::custom)
}
