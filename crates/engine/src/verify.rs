//! Asking again exactly what a report found: what replay and verify have in common. Pure but for the scan itself.

use std::collections::BTreeSet;
use std::fmt;

use model::{Consent, Depth, FindingView, Grade, Place, Redacted, Report, Status};
use serde::Serialize;

use crate::again::{Shown, Transcript, looked_again};
use crate::verified::{Fate, Verified};
use crate::{Ending, ScanRequest, near, rescore};

/// What verifying a report came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// The URL that was asked.
    pub url: Redacted,
    /// How the scan ended.
    pub status: Status,
    /// Why it is incomplete.
    pub status_detail: Option<Redacted>,
    /// The score of the report.
    pub score_before: Option<u8>,
    /// The grade of the report.
    pub grade_before: Option<Grade>,
    /// The same without what is fixed, and with what came back.
    pub score_after: Option<u8>,
    /// Its grade.
    pub grade_after: Option<Grade>,
    /// Requests that were sent.
    pub requests: u32,
    /// Each location, the worst first.
    pub locations: Vec<Verified>,
}

impl Verification {
    /// How many locations came to this.
    pub fn count(&self, fate: Fate) -> usize {
        self.locations.iter().filter(|l| l.fate == fate).count()
    }

    /// Passed only when all is fixed; failed when something is there, incomplete when something could not be tested.
    pub fn ending(&self) -> Ending {
        if self.count(Fate::StillThere) + self.count(Fate::CameBack) > 0 {
            Ending::Failed
        } else if self.count(Fate::NotTested) > 0 || self.status != Status::Completed {
            Ending::Incomplete
        } else {
            Ending::Passed
        }
    }
}

/// A report has no finding of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchFinding {
    named: String,
    known: Vec<String>,
}

impl fmt::Display for NoSuchFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || match self.known.as_slice() {
            [] => "it has none".to_owned(),
            known => format!("it has {}", known.join(", ")),
        };
        let hint = near::did_you_mean(&self.named, self.known.iter().map(String::as_str)).unwrap_or_else(all);
        write!(f, "the report has no finding '{}'; {hint}", self.named)
    }
}

impl std::error::Error for NoSuchFinding {}

/// What is to be asked again.
#[derive(Debug, Clone)]
pub struct Recheck<'a> {
    report: &'a Report,
    wanted: Vec<Shown<'a>>,
    /// What only the older report has.
    gone: Vec<Shown<'a>>,
}

impl<'a> Recheck<'a> {
    /// Everything that the report found. What an older one found and this one did not is asked as well, in case it came back.
    pub fn all(report: &'a Report, older: Option<&'a Report>) -> Recheck<'a> {
        let known: BTreeSet<&str> = Shown::all(report).map(|s| s.location().fingerprint.as_str()).collect();
        let gone = older.into_iter().flat_map(Shown::all);
        let gone = gone.filter(|s| !known.contains(s.location().fingerprint.as_str())).collect();
        Recheck { report, wanted: Shown::all(report).collect(), gone }
    }

    /// One finding, by its rule or fingerprint, or one location by its fingerprint.
    ///
    /// # Errors
    /// The report has none of this name.
    pub fn one(report: &'a Report, named: &str) -> Result<Recheck<'a>, NoSuchFinding> {
        let whole = |finding: &FindingView| finding.id == named || finding.fingerprint == named;
        let is_meant = |s: &Shown<'_>| whole(s.finding) || s.location().fingerprint == named;
        let wanted: Vec<_> = Shown::all(report).filter(is_meant).collect();
        if wanted.is_empty() {
            let known = report.findings.iter().map(|f| f.id.clone()).collect();
            return Err(NoSuchFinding { named: named.to_owned(), known });
        }
        Ok(Recheck { report, wanted, gone: Vec::new() })
    }

    /// Whether there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.gone.is_empty()
    }

    fn everything(&self) -> impl Iterator<Item = &Shown<'a>> {
        self.wanted.iter().chain(&self.gone)
    }

    /// The scan that asks it again: the rules of what was found at its operations, with the seed, the depth and the context of the
    /// report where the request says nothing of its own. Who asks, and what may be changed, is the request's.
    pub fn request(&self, base: ScanRequest, depth: Option<Depth>) -> ScanRequest {
        let mut rules: BTreeSet<String> = BTreeSet::new();
        let mut places: BTreeSet<Place> = BTreeSet::new();
        let mut everywhere: BTreeSet<&str> = BTreeSet::new();
        for shown in self.everything() {
            rules.insert(shown.finding.id.clone());
            let Some(operation) = shown.on(shown.report) else {
                everywhere.insert(&shown.finding.id);
                continue;
            };
            let place = |rule| Place { rule, method: operation.method.clone(), path: operation.path.to_string() };
            if shown.was_probed() {
                places.insert(place(Some(shown.finding.id.clone())));
                continue;
            }
            places.insert(place(None));
            everywhere.insert(&shown.finding.id);
            if shown.was_provoked() {
                // What provoked it was another rule's probe here.
                rules.extend(operation.tried.iter().cloned());
                places.extend(operation.tried.iter().map(|id| place(Some(id.clone()))));
            }
        }
        // Found at a place that is no operation, or from elsewhere: the rule goes wherever it goes.
        let places = places.into_iter().filter(|p| p.rule.as_deref().is_none_or(|id| !everywhere.contains(id)));
        ScanRequest {
            url: if base.url.is_empty() { self.report.url.to_string() } else { base.url },
            depth: depth.or_else(|| self.report.depth.parse().ok()).unwrap_or_default(),
            seed: base.seed.or(Some(self.report.seed)),
            context: self.report.context.parse().unwrap_or_default(),
            rules: rules.into_iter().collect(),
            categories: Vec::new(),
            exclude: Vec::new(),
            include_paths: Vec::new(),
            methods: Vec::new(),
            ignore: Vec::new(),
            places: places.collect(),
            transcript: true,
            ..base
        }
    }

    /// What the scan of [`Recheck::request`] came to.
    pub fn judge(&self, new: &Report) -> Verification {
        let mut locations: Vec<Verified> = self.wanted.iter().map(|s| self.fate(s, new, Fate::StillThere)).collect();
        locations.extend(self.gone.iter().map(|s| self.fate(s, new, Fate::CameBack)));
        locations.sort_by(|a, b| {
            (std::cmp::Reverse(a.severity), &a.rule, &a.location).cmp(&(
                std::cmp::Reverse(b.severity),
                &b.rule,
                &b.location,
            ))
        });
        let (score_after, grade_after) = rescore::without(self.report, new, &locations);
        Verification {
            url: new.url.clone(),
            status: new.status,
            status_detail: new.status_detail.clone(),
            score_before: self.report.score,
            grade_before: self.report.grade,
            score_after,
            grade_after,
            requests: new.requests,
            locations,
        }
    }

    fn fate(&self, shown: &Shown<'_>, new: &Report, there: Fate) -> Verified {
        let location = shown.location();
        let again = Shown::all(new).find(|s| s.location().fingerprint == location.fingerprint);
        let again = again.or_else(|| told_by_another(shown, new));
        let (fate, confidence, reason) = match again {
            Some(again) => (there, Some(again.location().confidence), None),
            None => match looked_again(shown, new, Transcript::Whole) {
                Ok(()) => (Fate::Fixed, None, None),
                Err(why) => (Fate::NotTested, None, Some(self.with_help(shown, new, why))),
            },
        };
        Verified {
            rule: shown.finding.id.clone(),
            severity: shown.finding.severity,
            title: shown.finding.title.clone(),
            location: shown.name(),
            fingerprint: location.fingerprint.clone(),
            fate,
            confidence,
            reason,
            reproduce: again.map_or(&location.reproduce, |s| &s.location().reproduce).clone(),
        }
    }

    /// The reason, with the flag that the report was made with and this scan was not.
    fn with_help(&self, shown: &Shown<'_>, new: &Report, why: String) -> String {
        let read_only = |report: &Report| report.consent == consent_id(Consent::ReadOnly);
        let described = |report| shown.on(report).is_some_and(|o| o.source == model::Source::Specification);
        if !read_only(self.report) && read_only(new) && !why.contains("--active") {
            return format!("{why}; the report was made with --active");
        }
        if described(shown.report) && !described(new) && !why.contains("--spec") {
            return format!("{why}; name the API's document with --spec");
        }
        why
    }
}

/// A stronger rule tells the same at the same operation: the weaker rule's finding is evidence of it there.
fn told_by_another<'r>(shown: &Shown<'_>, new: &'r Report) -> Option<Shown<'r>> {
    let stronger = checks::find(&shown.finding.id)?.subsumed_by;
    Shown::all(new).find(|s| stronger.contains(&s.finding.id.as_str()) && s.operation() == shown.operation())
}

fn consent_id(consent: Consent) -> String {
    serde_json::to_value(consent).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
