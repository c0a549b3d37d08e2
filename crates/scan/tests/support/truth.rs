//! Reviewed lists of what every rule finds at an application, and why it is true of it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Consent, Depth, FindingView, Report, Severity, Target};
use serde::Deserialize;

/// Rules with why they are right, by id.
type Reasons = BTreeMap<String, String>;

/// The reviewed lists.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    /// Of the way in which the tests serve the applications.
    serving: Reasons,
    /// Of small applications as such; nothing of medium severity or above.
    common: Reasons,
    /// Of single ones.
    of: Vec<Entry>,
}

/// A rule that is right about these applications.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    why: String,
    at: BTreeSet<String>,
}

impl Truth {
    /// Reads the lists; each entry must name a rule and say why it is right.
    pub fn read(text: &str) -> Truth {
        let truth: Truth = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        let single = truth.of.iter().map(|entry| (&entry.rule, &entry.why));
        for (rule, why) in truth.serving.iter().chain(&truth.common).chain(single) {
            assert!(checks::find(rule).is_some() && why.len() > 5, "{rule}: {why}");
        }
        truth
    }

    /// What was found and is not in the lists.
    pub fn unknown(&self, place: &str, report: &Report) -> Vec<String> {
        report.findings.iter().filter(|f| !self.covers(place, f)).map(|f| told(place, f)).collect()
    }

    /// What is in the lists and was not found.
    pub fn stale(&self, reports: &[(&str, Report)]) -> Vec<String> {
        let found: BTreeSet<(&str, &str)> = reports
            .iter()
            .flat_map(|(place, report)| {
                // What another rule tells in its place was found all the same.
                let told = report.not_tested.iter().filter(|n| n.reason == "reported-as");
                let told = told.map(|n| n.rule.as_str());
                report.findings.iter().map(|f| f.id.as_str()).chain(told).map(|rule| (*place, rule))
            })
            .collect();
        let shared = self.serving.keys().chain(self.common.keys());
        let nowhere = shared.filter(|id| !found.iter().any(|(_, rule)| rule == id));
        let single = self.of.iter().flat_map(|e| e.at.iter().map(|place| (place.as_str(), e.rule.as_str())));
        let gone = single.filter(|entry| !found.contains(entry));
        nowhere
            .map(|id| format!("{id} is found nowhere any more"))
            .chain(gone.map(|(place, rule)| format!("{place}: {rule} is not found any more")))
            .collect()
    }

    fn covers(&self, place: &str, finding: &FindingView) -> bool {
        self.serving.contains_key(&finding.id)
            || self.common.contains_key(&finding.id) && finding.severity < Severity::Medium
            || self.of.iter().any(|entry| entry.rule == finding.id && entry.at.contains(place))
    }
}

/// This target for every rule: deep, and with consent to everything.
pub fn for_every_rule(target: Target) -> Target {
    Target { consent: Consent::All, depth: Depth::Deep, ..target }
}

fn told(place: &str, finding: &FindingView) -> String {
    let at: Vec<String> = finding.locations.iter().take(3).map(|l| format!("{} [{}]", l.reproduce, l.detail)).collect();
    let seen: Vec<&str> = finding.evidence.iter().take(3).map(|e| e.excerpt.as_str()).collect();
    let FindingView { severity, id, confidence, .. } = finding;
    format!("{place}: {severity} {id} {confidence} at {} places\n    {at:?}\n    {seen:?}", finding.locations.len())
}
