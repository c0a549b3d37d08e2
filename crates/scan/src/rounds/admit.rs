//! Which detectors go together. Pure.

use std::collections::BTreeSet;

use crate::plan::PlannedCheck;

/// Most detectors admitted before the budget is counted again.
const WAVE: usize = 64;

/// Requests that several checks send alike: what they are about, and the operation.
pub(super) type Sent = BTreeSet<(&'static str, Option<usize>)>;

/// How many of the next detectors go together, in their order, as long as all of them together could spend their most. What others
/// send as well is counted once, and not at all when it was `sent` before. A detector that could spend more than there is goes alone,
/// with what there is; when nothing is left all go, since what was sent before is free. Bursts have waves of their own, and each that
/// measures times goes alone.
pub(super) fn admit<'a>(waiting: impl IntoIterator<Item = &'a PlannedCheck>, sent: &Sent, budget: u32) -> usize {
    let mut counted = sent.clone();
    let mut left = budget;
    let mut admitted: Option<(usize, &PlannedCheck)> = None;
    let is_burst = |planned: &PlannedCheck| planned.check.schedule.burst;
    for (before, planned) in waiting.into_iter().take(WAVE).enumerate() {
        let cost = if is_burst(planned) { 0 } else { price(planned, &counted) };
        let is_apart = |other: &PlannedCheck| {
            is_burst(other) != is_burst(planned) || other.check.schedule.exclusive || planned.check.schedule.exclusive
        };
        // What is too dear goes when this wave has spent less than it could.
        if admitted.is_some_and(|(_, other)| is_apart(other) || cost > left && budget > 0) {
            break;
        }
        left = left.saturating_sub(cost);
        counted.extend(key(planned));
        admitted = Some((before + 1, planned));
    }
    admitted.map_or(0, |(count, _)| count)
}

/// What it could spend at most, besides what was sent before.
fn price(planned: &PlannedCheck, sent: &Sent) -> u32 {
    let free = planned.terms.shares.filter(|_| key(planned).is_some_and(|key| sent.contains(&key)));
    planned.terms.requests(planned.depth) - free.map_or(0, |shares| shares.requests)
}

/// The requests that it shares with others.
pub(super) fn key(planned: &PlannedCheck) -> Option<(&'static str, Option<usize>)> {
    planned.terms.shares.map(|shares| (shares.with, planned.operation))
}

#[cfg(test)]
mod tests {
    use checks::{Check, Cost, Schedule, Shares};
    use model::{Category, Consent, Depth, Rule, Severity};

    use super::*;

    static RULE: Rule = Rule {
        id: "test",
        aliases: &[],
        title: "",
        category: Category::Inventory,
        severity: Severity::Info,
        cwe: &[],
        tags: &[],
        risk: "",
        fix: "",
        references: &[],
        page: "",
    };
    static CHEAP: Check = Check { cost: Cost::reads(2), ..Check::of(&RULE) };
    static DEAR: Check = Check { cost: Cost::reads(9), ..Check::of(&RULE) };
    static SHARING: Check = Check {
        cost: Cost::reads(4),
        schedule: Schedule::sharing(Shares { with: "marks", requests: 3 }),
        ..Check::of(&RULE)
    };
    static TIMED: Check = Check { schedule: Schedule { exclusive: true, ..Schedule::ANY }, ..Check::of(&RULE) };
    static BURST: Check =
        Check { cost: Cost::reads(50), schedule: Schedule { burst: true, ..Schedule::ANY }, ..Check::of(&RULE) };

    fn planned(check: &'static Check, operation: usize) -> PlannedCheck {
        let (terms, depth) = (check.terms(Consent::ReadOnly), Depth::Standard);
        let operation = Some(operation);
        PlannedCheck { index: 0, check, terms, operation, in_body: false, round_robin_index: 0, depth, has_hint: false }
    }

    /// The waves, each with so much budget left.
    fn waves(all: &[PlannedCheck], sent: &Sent, budgets: &[u32]) -> Vec<Vec<usize>> {
        let mut waiting = all.iter();
        let wave = |budget: &u32| {
            let count = admit(waiting.clone(), sent, *budget);
            waiting.by_ref().take(count).filter_map(|p| p.operation).collect()
        };
        budgets.iter().map(wave).collect()
    }

    #[test]
    fn waves_fit_the_budget_in_order_and_bursts_come_alone() {
        let all = [planned(&CHEAP, 0), planned(&DEAR, 1), planned(&CHEAP, 2), planned(&BURST, 3)];
        assert_eq!(waves(&all, &Sent::new(), &[4, 4, 4, 4]), [vec![0], vec![1], vec![2], vec![3]]);
        assert_eq!(waves(&all, &Sent::new(), &[13, 0]), [vec![0, 1, 2], vec![3]], "bursts need no budget");
    }

    #[test]
    fn what_measures_times_goes_alone() {
        let all = [planned(&CHEAP, 0), planned(&TIMED, 1), planned(&TIMED, 2), planned(&CHEAP, 3)];
        assert_eq!(waves(&all, &Sent::new(), &[99, 99, 99, 99]), [vec![0], vec![1], vec![2], vec![3]]);
    }

    #[test]
    fn nothing_left_is_no_reason_not_to_look_at_what_was_sent() {
        let all = [planned(&CHEAP, 0), planned(&DEAR, 1)];
        assert_eq!(waves(&all, &Sent::new(), &[0]), [vec![0, 1]]);
    }

    #[test]
    fn what_others_send_is_counted_once_for_each_operation() {
        let all = [planned(&SHARING, 0), planned(&SHARING, 0), planned(&SHARING, 1), planned(&SHARING, 0)];
        assert_eq!(waves(&all, &Sent::new(), &[5, 4, 1]), [vec![0, 0], vec![1], vec![0]]);
        assert_eq!(waves(&all, &Sent::from([("marks", Some(0))]), &[2]), [vec![0, 0]]);
    }
}
