//! Reach: the share of rules times operations that was exercised, that is sent and answered in a way that lets a rule judge, and what
//! keeps it down. It decides how good a grade may be.

mod no_grade;
mod pairs;
#[cfg(test)]
mod samples;
mod standing;
mod wall;

use std::collections::BTreeMap;

use model::{Category, Consent, Method, NotTested, Reach, Source, Target};
use wire::Recorded;

use super::outcome::RuleResult;
use crate::ended::Ended;
use crate::rounds::observe::looks_destructive;
use standing::{Standing, standing};

/// The operations that count, each with what was seen of it, and why what was not sent was not.
pub(super) struct Exercised {
    operations: BTreeMap<usize, Standing>,
    /// Why operations were not sent: how many for each reason.
    unsent: BTreeMap<NotTested, usize>,
}

impl Exercised {
    /// Judges the responses of every operation. What a link or a guess named and is not there is no operation.
    pub(super) fn of(ended: &Ended, records: &[Recorded], target: &Target) -> Exercised {
        let unknown = ended.surface.unknown_path.as_deref();
        let has_credential = !target.identities.is_empty();
        let written = written(ended, records, has_credential);
        let mut exercised = Exercised { operations: BTreeMap::new(), unsent: BTreeMap::new() };
        for (at, operation) in ended.surface.operations.iter().enumerate() {
            let called = ended.observations.plain(at).map(|exchange| standing(exchange, unknown, has_credential));
            let standing = called.max(written.get(&at).copied()).unwrap_or(Standing::NotSent);
            if standing == Standing::NotFound && operation.source != Source::Specification {
                continue;
            }
            if standing == Standing::NotSent {
                let why = match operation.method.is_safe() {
                    false if target.consent == Consent::ReadOnly => NotTested::NoConsent,
                    true if looks_destructive(operation) => NotTested::LooksDestructive,
                    _ => NotTested::OverBudget,
                };
                *exercised.unsent.entry(why).or_default() += 1;
            }
            exercised.operations.insert(at, standing);
        }
        exercised
    }

    /// How many operations count.
    pub(super) fn operations(&self) -> usize {
        self.operations.len()
    }

    /// How many of them were exercised.
    pub(super) fn tested(&self) -> usize {
        self.operations.values().filter(|s| s.is_exercised()).count()
    }

    fn is_exercised(&self, at: usize) -> Option<bool> {
        self.operations.get(&at).map(|s| s.is_exercised())
    }

    fn count(&self, standing: Standing) -> usize {
        self.operations.values().filter(|s| **s == standing).count()
    }

    /// `6 of 12 operations tested; 6 need --active`; nothing where all were.
    fn because(&self) -> String {
        let (tested, all) = (self.tested(), self.operations());
        if tested == all {
            return String::new();
        }
        let mut parts = vec![format!("{tested} of {all} operations tested")];
        parts.extend(self.unsent.iter().map(|(why, count)| {
            let one = *count == 1;
            match why {
                NotTested::NoConsent => format!("{count} {} --active", if one { "needs" } else { "need" }),
                NotTested::LooksDestructive => {
                    format!(
                        "{count} {} as if calling {} changed state",
                        if one { "looks" } else { "look" },
                        if one { "it" } else { "them" }
                    )
                }
                _ => format!(
                    "{count} {} over the request budget or not reached in time",
                    if one { "was" } else { "were" }
                ),
            }
        }));
        for (standing, what) in [
            (Standing::Refused, "refused without saying what they are"),
            (Standing::Unusable, "answered with an error or not at all"),
            (Standing::NotFound, "answered with 404 or 405"),
            (Standing::Everywhere, "answered with the page that every path gets"),
        ] {
            let count = self.count(standing);
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        parts.join("; ")
    }
}

/// What operations that change state were answered, the best of each.
fn written(ended: &Ended, records: &[Recorded], has_credential: bool) -> BTreeMap<usize, Standing> {
    let unknown = ended.surface.unknown_path.as_deref();
    let mut by_place: BTreeMap<(&Method, String), usize> = BTreeMap::new();
    for (at, operation) in ended.surface.operations.iter().enumerate().filter(|(_, o)| !o.method.is_safe()) {
        by_place.insert((&operation.method, operation.path.key()), at);
    }
    let mut best = BTreeMap::new();
    for exchange in records.iter().map(|r| &r.exchange).filter(|e| !e.request.method.is_safe()) {
        let Some(operation) = ended.surface.operations.called_by(&exchange.request.method, exchange.request.path())
        else {
            continue;
        };
        let Some(at) = by_place.get(&(&operation.method, operation.path.key())) else { continue };
        let this = standing(exchange, unknown, has_credential && exchange.request.identity.is_some());
        let known = best.entry(*at).or_insert(this);
        *known = this.max(*known);
    }
    best
}

/// The reach of the scan.
pub(super) fn reach(
    ended: &Ended,
    records: &[Recorded],
    target: &Target,
    rules: &[RuleResult],
    exercised: &Exercised,
) -> Reach {
    let categories: BTreeMap<Category, f64> = pairs::shares(ended, target, rules, exercised);
    let all = exercised.operations();
    Reach {
        categories,
        operations: if all == 0 { 0.0 } else { exercised.tested() as f64 / all as f64 },
        no_grade: no_grade::why(ended, records, target, exercised),
        doubt: no_grade::doubt(exercised),
        because: exercised.because(),
    }
}
