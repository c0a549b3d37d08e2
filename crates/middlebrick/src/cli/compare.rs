//! `middlebrick compare`.

use std::fmt::Write as _;

use model::{FindingView, Report, Severity};
use serde::Serialize;

use super::arguments::CompareOptions;
use super::fault::Fault;
use super::scan::{fingerprints, read_report};
use super::{Ending, files};

/// One location of a finding in one report and not in the other.
#[derive(Debug, Serialize)]
struct Change {
    rule: String,
    severity: Severity,
    location: String,
    fingerprint: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Comparison {
    old_score: Option<u8>,
    new_score: Option<u8>,
    new: Vec<Change>,
    fixed: Vec<Change>,
    /// Gone, but the rule was not tested this time.
    not_tested: Vec<Change>,
    remaining: usize,
}

pub(crate) fn run(options: &CompareOptions) -> Result<Ending, Fault> {
    let old = read_report("OLD", &options.old)?;
    let new = read_report("NEW", &options.new)?;
    let comparison = compare(&old, &new);
    if options.output == "json" {
        let text = serde_json::to_string_pretty(&comparison).unwrap_or_default();
        files::print(&format!("{text}\n"))?;
    } else {
        files::print(&render(&comparison, &old, &new))?;
    }
    let worse = !comparison.new.is_empty() || comparison.new_score < comparison.old_score;
    Ok(if options.fail_on_new && worse { Ending::GateFails } else { Ending::Holds })
}

fn compare(old: &Report, new: &Report) -> Comparison {
    let (before, after) = (fingerprints(old), fingerprints(new));
    let gone = changes(old, |f| !after.contains(f));
    let untested = |change: &Change| {
        new.not_tested
            .iter()
            .any(|n| n.rule == change.rule && (n.operations.is_empty() || n.operations.contains(&change.location)))
            || new.coverage.rules_tested == 0
    };
    let (not_tested, fixed) = gone.into_iter().partition(untested);
    Comparison {
        old_score: old.score,
        new_score: new.score,
        new: changes(new, |f| !before.contains(f)),
        fixed,
        not_tested,
        remaining: before.intersection(&after).count(),
    }
}

fn changes(report: &Report, wanted: impl Fn(&str) -> bool) -> Vec<Change> {
    let of = |finding: &FindingView| -> Vec<Change> {
        finding
            .locations
            .iter()
            .filter(|l| wanted(&l.fingerprint))
            .map(|l| Change {
                rule: finding.id.clone(),
                severity: finding.severity,
                location: format!(
                    "{} {}",
                    l.method.as_ref().map_or("", model::Method::as_str),
                    l.path.as_deref().or(l.file.as_deref()).unwrap_or("")
                ),
                fingerprint: l.fingerprint.clone(),
            })
            .collect()
    };
    report.findings.iter().flat_map(of).collect()
}

fn render(comparison: &Comparison, old: &Report, new: &Report) -> String {
    let score = |r: &Report| match (r.score, r.grade) {
        (Some(score), Some(grade)) => format!("{score} ({grade})"),
        (Some(score), None) => score.to_string(),
        (None, _) => "-".to_owned(),
    };
    let mut out = format!("Score {} -> {}\n", score(old), score(new));
    for (name, list) in [
        ("New", &comparison.new),
        ("Fixed", &comparison.fixed),
        ("Gone, but not tested this time", &comparison.not_tested),
    ] {
        let _ = writeln!(out, "{name}: {}", list.len());
        for change in list {
            let line = format!("  {:<9} {:<36} {}", change.severity.id(), change.rule, change.location.trim());
            let _ = writeln!(out, "{}", report::plain(&line));
        }
    }
    let _ = writeln!(out, "Remaining: {}", comparison.remaining);
    out
}
