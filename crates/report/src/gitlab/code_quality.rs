//! The Code Quality report of GitLab (<https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>).

use model::{Report, Severity};
use serde_json::{Value, json};

use crate::plain::{cut, plain};
use crate::{artifact, place};

/// Longest description, in characters.
const LONGEST: usize = 1_000;

/// One entry for each location of each finding.
pub(crate) fn render(report: &Report) -> String {
    let entries: Vec<Value> = report
        .findings
        .iter()
        .flat_map(|finding| {
            finding.locations.iter().map(move |location| {
                let artifact = artifact::of(location);
                let text = format!("{}: {}", plain(&finding.title), plain(&place::full(location)));
                json!({
                    "description": cut(&text, LONGEST),
                    "check_name": finding.id,
                    "fingerprint": location.fingerprint,
                    "severity": severity(finding.severity),
                    "location": { "path": artifact.uri, "lines": { "begin": artifact.line } },
                })
            })
        })
        .collect();
    crate::json::write(&entries)
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}
