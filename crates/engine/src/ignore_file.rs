//! The file of accepted findings.

use model::Ignore;
use serde::Deserialize;

use crate::{Field, RequestError, near};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IgnoreFile {
    #[serde(default)]
    ignore: Vec<Ignore>,
}

/// Reads the entries of an ignore file.
///
/// # Errors
/// It is no TOML of this shape, or an entry names no rule, gives no reason or ends on no date.
pub fn read_ignores(text: &str) -> Result<Vec<Ignore>, RequestError> {
    let file: IgnoreFile = toml::from_str(text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| 1 + text[..text.floor_char_boundary(span.start)].matches('\n').count());
        // A date without quotes is a type of its own in TOML.
        let is_date = error.message().contains("invalid type: map, expected a string");
        let hint = if is_date { "; write dates in quotes, such as expires = \"2027-01-31\"" } else { "" };
        wrong(format!("line {line}: {}{hint}", error.message()))
    })?;
    check(&file.ignore)?;
    Ok(file.ignore)
}

/// Checks entries wherever they come from: one that silences nothing, or for ever by mistake, is an error.
pub(crate) fn check(entries: &[Ignore]) -> Result<(), RequestError> {
    for entry in entries {
        near::rule(&entry.rule).map_err(wrong)?;
        if entry.reason.trim().is_empty() {
            return Err(wrong(format!("the entry for '{}' gives no reason", entry.rule)));
        }
        if entry.expires.as_deref().is_some_and(|day| !is_date(day)) {
            return Err(wrong(format!("the entry for '{}' expires on no date; write YYYY-MM-DD", entry.rule)));
        }
    }
    Ok(())
}

fn is_date(day: &str) -> bool {
    let form = day.len() == 10
        && day.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    form && ("01".."13").contains(&&day[5..7]) && ("01".."32").contains(&&day[8..10])
}

fn wrong(why: String) -> RequestError {
    RequestError::Value { field: Field::Ignore, why }
}
