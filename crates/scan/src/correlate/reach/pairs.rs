//! Rules times operations: which of them were exercised, by category.

use std::collections::{BTreeMap, BTreeSet};

use checks::Check;
use model::{Category, NotTested, ScoreTable, Severity, Target};

use super::exercised::Exercised;
use crate::correlate::outcome::{Parts, RuleResult};
use crate::ended::Ended;

/// Weights of one category's pairs.
#[derive(Default)]
struct Sum {
    exercised: f64,
    all: f64,
}

impl Sum {
    fn add(&mut self, weight: f64, is_exercised: bool) {
        self.all += weight;
        self.exercised += if is_exercised { weight } else { 0.0 };
    }
}

/// What was exercised of the rules times operations.
pub(super) struct Shares {
    /// The exercised share of each category, 0 to 1.
    pub(super) categories: BTreeMap<Category, f64>,
    /// The rules that count and could not be exercised everywhere, by what kept them from it.
    missed: BTreeMap<&'static str, BTreeSet<&'static str>>,
}

impl Shares {
    /// The weighted mean, in percent.
    fn percent(&self, target: &Target) -> f64 {
        let weight = |category: &Category| ScoreTable::get().weight(target.context, *category);
        let all: f64 = self.categories.keys().map(weight).sum();
        let exercised: f64 = self.categories.iter().map(|(category, share)| weight(category) * share).sum();
        if all > 0.0 { exercised / all * 100.0 } else { 0.0 }
    }

    /// Where the reach is too low for an unqualified grade, the rules that keep it down, as parts of a sentence.
    pub(super) fn because(&self, target: &Target) -> Vec<String> {
        if self.percent(target) >= ScoreTable::get().reach.firm {
            return Vec::new();
        }
        let part = |(what, rules): (&&str, &BTreeSet<&str>)| format!("{} {what}", model::counted(rules.len(), "rule"));
        self.missed.iter().map(part).collect()
    }
}

/// What kept a rule from being exercised, after "7 rules".
fn kept_by(why: &NotTested) -> &'static str {
    match why {
        NotTested::OverBudget => "over the request budget (--depth deep or --max-requests)",
        NotTested::LooksDestructive => "kept off operations that look as if calling them changed state",
        NotTested::Inconclusive(_) => "inconclusive",
        _ => "cut short",
    }
}

/// Sums up rules times operations. A pair weighs what the rule's severity takes from the score.
pub(super) fn shares(ended: &Ended, target: &Target, rules: &[RuleResult], exercised: &Exercised) -> Shares {
    let mut sums: BTreeMap<Category, Sum> = BTreeMap::new();
    let mut missed: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
    let left_out = ended.outcomes.iter().filter(|o| o.found.is_empty()).map(|o| (o.check, o.result.as_ref().err()));
    let skipped = ended.skipped.iter().filter(|s| s.operation.is_some()).map(|s| (s.check, Some(&s.reason)));
    for (check, why) in left_out.chain(skipped) {
        if let Some(why) = why.filter(|why| counts(why, check, target)) {
            missed.entry(kept_by(why)).or_default().insert(check.rule.id);
        }
    }
    for check in checks::all() {
        let Some(result) = rules.iter().find(|r| r.rule.id == check.rule.id) else { continue };
        let weight = ScoreTable::get().deduction.get(check.rule.severity.id()).copied().unwrap_or(0.0);
        let sum = sums.entry(check.rule.category).or_default();
        let operations = of_operations(check, ended, target, exercised);
        for is_exercised in operations.values() {
            sum.add(weight, *is_exercised);
        }
        if check.detectors.on_exchange.is_some() && (result.is_tested() || result.is_untested()) {
            for at in exercised.operations.keys().filter(|at| !operations.contains_key(at)) {
                sum.add(weight, exercised.is_exercised(*at) == Some(true));
            }
        }
        if (check.detectors.on_surface.is_some() || check.detectors.on_end.is_some())
            && let Some(is_exercised) = of_whole(check, ended, target)
        {
            sum.add(weight, is_exercised);
        }
    }
    let sums = sums.into_iter().filter(|(_, sum)| sum.all > 0.0);
    Shares { categories: sums.map(|(category, sum)| (category, sum.exercised / sum.all)).collect(), missed }
}

/// The operations that a rule sends something to, and whether it came to an answer there.
fn of_operations(check: &Check, ended: &Ended, target: &Target, exercised: &Exercised) -> BTreeMap<usize, bool> {
    let mut pairs: BTreeMap<usize, bool> = BTreeMap::new();
    if check.detectors.on_operation.is_none() {
        return pairs;
    }
    let of_check = |id: &str| id == check.rule.id;
    for outcome in ended.outcomes.iter().filter(|o| of_check(o.check.rule.id)) {
        let Some(at) = outcome.operation.filter(|at| exercised.operations.contains_key(at)) else { continue };
        let judged = outcome.result.is_ok() || !outcome.found.is_empty();
        match &outcome.result {
            Err(why) if !judged && !counts(why, check, target) => {}
            _ => drop(pairs.insert(at, judged && exercised.is_exercised(at) == Some(true))),
        }
    }
    for skipped in ended.skipped.iter().filter(|s| of_check(s.check.rule.id) && counts(&s.reason, check, target)) {
        if let Some(at) = skipped.operation.filter(|at| exercised.operations.contains_key(at)) {
            pairs.entry(at).or_insert(false);
        }
    }
    // What would have to be sent to an operation that was not called.
    if !check.terms(target.consent).cost.effect.allowed_by(target.consent) {
        let unsent: BTreeSet<usize> =
            exercised.operations.iter().filter(|(_, s)| !s.is_exercised()).map(|(at, _)| *at).collect();
        for at in unsent {
            let operation = &ended.surface.operations[at];
            if !operation.method.is_safe() && (check.detectors.applies)(operation, &ended.surface) {
                pairs.entry(at).or_insert(false);
            }
        }
    }
    pairs
}

/// Whether a rule about the whole came to an answer; `None` where it does not count.
fn of_whole(check: &Check, ended: &Ended, target: &Target) -> Option<bool> {
    let mut outcomes =
        ended.outcomes.iter().filter(|o| o.check.rule.id == check.rule.id && o.operation.is_none()).peekable();
    outcomes.peek()?;
    let mut missed = false;
    let mut parts = Parts::default();
    for outcome in outcomes {
        parts.take(outcome.part, outcome.result.as_ref().err());
        match &outcome.result {
            Err(_) if !outcome.found.is_empty() => return Some(true),
            Ok(()) => {}
            Err(why) => missed |= counts(why, check, target),
        }
    }
    if parts.passed() { Some(true) } else { missed.then_some(false) }
}

/// Whether a reason for not testing lessens the reach. The question is how this client sees the API: what wants another credential, a
/// document or consent to touch what is not ours is not this scan's question; what stood for others was sampled fairly. What the budget
/// of a depth leaves out counts for what is grave and no guess: the rest is what the depth is about.
fn counts(why: &NotTested, check: &Check, target: &Target) -> bool {
    if *why == NotTested::OverBudget && target.max_requests.is_none() {
        return check.rule.severity >= Severity::High && !check.schedule.guesses;
    }
    !matches!(
        why,
        NotTested::NotApplicable(_)
            | NotTested::ReportedAs(_)
            | NotTested::NotSelected
            | NotTested::NoCredentials
            | NotTested::NoConsent
            | NotTested::ForeignObject
            | NotTested::OpenAnyway
            | NotTested::Sampled
            | NotTested::OutOfScope
            | NotTested::NoSpecification
    )
}

#[cfg(test)]
mod tests {
    use model::{Origin, Scheme};

    use super::*;

    #[test]
    fn what_keeps_the_reach_down_is_said_where_it_is_too_low() {
        let target = Target::of(Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 });
        let of = |share: f64| {
            let rules = BTreeSet::from(["sql-injection", "method-swap"]);
            let missed = BTreeMap::from([(kept_by(&NotTested::OverBudget), rules)]);
            let categories = BTreeMap::from([(Category::Bola, share), (Category::Authentication, 1.0)]);
            Shares { categories, missed }.because(&target)
        };
        assert_eq!(of(0.5), ["2 rules over the request budget (--depth deep or --max-requests)"]);
        assert!(of(1.0).is_empty());
    }
}
