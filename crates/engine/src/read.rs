//! Reading a report that was written. Pure.

use model::Report;
use serde::Deserialize;

/// What every version of the contract begins its name with.
const CONTRACTS: &str = "middlebrick/report/";

#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

/// Reads a JSON report. One of another contract is refused: its fields may mean something else.
///
/// # Errors
/// What it is instead, for a person, as the end of a sentence that begins with its name.
pub fn read_report(bytes: &[u8]) -> Result<Report, String> {
    let none = |why: &dyn std::fmt::Display| format!("is not a JSON report of middlebrick: {why}");
    let head: Head = serde_json::from_slice(bytes).map_err(|error| none(&error))?;
    match head.schema.as_deref() {
        Some(Report::SCHEMA) => serde_json::from_slice(bytes).map_err(|error| none(&error)),
        Some(other) if other.starts_with(CONTRACTS) => Err(format!(
            "is a report of the contract {other}, and this version reads {}; read it with the version that wrote it, or scan again",
            Report::SCHEMA
        )),
        Some(other) => Err(none(&format!("its schema is {other:?}"))),
        None => Err(none(&"it names no schema")),
    }
}
