//! Gates: when a scan fails a pipeline. Pure.

use std::collections::BTreeSet;
use std::str::FromStr;

use model::{FindingView, Grade, Report, Severity, Status};

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
    /// Nothing was scanned, and the request has to be corrected: its credential was refused, its document cannot be read.
    Misconfigured,
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
                _ => Err(format!("{score} is not a valid score; scores go from 0 to 100")),
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
    /// Fails where less than this percent of rules times operations was exercised.
    pub require_coverage: Option<u8>,
    /// Fingerprints of the baseline's locations, when only new findings count.
    pub known: Option<BTreeSet<String>>,
}

/// What the gates say of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateVerdict {
    /// How the gates end the scan.
    pub ending: Ending,
    /// Why a gate failed or could not be judged, sentences for standard error.
    pub says: Vec<String>,
    /// What does not fail and ought to be known: a missed target, a provisional grade that passed.
    pub warns: Vec<String>,
}

/// What one gate comes to.
enum Judged {
    Passed,
    Failed(String),
    /// Too little was seen to judge it.
    Unjudged,
}

impl Gates {
    /// The target and the floor, where the target lies below the floor: then the gates contradict each other.
    pub fn contradiction(&self) -> Option<(Bound, Bound)> {
        self.threshold.zip(self.fail_below).filter(|(target, floor)| target.least() < floor.least())
    }

    /// Judges a report. A provisional grade passes or fails like any other. Where the grade is withheld, a gate fails if what was found
    /// rules it out already, and cannot be judged otherwise: nothing passes that was not tested.
    pub fn judge(&self, report: &Report) -> GateVerdict {
        let new = self.new_findings(report);
        let counts = self.known.is_none() || !new.is_empty();
        let (floor, target) = self.bounds();
        let mut gates = Vec::new();
        gates.extend(floor.map(|bound| if counts { bounded(bound, report) } else { by_findings(&[], "", report) }));
        gates.extend(self.severity(floor).map(|least| {
            let is_new = |f: &&FindingView| self.known.is_none() || new.contains(f.id.as_str());
            let bad = report.findings.iter().filter(|f| f.severity >= least).filter(is_new);
            let what =
                format!("{}findings of severity {least} or worse", if self.known.is_some() { "new " } else { "" });
            by_findings(&bad.map(|f| f.id.as_str()).collect::<Vec<_>>(), &what, report)
        }));
        gates.extend(self.require_coverage.map(|least| covered(least, report)));
        let mut says: Vec<String> = gates
            .iter()
            .filter_map(|gate| match gate {
                Judged::Failed(why) => Some(format!("gate failed: {why}")),
                _ => None,
            })
            .collect();
        let failed = !says.is_empty();
        let unjudged = gates.iter().any(|gate| matches!(gate, Judged::Unjudged));
        if unjudged && !failed {
            let why = report.grade_reason.as_deref().or(report.status_detail.as_deref()).unwrap_or("there is no grade");
            says.push(format!("the gate could not be judged, and has not passed: {why}"));
        }
        let ending = if let Some(fault) = &report.fault {
            says = vec![fault.to_string()];
            Ending::Misconfigured
        } else if failed {
            Ending::Failed
        } else if report.status != Status::Completed || unjudged {
            Ending::Incomplete
        } else {
            Ending::Passed
        };
        let warns = if counts { warnings(report, floor, target, failed) } else { Vec::new() };
        GateVerdict { ending, says, warns }
    }

    /// The score that fails, and the one that warns.
    fn bounds(&self) -> (Option<Bound>, Option<Bound>) {
        let floor = self.fail_below.or(match self.fail_on {
            Some(FailOn::Bound(bound)) => Some(bound),
            _ => None,
        });
        match (floor, self.threshold) {
            (None, Some(threshold)) => (Some(threshold), None),
            other => other,
        }
    }

    /// The severity of findings that fails; beside a baseline alone any that counts in the score.
    fn severity(&self, floor: Option<Bound>) -> Option<Severity> {
        match self.fail_on {
            Some(FailOn::Severity(severity)) => Some(severity),
            _ if self.known.is_some() && floor.is_none() => Some(Severity::Low),
            _ => None,
        }
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

fn bounded(bound: Bound, report: &Report) -> Judged {
    match report.score {
        Some(score) if score < bound.least() => Judged::Failed(format!("the score is {score}, below {bound}")),
        Some(_) => Judged::Passed,
        None if report.score_at_most < bound.least() => {
            Judged::Failed(format!("what was found limits the score to {}, below {bound}", report.score_at_most))
        }
        None => Judged::Unjudged,
    }
}

fn by_findings(bad: &[&str], what: &str, report: &Report) -> Judged {
    if !bad.is_empty() {
        Judged::Failed(format!("{what}: {}", bad.join(", ")))
    } else if report.score.is_none() {
        Judged::Unjudged
    } else {
        Judged::Passed
    }
}

fn covered(least: u8, report: &Report) -> Judged {
    // A wall was exercised, and no API: whatever share that is of the rules, it is not what was asked for.
    if report.score.is_none() && report.coverage.operations_tested == 0 {
        return Judged::Unjudged;
    }
    if report.coverage.reach < f64::from(least) {
        // Rounded down, so that what is not enough never reads as if it were.
        Judged::Failed(format!("reach is {:.0} %, below the required {least} %", report.coverage.reach.floor()))
    } else {
        Judged::Passed
    }
}

fn warnings(report: &Report, floor: Option<Bound>, target: Option<Bound>, failed: bool) -> Vec<String> {
    let mut warns = Vec::new();
    if let Some((target, score)) = target.zip(report.score).filter(|(target, score)| !failed && *score < target.least())
    {
        warns.push(format!("warning: the score is {score}, below the target {target}"));
    }
    if let Some(grade) = report.grade.filter(|_| floor.is_some() && report.provisional) {
        let why = report.grade_reason.as_deref().unwrap_or("too little was exercised");
        warns.push(format!("warning: the gate was judged on a provisional grade ({grade}?): {why}"));
    }
    warns
}
