//! The operations that count, and which of them were exercised.

use std::collections::{BTreeMap, BTreeSet};

use checks::judging::documentation;
use checks::vocabulary::looks_destructive;
use model::{Exchange, Method, NotTested, Source, Target};
use wire::Recorded;

use super::standing::{Standing, asks_to_log_in, leads_to_door, standing};
use crate::correlate::unwritten::why_not_written;
use crate::ended::Ended;

/// The operations that count, each with what was seen of it, and why what was not sent was not.
pub(in crate::correlate) struct Exercised {
    pub(super) operations: BTreeMap<usize, Standing>,
    /// Why operations were not sent: how many for each reason.
    unsent: BTreeMap<NotTested, usize>,
}

impl Exercised {
    /// Judges the responses of every operation. What a link or a guess named and is not there is no operation, and neither is what
    /// documents the API, as long as there is anything else.
    pub(in crate::correlate) fn of(ended: &Ended, records: &[Recorded], target: &Target) -> Exercised {
        let without = Exercised::among(ended, records, target, |at| !documents(ended, at));
        if without.operations() > 0 { without } else { Exercised::among(ended, records, target, |_| true) }
    }

    fn among(ended: &Ended, records: &[Recorded], target: &Target, counts: impl Fn(usize) -> bool) -> Exercised {
        let unknown = ended.surface.unknown_path.as_deref();
        let has_credential = !target.identities.is_empty();
        let written = written(ended, records, has_credential);
        let mut exercised = Exercised { operations: BTreeMap::new(), unsent: BTreeMap::new() };
        for (at, operation) in ended.surface.operations.iter().enumerate().filter(|(at, _)| counts(*at)) {
            let called = ended.observations.plain(at).map(|exchange| standing(exchange, unknown, has_credential));
            let standing = called.max(written.get(&at).copied()).unwrap_or(Standing::NotSent);
            if standing == Standing::NotFound && operation.source != Source::Specification {
                continue;
            }
            if standing == Standing::NotSent {
                let why = match operation.method.is_safe() {
                    false => match why_not_written(at, ended, target) {
                        NotTested::NotApplicable(_) | NotTested::Inconclusive(_) => NotTested::not_applicable(""),
                        why => why,
                    },
                    true if looks_destructive(operation) => NotTested::LooksDestructive,
                    true => NotTested::OverBudget,
                };
                *exercised.unsent.entry(why).or_default() += 1;
            }
            exercised.operations.insert(at, standing);
        }
        exercised.tell_doors(ended, unknown);
        exercised
    }

    /// What is redirected to a place to log in is refused; where that is so, the front page is of nobody either.
    fn tell_doors(&mut self, ended: &Ended, unknown: Option<&Exchange>) {
        let pages = ended.observations.plain_calls().filter(|e| asks_to_log_in(e));
        let doors: BTreeSet<&str> = pages.map(|e| e.request.path()).collect();
        let is_told = unknown.is_none_or(|e| !leads_to_door(e, &doors));
        let mut refused = false;
        for (at, standing) in &mut self.operations {
            if is_told && ended.observations.plain(*at).is_some_and(|e| leads_to_door(e, &doors)) {
                refused = true;
                *standing = (*standing).max(Standing::Guarded);
            }
        }
        let is_front = |at: usize| ended.observations.plain(at).is_some_and(|e| e.is_html() && e.request.path() == "/");
        for (_, standing) in self.operations.iter_mut().filter(|(at, s)| **s == Standing::Success && is_front(**at)) {
            *standing = if refused { Standing::Door } else { *standing };
        }
    }

    /// How many operations count.
    pub(in crate::correlate) fn operations(&self) -> usize {
        self.operations.len()
    }

    /// How many of them were exercised.
    pub(in crate::correlate) fn tested(&self) -> usize {
        self.operations.values().filter(|s| s.is_exercised()).count()
    }

    pub(super) fn is_exercised(&self, at: usize) -> Option<bool> {
        self.operations.get(&at).map(|s| s.is_exercised())
    }

    pub(super) fn count(&self, standing: Standing) -> usize {
        self.operations.values().filter(|s| **s == standing).count()
    }

    /// `6 of 12 operations tested`, `6 need --active`; nothing where all were.
    pub(super) fn because(&self) -> Vec<String> {
        let (tested, all) = (self.tested(), self.operations());
        if tested == all {
            return Vec::new();
        }
        let mut parts = vec![format!("{tested} of {} tested", model::counted(all, "operation"))];
        parts.extend(self.unsent.iter().map(|(why, count)| unsent(why, *count)));
        for (standing, what) in [
            (Standing::Refused, "refused without saying what they are"),
            (Standing::Unusable, "returned an error or nothing"),
            (Standing::NotFound, "returned 404 or 405"),
            (Standing::Everywhere, "returned the page that every path gets"),
        ] {
            let count = self.count(standing);
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        parts
    }
}

/// Whether an operation that no document declares answered with what documents the others.
fn documents(ended: &Ended, at: usize) -> bool {
    let is_declared = ended.surface.operations.get(at).is_none_or(|o| o.source == Source::Specification);
    let seen = &ended.observations.exchanges;
    !is_declared && ended.observations.plain(at).is_some_and(|exchange| documentation::is_about_the_api(exchange, seen))
}

/// Why so many operations were not sent.
fn unsent(why: &NotTested, count: usize) -> String {
    let [need, look, it, change, was] = match count {
        1 => ["needs", "looks", "it", "changes", "was"],
        _ => ["need", "look", "them", "change", "were"],
    };
    match why {
        NotTested::NoConsent => format!("{count} {need} --active"),
        NotTested::LooksDestructive => format!("{count} {look} as if calling {it} changed state"),
        NotTested::ForeignObject => format!("{count} {change} objects that this scan did not create"),
        NotTested::NotApplicable(_) => format!("no check has anything to send to {count}"),
        _ => format!("{count} {was} over the request budget or not reached in time"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_over_the_budget_is_said_to_be() {
        assert_eq!(unsent(&NotTested::NoConsent, 1), "1 needs --active");
        assert_eq!(unsent(&NotTested::LooksDestructive, 2), "2 look as if calling them changed state");
        assert_eq!(unsent(&NotTested::not_applicable(""), 2), "no check has anything to send to 2");
        assert_eq!(unsent(&NotTested::ForeignObject, 1), "1 changes objects that this scan did not create");
        assert_eq!(unsent(&NotTested::OverBudget, 3), "3 were over the request budget or not reached in time");
    }
}
