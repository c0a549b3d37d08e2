//! JSON v1: the contract; and how every JSON format is written.

use std::fmt::Write as _;

use model::Report;
use serde::Serialize;

use crate::plain::is_hidden;

/// The report as indented JSON with a final newline.
pub(crate) fn render(report: &Report) -> String {
    write(report)
}

/// Indented JSON with a final newline. What a terminal would obey or a reader could not see is written as `\uXXXX`, which every parser
/// reads back as the same character: people do print JSON to terminals.
pub(crate) fn write(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    if text.chars().any(|c| c != '\n' && is_hidden(c)) {
        text = text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
            if c == '\n' || !is_hidden(c) {
                out.push(c);
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            out
        });
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_read_back() {
        let text = "a\u{9b}31m\u{202e}\u{e0041}é\u{7f}\n";
        let written = write(&text);
        assert_eq!(written, "\"a\\u009b31m\\u202e\\udb40\\udc41é\\u007f\\n\"\n");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
