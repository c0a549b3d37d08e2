//! Joining what the detectors of one rule came to.

use std::collections::BTreeMap;

use model::{Confidence, Finding, NotTested, NotTestedView, Rule, RuleOutcome, RuleView, Scored, Verdict};

use crate::Ended;

/// Most operations that are named for one reason.
const NAMED: usize = 20;

/// One rule with everything its detectors came to.
pub(crate) struct RuleResult {
    pub(crate) rule: &'static Rule,
    /// One finding for each location, the strongest.
    pub(crate) found: Vec<Finding>,
    holds: bool,
    untested: BTreeMap<NotTested, Vec<usize>>,
}

/// Groups outcomes by rule, in registry order; findings at the same location are merged, the stronger confidence leading.
pub(crate) fn by_rule(ended: &Ended) -> Vec<RuleResult> {
    let mut results: Vec<RuleResult> = Vec::new();
    for check in checks::all() {
        let outcomes = ended.outcomes.iter().filter(|o| o.check.rule.id == check.rule.id);
        let skipped = ended.skipped.iter().filter(|s| s.check.rule.id == check.rule.id);
        let mut result = RuleResult { rule: check.rule, found: Vec::new(), holds: false, untested: BTreeMap::new() };
        let mut any = false;
        for outcome in outcomes {
            any = true;
            outcome.found.iter().for_each(|f| result.add(f));
            match &outcome.result {
                Ok(()) => result.holds = true,
                Err(reason) => result.leave(reason, outcome.operation),
            }
        }
        for skip in skipped {
            any = true;
            result.leave(&skip.reason, skip.operation);
        }
        if any {
            result.found.sort_by(|a, b| (b.confidence, &a.location).cmp(&(a.confidence, &b.location)));
            results.push(result);
        }
    }
    results
}

impl RuleResult {
    fn add(&mut self, finding: &Finding) {
        match self.found.iter_mut().find(|f| f.location == finding.location) {
            None => self.found.push(finding.clone()),
            Some(known) if known.confidence < finding.confidence => *known = finding.clone(),
            Some(_) => {}
        }
    }

    #[cfg(test)]
    pub(super) fn of(rule: &'static Rule, found: Vec<Finding>) -> RuleResult {
        RuleResult { rule, found, holds: true, untested: BTreeMap::new() }
    }

    fn leave(&mut self, reason: &NotTested, operation: Option<usize>) {
        self.untested.entry(reason.clone()).or_default().extend(operation);
    }

    /// Its findings became another rule's. Without any left it does not hold: it was right.
    pub(super) fn told(&mut self, reason: &NotTested) {
        if self.found.is_empty() {
            self.holds = false;
        }
        self.leave(reason, None);
    }

    fn only_not_applicable(&self) -> bool {
        self.untested.keys().all(|r| matches!(r, NotTested::NotApplicable(_) | NotTested::NotSelected))
    }

    pub(crate) fn is_tested(&self) -> bool {
        self.holds || !self.found.is_empty()
    }

    pub(crate) fn is_untested(&self) -> bool {
        !self.is_tested() && !self.only_not_applicable()
    }

    pub(crate) fn scored(&self) -> Scored {
        let outcome = if self.found.is_empty() {
            if self.holds {
                RuleOutcome::Holds
            } else if self.only_not_applicable() {
                RuleOutcome::NotApplicable
            } else {
                RuleOutcome::NotTested
            }
        } else {
            let confidence = self.found.iter().map(|f| f.confidence).max().unwrap_or(Confidence::Tentative);
            let locations = self.found.iter().filter(|f| f.confidence == confidence).count();
            RuleOutcome::Found { confidence, locations }
        };
        Scored { rule: self.rule.id.to_owned(), category: self.rule.category, severity: self.rule.severity, outcome }
    }

    /// What the rule came to; `ignored` says that the ignore file took a location of it.
    pub(crate) fn view(&self, ignored: bool) -> RuleView {
        let verdict = match self.scored().outcome {
            RuleOutcome::Found { .. } => Verdict::Found,
            _ if ignored => Verdict::Ignored,
            RuleOutcome::Holds => Verdict::Holds,
            RuleOutcome::NotTested => Verdict::NotTested,
            RuleOutcome::NotApplicable => Verdict::NotApplicable,
        };
        RuleView {
            id: self.rule.id.to_owned(),
            title: self.rule.title.to_owned(),
            category: self.rule.category,
            severity: self.rule.severity,
            verdict,
        }
    }

    pub(crate) fn not_tested(&self, ended: &Ended) -> Vec<NotTestedView> {
        let name = |at: &usize| ended.surface.operations.get(*at).map(|o| o.name());
        self.untested
            .iter()
            .map(|(reason, operations)| NotTestedView {
                rule: self.rule.id.to_owned(),
                category: self.rule.category,
                reason: reason_word(reason),
                detail: match operations.len().checked_sub(NAMED) {
                    None | Some(0) => reason.to_string(),
                    Some(more) => format!("{reason} (and {more} more operations)"),
                },
                operations: operations.iter().take(NAMED).filter_map(name).collect(),
            })
            .collect()
    }
}

/// The machine word of a reason, as serialised.
fn reason_word(reason: &NotTested) -> String {
    serde_json::to_value(reason)
        .ok()
        .and_then(|v| v.get("reason").and_then(|r| r.as_str()).map(str::to_owned))
        .unwrap_or_default()
}
