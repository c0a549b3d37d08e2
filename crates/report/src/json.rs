//! JSON v1: the contract.

use model::Report;

/// The report as indented JSON with a final newline.
pub(crate) fn render(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
