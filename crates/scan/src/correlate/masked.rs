//! Values in the addresses of printed commands that the report masks: each comes from a variable of the shell, since a mask is no value, and
//! `curl` takes its brackets for a pattern.

use std::collections::BTreeSet;

use model::FindingView;

use super::credentials::shell_name;

/// The beginning of these variables; the name of the parameter follows.
const VALUE: &str = "MIDDLEBRICK_VALUE";

/// How a mask ends, behind the number of characters that it stands for.
const END: &str = " characters]";

/// A part of a masked address.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    /// The variable in a mask's place.
    Variable(String),
}

/// The parts of a masked address, in order.
pub(super) fn parts(address: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = address;
    while let Some((before, after)) = split(rest) {
        if !before.is_empty() {
            parts.push(Part::Text(before));
        }
        parts.push(Part::Variable(variable(before)));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// What stands before the first mask, and behind it. An address has no blank of its own.
fn split(text: &str) -> Option<(&str, &str)> {
    let (head, after) = text.split_once(END)?;
    let (before, count) = head.rsplit_once('[')?;
    let count: usize = count.parse().ok()?;
    // The first characters of a long one are shown.
    let Some(shown) = before.strip_suffix('…') else { return Some((before, after)) };
    let mut start = shown.len();
    for (at, c) in shown.char_indices().rev().take((count / 4).min(4)) {
        if matches!(c, '=' | '&' | '?' | '/') {
            break;
        }
        start = at;
    }
    Some((&shown[..start], after))
}

/// Named for the parameter before it.
fn variable(before: &str) -> String {
    let piece = before.rsplit(['?', '&', '/', ';']).next().unwrap_or("");
    match piece.split_once('=') {
        Some((name, _)) if !name.is_empty() => format!("{VALUE}_{}", shell_name(name)),
        _ => VALUE.to_owned(),
    }
}

/// A sentence on each such variable that a command of these findings names.
pub(super) fn explained(findings: &[FindingView]) -> Vec<String> {
    let steps = findings.iter().flat_map(|f| &f.locations).flat_map(|location| &location.steps);
    let named = steps.flat_map(|step| step.command.split("\"$").skip(1).filter_map(|rest| rest.split('"').next()));
    let variables: BTreeSet<&str> = named.filter(|name| name.starts_with(VALUE)).collect();
    let sentence = |name| {
        format!("The curl commands take a value that this report masks from the variable {name}; write it as in a URL.")
    };
    variables.into_iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_gives_way_to_a_variable() {
        let shown = |address: &str| -> Vec<String> {
            let told = |part| match part {
                Part::Text(text) => text.to_owned(),
                Part::Variable(name) => format!("${name}"),
            };
            parts(address).into_iter().map(told).collect()
        };
        assert_eq!(
            shown("http://a/b?api-key=[10 characters]&x=1"),
            ["http://a/b?api-key=", "$MIDDLEBRICK_VALUE_API_KEY", "&x=1"]
        );
        assert_eq!(
            shown("http://a/?t=ghp_…[40 characters]&t=abc…[12 characters]'"),
            ["http://a/?t=", "$MIDDLEBRICK_VALUE_T", "&t=", "$MIDDLEBRICK_VALUE_T", "'"]
        );
        assert_eq!(shown("http://a/reset/[9 characters]"), ["http://a/reset/", "$MIDDLEBRICK_VALUE"]);
        assert_eq!(shown("http://a/b?tag[]=a"), ["http://a/b?tag[]=a"]);
    }
}
