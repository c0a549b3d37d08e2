//! What differs between two reports. Pure.

use std::collections::BTreeSet;

use model::{Redacted, Report, Severity};
use serde::Serialize;

use crate::again::{Shown, Transcript, looked_again};

/// One location of a finding in one report and not in the other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Rule id.
    pub rule: String,
    /// The rule's severity.
    pub severity: Severity,
    /// Method and path.
    pub location: Redacted,
    /// Equal across scans for the same rule, operation and parameter.
    pub fingerprint: String,
    /// Why nothing can be said of what is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What differs between two reports of one target.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The URLs, when they differ: then the comparison says little.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub different_targets: Option<(Redacted, Redacted)>,
    /// The score of the earlier report.
    pub old_score: Option<u8>,
    /// The score of the later report.
    pub new_score: Option<u8>,
    /// Only in the later report.
    pub new: Vec<Change>,
    /// Only in the earlier report, and looked at again.
    pub fixed: Vec<Change>,
    /// Only in the earlier report, and not looked at again.
    pub not_tested: Vec<Change>,
    /// In both.
    pub remaining: usize,
}

impl Comparison {
    /// Whether something is new or the score fell.
    pub fn is_worse(&self) -> bool {
        !self.new.is_empty() || self.new_score < self.old_score
    }
}

/// Compares an earlier report with a later one by fingerprint. Fixed is only what was looked at again.
pub fn compare(old: &Report, new: &Report) -> Comparison {
    let (before, after) = (fingerprints(old), fingerprints(new));
    let gone = Shown::all(old).filter(|s| !after.contains(&s.location().fingerprint));
    let mut fixed = Vec::new();
    let mut not_tested = Vec::new();
    for shown in gone {
        match looked_again(&shown, new, Transcript::Cited) {
            Ok(()) => fixed.push(change(&shown, None)),
            Err(why) => not_tested.push(change(&shown, Some(why))),
        }
    }
    Comparison {
        different_targets: (old.url != new.url).then(|| (old.url.clone(), new.url.clone())),
        old_score: old.score,
        new_score: new.score,
        new: Shown::all(new)
            .filter(|s| !before.contains(&s.location().fingerprint))
            .map(|s| change(&s, None))
            .collect(),
        fixed,
        not_tested,
        remaining: before.intersection(&after).count(),
    }
}

/// Fingerprints of all locations of a report, such as a baseline's.
pub fn fingerprints(report: &Report) -> BTreeSet<String> {
    Shown::all(report).map(|s| s.location().fingerprint.clone()).collect()
}

fn change(shown: &Shown<'_>, reason: Option<String>) -> Change {
    Change {
        rule: shown.finding.id.clone(),
        severity: shown.finding.severity,
        location: shown.name(),
        fingerprint: shown.location().fingerprint.clone(),
        reason,
    }
}
