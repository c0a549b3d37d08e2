//! What the rounds hand on.

use std::collections::BTreeMap;

use checks::{Check, RequestCounts};
use model::{Finding, NotTested};

/// Which part of a check a detector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// It sends requests of its own.
    Sends,
    /// It judges what others sent.
    Reads,
}

/// What one detector came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) check: &'static Check,
    pub(crate) part: Part,
    pub(crate) operation: Option<usize>,
    pub(crate) found: Vec<Finding>,
    pub(crate) result: Result<(), NotTested>,
    pub(crate) counts: RequestCounts,
}

/// Joins what came of a detector that looked twice at the same, the second time deeper: what it found and settled the first time stays.
pub(super) fn joined(outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let mut places: BTreeMap<(&str, Option<usize>), usize> = BTreeMap::new();
    let mut joined: Vec<Outcome> = Vec::new();
    for outcome in outcomes {
        let place = *places.entry((outcome.check.rule.id, outcome.operation)).or_insert(joined.len());
        match joined.get_mut(place) {
            Some(first) => first.join(outcome),
            None => joined.push(outcome),
        }
    }
    joined
}

impl Outcome {
    fn join(&mut self, deeper: Outcome) {
        self.found.extend(deeper.found);
        if self.result.is_err() {
            self.result = deeper.result;
        }
        let counts = &mut self.counts;
        counts.sent += deeper.counts.sent;
        counts.unanswered += deeper.counts.unanswered;
        counts.refused += deeper.counts.refused;
        counts.put_off += deeper.counts.put_off;
        counts.last_serial = counts.last_serial.max(deeper.counts.last_serial);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_settled_the_first_time_stays() {
        let check = checks::data_exposure::CHECKS[0];
        let counts = |sent, last_serial| RequestCounts { sent, last_serial, ..RequestCounts::default() };
        let part = Part::Sends;
        let outcome = |operation, result, counts| Outcome { check, part, operation, found: Vec::new(), result, counts };
        let all = vec![
            outcome(None, Ok(()), counts(2, 5)),
            outcome(Some(1), Err(NotTested::NoAnswer), counts(1, 4)),
            outcome(None, Err(NotTested::OverBudget), counts(3, 9)),
            outcome(Some(1), Ok(()), counts(0, 0)),
        ];
        let joined: Vec<_> = joined(all).into_iter().map(|o| (o.operation, o.result, o.counts)).collect();
        assert_eq!(joined, [(None, Ok(()), counts(5, 9)), (Some(1), Ok(()), counts(1, 4))]);
    }
}
