//! Tables that are part of the program.

use serde::de::DeserializeOwned;

/// Reads a table in TOML.
///
/// # Panics
/// The table is faulty, which the tests show: each of them reads the tables of what it tests.
#[track_caller]
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> T {
    #[allow(clippy::expect_used)] // compiled in
    toml::from_str(text).expect("the table is valid")
}
