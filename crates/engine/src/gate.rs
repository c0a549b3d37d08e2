//! Gates: when a scan fails a pipeline. Pure.

use std::collections::BTreeSet;
use std::str::FromStr;

use model::{Grade, Report, Severity, Status};

/// A grade or a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// The least score of this grade.
    Grade(Grade),
    /// This score.
    Score(u8),
}

impl Bound {
    /// The least score that reaches it.
    pub fn least(self) -> u8 {
        match self {
            Bound::Grade(grade) => grade.least(),
            Bound::Score(score) => score,
        }
    }
}

/// What fails besides a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FailOn {
    /// A finding of this severity or worse.
    Severity(Severity),
    /// A score below this.
    Bound(Bound),
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(severity) = text.parse() {
            return Ok(FailOn::Severity(severity));
        }
        text.parse().map(FailOn::Bound).map_err(|_: String| {
            format!("'{text}' is neither a severity (critical, high, medium, low, info) nor a grade (A, B, C, D, F)")
        })
    }
}

/// How a scan, a comparison or a verification ended, for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Completed, and every gate passes.
    Passed,
    /// A gate fails; or what was to be gone is there.
    Failed,
    /// Incomplete, and nothing fails on what is known.
    Incomplete,
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Bound::Grade(grade) => write!(f, "{grade}"),
            Bound::Score(score) => write!(f, "{score}"),
        }
    }
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(score) = text.trim().parse::<i64>() {
            return match u8::try_from(score) {
                Ok(score) if score <= 100 => Ok(Bound::Score(score)),
                _ => Err(format!("{score} is no score; scores go from 0 to 100")),
            };
        }
        text.parse()
            .map(Bound::Grade)
            .map_err(|_: String| format!("'{text}' is neither a grade (A, B, C, D, F) nor a score (0 to 100)"))
    }
}

/// The gates that were asked for.
#[derive(Debug, Clone, Default)]
pub struct Gates {
    /// Fails below this.
    pub fail_below: Option<Bound>,
    /// The target: fails alone, warns beside `fail_below`.
    pub threshold: Option<Bound>,
    /// Fails on these findings, or below this score.
    pub fail_on: Option<FailOn>,
    /// Fingerprints of the baseline's locations, when only new findings count.
    pub known: Option<BTreeSet<String>>,
}

/// What the gates say of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateVerdict {
    /// How the gates end the scan.
    pub ending: Ending,
    /// Sentences for standard error.
    pub says: Vec<String>,
}

impl Gates {
    /// The target and the floor, where the target lies below the floor: then the gates contradict each other.
    pub fn contradiction(&self) -> Option<(Bound, Bound)> {
        self.threshold.zip(self.fail_below).filter(|(target, floor)| target.least() < floor.least())
    }

    /// Judges a report.
    pub fn judge(&self, report: &Report) -> GateVerdict {
        let mut says = Vec::new();
        let mut fails = false;
        let new = self.new_findings(report);
        let counts = self.known.is_none() || !new.is_empty();
        let floor = self.fail_below.or(match self.fail_on {
            Some(FailOn::Bound(bound)) => Some(bound),
            _ => None,
        });
        let (floor, target) = match (floor, self.threshold) {
            (None, Some(threshold)) => (Some(threshold), None),
            other => other,
        };
        if let Some(bound) = floor.filter(|_| counts) {
            match report.score {
                Some(score) if score < bound.least() => {
                    fails = true;
                    says.push(format!("gate failed: the score is {score}, below {bound}"));
                }
                Some(score) => {
                    if let Some(target) = target.filter(|t| score < t.least()) {
                        says.push(format!("warning: the score is {score}, below the target {target}"));
                    }
                }
                None => says.push("the gate could not be judged: there is no score".to_owned()),
            }
        }
        let severity = match self.fail_on {
            Some(FailOn::Severity(severity)) => Some(severity),
            _ if self.known.is_some() && floor.is_none() => Some(Severity::Low),
            _ => None,
        };
        if let Some(least) = severity {
            let bad: Vec<&str> = report
                .findings
                .iter()
                .filter(|f| f.severity >= least && (self.known.is_none() || new.contains(f.id.as_str())))
                .map(|f| f.id.as_str())
                .collect();
            if !bad.is_empty() {
                fails = true;
                let new = if self.known.is_some() { "new " } else { "" };
                says.push(format!("gate failed: {new}findings of severity {least} or worse: {}", bad.join(", ")));
            }
        }
        let gated = floor.is_some() || severity.is_some();
        let unjudged = floor.is_some() && counts && report.score.is_none();
        let ending = if fails && gated {
            Ending::Failed
        } else if report.status != Status::Completed || unjudged {
            Ending::Incomplete
        } else {
            Ending::Passed
        };
        GateVerdict { ending, says }
    }

    /// Rules with a location that the baseline does not have.
    fn new_findings<'a>(&self, report: &'a Report) -> BTreeSet<&'a str> {
        let Some(known) = &self.known else { return BTreeSet::new() };
        report
            .findings
            .iter()
            .filter(|f| f.locations.iter().any(|l| !known.contains(&l.fingerprint)))
            .map(|f| f.id.as_str())
            .collect()
    }
}
