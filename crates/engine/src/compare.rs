//! What differs between two reports. Pure.

use std::collections::BTreeSet;

use model::{Grade, Redacted, Report, Severity, Status};
use serde::Serialize;

use crate::Ending;
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
    /// The URLs, when they lead to different targets: then the comparison says little.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub different_targets: Option<(Redacted, Redacted)>,
    /// The score of the earlier report.
    pub old_score: Option<u8>,
    /// The score of the later report.
    pub new_score: Option<u8>,
    /// The grade of the earlier report.
    pub old_grade: Option<Grade>,
    /// The grade of the later report.
    pub new_grade: Option<Grade>,
    /// Whether the score fell, also where the later grade is withheld and what was found rules the earlier score out.
    pub score_fell: bool,
    /// Why the later scan saw too little to say that nothing is new: its grade is withheld, or it is incomplete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub too_little_seen: Option<Redacted>,
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
    /// How a gate on what is new ends: it fails on a finding that is new and on a score that fell. Where neither is known and the later
    /// scan saw too little, it cannot be judged.
    pub fn ending(&self) -> Ending {
        if !self.new.is_empty() || self.score_fell {
            Ending::Failed
        } else if self.too_little_seen.is_some() {
            Ending::Incomplete
        } else {
            Ending::Passed
        }
    }

    /// Why such a gate does not pass, a sentence; `None` where it does.
    pub fn why(&self) -> Option<String> {
        match (self.ending(), self.old_score, self.new_score) {
            (Ending::Failed, ..) if !self.new.is_empty() => {
                let rules: BTreeSet<&str> = self.new.iter().map(|change| change.rule.as_str()).collect();
                let rules: Vec<&str> = rules.into_iter().collect();
                Some(format!("gate failed: {} new: {}", self.new.len(), rules.join(", ")))
            }
            (Ending::Failed, Some(old), Some(new)) => Some(format!("gate failed: the score fell from {old} to {new}")),
            (Ending::Failed, ..) => Some("gate failed: what was found limits the score to less than it was".to_owned()),
            (Ending::Passed, ..) => None,
            _ => {
                let why = self.too_little_seen.as_deref().map_or("", |why| why);
                Some(format!("the gate could not be judged, and has not passed: {why}"))
            }
        }
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
        different_targets: (!is_same_target(old, new)).then(|| (old.url.clone(), new.url.clone())),
        old_score: old.score,
        new_score: new.score,
        old_grade: old.grade,
        new_grade: new.grade,
        score_fell: old.score.is_some_and(|score| new.score.unwrap_or(new.score_at_most) < score),
        too_little_seen: too_little_seen(new),
        new: Shown::all(new)
            .filter(|s| !before.contains(&s.location().fingerprint))
            .map(|s| change(&s, None))
            .collect(),
        fixed,
        not_tested,
        remaining: before.intersection(&after).count(),
    }
}

/// Whether two reports are of one URL; a slash at its end makes no other target.
fn is_same_target(old: &Report, new: &Report) -> bool {
    old.url.trim_end_matches('/') == new.url.trim_end_matches('/')
}

fn too_little_seen(new: &Report) -> Option<Redacted> {
    let unknown = || Redacted::fixed("there is no grade");
    if new.status != Status::Completed {
        return Some(new.status_detail.clone().unwrap_or_else(unknown));
    }
    new.score.is_none().then(|| new.grade_reason.clone().unwrap_or_else(unknown))
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
