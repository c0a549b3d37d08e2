//! Joining what the detectors of one rule came to.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::mem::discriminant;

use model::{
    Confidence, Finding, Location, Method, NotTested, NotTestedView, Operation, Redactor, Rule, RuleOutcome, RuleView,
    Scored, Verdict,
};

use crate::ended::Ended;
use crate::plan::NO_OPERATION;
use crate::rounds::{NOTHING_SEEN, Part};

/// Most operations that are named for one reason.
const NAMED: usize = 20;

/// One rule with everything its detectors came to.
pub(crate) struct RuleResult {
    pub(crate) rule: &'static Rule,
    /// One finding for each location, the strongest.
    pub(crate) found: Vec<Finding>,
    passed: bool,
    untested: BTreeMap<NotTested, Vec<usize>>,
}

/// Groups outcomes by check and findings by rule, in registry order; findings at the same location are merged, the stronger confidence leading.
pub(crate) fn by_rule(ended: &Ended) -> Vec<RuleResult> {
    let mut results: Vec<RuleResult> = Vec::new();
    let operations = ended.surface.operations.iter();
    let known: Known<'_> = operations.map(|o| ((&o.method, o.path.key()), o.as_ref())).collect();
    for check in checks::all() {
        let outcomes = ended.outcomes.iter().filter(|o| o.check.rule.id == check.rule.id);
        let skipped = ended.skipped.iter().filter(|s| s.check.rule.id == check.rule.id);
        let mut result = RuleResult { rule: check.rule, found: Vec::new(), passed: false, untested: BTreeMap::new() };
        let mut any = false;
        let mut parts = Parts::default();
        for outcome in outcomes {
            any = true;
            parts.take(outcome.part, outcome.result.as_ref().err());
            // What ended it where it had found something, such as its budget, leaves no operation untested.
            let is_found = outcome.operation.is_some() && !outcome.found.is_empty();
            if let Err(reason) = &outcome.result
                && !is_found
            {
                result.leave(reason, outcome.operation);
            }
        }
        for skip in skipped {
            any = true;
            parts.take(Part::Sends, Some(&skip.reason));
            result.leave(&skip.reason, skip.operation);
        }
        result.passed = parts.passed();
        if any {
            // A detector may meet what another rule tells.
            let found = ended.outcomes.iter().flat_map(|o| &o.found);
            let found = found.filter(|f| f.rule.id == check.rule.id).cloned();
            result.found = strongest(found.map(|f| settled(f, &known)));
            result.forget_what_did_not_matter();
            result.found.sort_by(|a, b| (b.confidence, &a.location).cmp(&(a.confidence, &b.location)));
            results.push(result);
        }
    }
    results
}

/// Operations by method and path, whatever the parameters of the path are called.
type Known<'a> = BTreeMap<(&'a Method, String), &'a Operation>;

/// A path that is an operation of the surface is given as that operation, whichever way a rule came to it.
fn settled(mut finding: Finding, known: &Known<'_>) -> Finding {
    if let Location::Path { method, path, parameter } = &finding.location
        && let Some(operation) = known.get(&(method, path.key()))
    {
        let (path, parameter) = (operation.path.clone(), parameter.clone());
        finding.location = Location::Operation { method: method.clone(), path, parameter };
    }
    finding
}

/// One finding for each location: the first of the strongest.
fn strongest(found: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let mut strongest: BTreeMap<Location, Finding> = BTreeMap::new();
    for finding in found {
        match strongest.entry(finding.location.clone()) {
            Entry::Vacant(place) => drop(place.insert(finding)),
            Entry::Occupied(mut known) if known.get().confidence < finding.confidence => drop(known.insert(finding)),
            Entry::Occupied(_) => {}
        }
    }
    strongest.into_values().collect()
}

/// What the parts of one check came to.
#[derive(Debug, Default)]
pub(super) struct Parts {
    sending_passed: bool,
    reading_passed: bool,
    /// Whether a part that sends was not let, though there was something to send.
    is_left: bool,
}

impl Parts {
    /// Takes that a part passed, or why it did not.
    pub(super) fn take(&mut self, part: Part, why: Option<&NotTested>) {
        match (part, why) {
            (Part::Sends, None) => self.sending_passed = true,
            (Part::Reads, None) => self.reading_passed = true,
            (Part::Sends, Some(why)) => self.is_left |= !was_asked(why),
            (Part::Reads, Some(_)) => {}
        }
    }

    /// Whether the check passed: by what it sent, or by what it read where there was nothing to send. That nothing was seen without
    /// asking is no response to what was to be asked.
    pub(super) fn passed(&self) -> bool {
        self.sending_passed || self.reading_passed && !self.is_left
    }
}

/// Whether what there was to be asked was asked, whatever it came to.
fn was_asked(why: &NotTested) -> bool {
    matches!(
        why,
        NotTested::NotApplicable(_) | NotTested::Inconclusive(_) | NotTested::NotSelected | NotTested::OpenAnyway
    )
}

impl RuleResult {
    #[cfg(test)]
    pub(super) fn of(rule: &'static Rule, found: Vec<Finding>) -> RuleResult {
        RuleResult { rule, found, passed: true, untested: BTreeMap::new() }
    }

    pub(super) fn leave(&mut self, reason: &NotTested, operation: Option<usize>) {
        self.untested.entry(reason.clone()).or_default().extend(operation);
    }

    /// Where one detector of the rule came to an answer, it does not matter that another had nothing to look at.
    fn forget_what_did_not_matter(&mut self) {
        if self.is_tested() {
            self.untested
                .retain(|reason, operations| !matches!(reason, NotTested::NotApplicable(_)) || !operations.is_empty());
        }
    }

    /// Its findings became another rule's. Without any left it has not passed: it was right.
    pub(super) fn told(&mut self, reason: &NotTested) {
        if self.found.is_empty() {
            self.passed = false;
        }
        self.leave(reason, None);
    }

    /// Why it was not tested, with the operations that it was not tested at; none for the whole.
    pub(super) fn left(&self) -> &BTreeMap<NotTested, Vec<usize>> {
        &self.untested
    }

    fn only_not_applicable(&self) -> bool {
        let is_no_gap = |why: &NotTested| {
            matches!(why, NotTested::NotApplicable(_) | NotTested::NotSelected | NotTested::ReportedAs(_))
        };
        self.untested.keys().all(is_no_gap)
    }

    pub(crate) fn is_tested(&self) -> bool {
        self.passed || !self.found.is_empty()
    }

    pub(crate) fn is_untested(&self) -> bool {
        !self.is_tested() && !self.only_not_applicable()
    }

    pub(crate) fn scored(&self) -> Scored {
        let outcome = if self.found.is_empty() {
            if self.passed {
                RuleOutcome::Passed
            } else if self.only_not_applicable() {
                RuleOutcome::NotApplicable
            } else {
                RuleOutcome::NotTested
            }
        } else {
            let confidence = self.found.iter().map(|f| f.confidence).max().unwrap_or(Confidence::Tentative);
            let locations = self.found.iter().filter(|f| f.confidence == confidence).count();
            RuleOutcome::Failed { confidence, locations }
        };
        Scored { rule: self.rule.id.to_owned(), category: self.rule.category, severity: self.rule.severity, outcome }
    }

    /// What the rule came to; `ignored` says that the ignore file took a location of it.
    pub(crate) fn view(&self, ignored: bool) -> RuleView {
        let verdict = match self.scored().outcome {
            RuleOutcome::Failed { .. } => Verdict::Failed,
            _ if ignored => Verdict::Ignored,
            RuleOutcome::Passed => Verdict::Passed,
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

    pub(crate) fn not_tested(&self, ended: &Ended, redactor: &Redactor) -> Vec<NotTestedView> {
        let name = |at: &usize| ended.surface.operations.get(*at).map(|o| redactor.text(&o.name()));
        self.reasons()
            .iter()
            .map(|(reason, operations)| NotTestedView {
                rule: self.rule.id.to_owned(),
                category: self.rule.category,
                reason: reason_word(reason),
                detail: redactor.text(&match operations.len().checked_sub(NAMED) {
                    None | Some(0) => reason.to_string(),
                    Some(more) => format!("{reason} (and {})", model::counted(more, "more operation")),
                }),
                operations: operations.iter().take(NAMED).filter_map(name).collect(),
            })
            .collect()
    }

    /// Why the rule was not tested, or not everywhere: what its detectors said of the whole is one reason of each kind, however many
    /// they are; what they said of operations stays apart.
    fn reasons(&self) -> BTreeMap<NotTested, Vec<usize>> {
        let (wholes, mut reasons): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.untested.clone().into_iter().partition(|(_, operations)| operations.is_empty());
        let mut kinds: Vec<NotTested> = Vec::new();
        for whole in wholes.into_keys() {
            let same = |other: &&mut NotTested| discriminant(*other) == discriminant(&whole);
            match kinds.iter_mut().find(same) {
                Some(known) => join(known, &whole),
                None => kinds.push(whole),
            }
        }
        let said =
            |kind: &NotTested| is_untelling(kind) && reasons.keys().any(|r| discriminant(r) == discriminant(kind));
        kinds.retain(|kind| !said(kind));
        reasons.extend(kinds.into_iter().map(|kind| (kind, Vec::new())));
        reasons
    }
}

/// Puts two reasons of one kind together.
fn join(known: &mut NotTested, other: &NotTested) {
    if is_untelling(known) {
        known.clone_from(other);
    } else if !is_untelling(other)
        && let (NotTested::NotApplicable(text), NotTested::NotApplicable(more))
        | (NotTested::Inconclusive(text), NotTested::Inconclusive(more)) = (known, other)
    {
        text.push_str("; ");
        text.push_str(more);
    }
}

/// The engine's own words for a detector that had nothing to look at say less than those of a detector.
fn is_untelling(reason: &NotTested) -> bool {
    matches!(reason, NotTested::NotApplicable(text) if [NOTHING_SEEN, NO_OPERATION].contains(&text.as_str()))
}

/// The machine word of a reason, as serialised.
fn reason_word(reason: &NotTested) -> String {
    serde_json::to_value(reason)
        .ok()
        .and_then(|v| v.get("reason").and_then(|r| r.as_str()).map(str::to_owned))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(reasons: &[(NotTested, Option<usize>)]) -> RuleResult {
        let rule = checks::authentication::CHECKS[0].rule;
        let mut result = RuleResult { rule, found: Vec::new(), passed: false, untested: BTreeMap::new() };
        for (reason, operation) in reasons {
            result.leave(reason, *operation);
        }
        result
    }

    fn texts(result: &RuleResult) -> Vec<String> {
        result.reasons().iter().map(|(reason, operations)| format!("{reason} {operations:?}")).collect()
    }

    #[test]
    fn each_kind_of_reason_is_said_once_for_the_whole() {
        let none = NotTested::not_applicable;
        let engine = (none(NOTHING_SEEN), None);
        let both = [(none("no request was refused"), None), engine.clone()];
        assert_eq!(texts(&result(&both)), ["does not apply: no request was refused []"]);
        let engines = [engine.clone(), (none(NO_OPERATION), None)];
        assert_eq!(texts(&result(&engines)).len(), 1);
        let two = [(none("no a"), None), (none("no b"), None), (NotTested::OverBudget, None)];
        assert_eq!(
            texts(&result(&two)),
            ["over the request budget (--depth, --max-requests) []", "does not apply: no a; no b []"]
        );
        let why = NotTested::inconclusive;
        let operations = [(why("404"), Some(1)), (why("500"), Some(2)), (why("404"), Some(3)), engine.clone()];
        let said =
            ["does not apply: nothing of this kind was seen []", "inconclusive: 404 [1, 3]", "inconclusive: 500 [2]"];
        assert_eq!(texts(&result(&operations)), said);
    }

    #[test]
    fn what_was_read_does_not_pass_for_what_was_to_be_sent() {
        let passed = |sent: Option<&NotTested>, read: Option<&NotTested>| {
            let mut parts = Parts::default();
            parts.take(Part::Sends, sent);
            parts.take(Part::Reads, read);
            parts.passed()
        };
        let none = NotTested::not_applicable("nobody is refused");
        assert!(!passed(Some(&NotTested::OverBudget), None) && !passed(Some(&NotTested::NoConsent), None));
        assert!(passed(Some(&none), None), "there was nothing to send");
        assert!(passed(Some(&NotTested::inconclusive("no error could be provoked")), None), "it was sent");
        assert!(passed(None, Some(&none)) && passed(None, None) && !passed(Some(&none), Some(&none)));
    }

    #[test]
    fn what_one_detector_answered_does_not_want_another() {
        let none = || NotTested::not_applicable("none is declared");
        let mut passed = result(&[(none(), None), (none(), Some(1)), (NotTested::OverBudget, Some(2))]);
        passed.passed = true;
        passed.forget_what_did_not_matter();
        assert_eq!(passed.untested.len(), 2, "what is said of operations stays");
        let mut whole = result(&[(none(), None)]);
        whole.forget_what_did_not_matter();
        assert_eq!(whole.untested.len(), 1, "nothing answered");
    }
}
