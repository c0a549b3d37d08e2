//! One detector at work.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use checks::calling::inputs;
use checks::{CallbackWait, Check, Cost, OperationProbe, RequestCounts, TargetProbe};
use futures::FutureExt;
use model::{Depth, Event, Finding, NotTested, OrderKey, ParameterIn, Round};
use wire::{Account, Budget, Lease, Listener};

use super::admit;
use super::context::RunContext;
use super::order::round_of;
use super::task::Task;
use crate::plan::PlannedCheck;

/// Lets a detector send and judge; comes to what it shares with others, if it sent it.
pub(super) async fn run(
    task: &mut Task<'_>,
    context: &RunContext<'_>,
    callback_wait: &CallbackWait,
) -> Option<(&'static str, Option<usize>)> {
    let RunContext { surface, observed, wire, .. } = *context;
    let PlannedCheck { check, terms, operation, in_body, index, depth, .. } = *task.planned;
    let target = if depth == context.target.depth { context.target } else { context.standard };
    let lease = lease(check, terms.cost, wire.budget(), depth);
    let round: Round = round_of(terms.cost.effect);
    let key = OrderKey { round, check: index + 1, operation: operation.map_or(0, |at| at as u32 + 1), step: 0 };
    let target_probe = TargetProbe::new(surface, observed, target, wire, lease, key, check.rule.id)
        .calling_back(context.callback, callback_wait);
    let result = match (operation, check.detectors.on_operation, check.detectors.on_surface) {
        (Some(at), Some(on_operation), _) => {
            let plain = observed.plain(at);
            let with_fields = in_body.then(|| inputs::with_fields_of_body(&surface.operations[at]));
            let operation = with_fields.as_ref().unwrap_or(&surface.operations[at]);
            let probe = OperationProbe::new(target_probe, operation, plain);
            let result = match with_fields.as_ref().filter(|o| o.parameters_in(ParameterIn::Body).next().is_none()) {
                Some(_) => Err(NotTested::inconclusive("no field of its body is known")),
                None => caught(AssertUnwindSafe(on_operation(&probe, &mut task.found)).catch_unwind().await),
            };
            task.counts = probe.counts();
            result
        }
        (None, _, Some(on_surface)) => {
            let result = caught(AssertUnwindSafe(on_surface(&target_probe, &mut task.found)).catch_unwind().await);
            task.counts = target_probe.counts();
            result
        }
        _ => Ok(()),
    };
    let found = task.found.as_slice();
    announce(found, context.listener);
    task.result = Some(if found.is_empty() && result.is_ok() {
        sound(task.counts, wire.is_dead(), check.schedule.burst)
    } else {
        result
    });
    (context.listener)(Event::TaskDone);
    admit::key(task.planned).filter(|_| task.counts.sent > 0)
}

/// What a detector may send, by what it declares.
fn lease(check: &Check, cost: Cost, budget: &Arc<Budget>, depth: Depth) -> Lease {
    let lease = Lease::reading(budget, cost.at(depth)).with_effect(cost.effect, cost.expects_refusal);
    if check.schedule.burst { lease.paid_by(Account::Apart).provoking() } else { lease }
}

/// "Passed" only when the target was there to pass: a response that did not come proves nothing, and neither does one that puts the
/// caller off, but to a burst, which is after just that.
fn sound(counts: RequestCounts, dead: bool, is_burst: bool) -> Result<(), NotTested> {
    if counts.unanswered > 0 || dead && counts.sent == 0 {
        Err(NotTested::NoAnswer)
    } else if counts.put_off > 0 && !is_burst {
        Err(NotTested::inconclusive("a request got 429 or 503"))
    } else {
        Ok(())
    }
}

/// A detector that panics is a fault of ours; it must not take the scan with it.
fn caught(result: std::thread::Result<Result<(), NotTested>>) -> Result<(), NotTested> {
    result.unwrap_or_else(|_| Err(NotTested::inconclusive("an internal error of this rule")))
}

/// The same for what runs at once.
pub(super) fn guarded(judge: impl FnOnce() -> Result<(), NotTested>) -> Result<(), NotTested> {
    caught(catch_unwind(AssertUnwindSafe(judge)))
}

/// Tells the listener what was found.
pub(super) fn announce(found: &[Finding], listener: &Listener) {
    for finding in found {
        listener(Event::FindingMade {
            rule: finding.rule.id,
            severity: finding.rule.severity,
            confidence: finding.confidence,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passing_needs_responses() {
        let counts =
            |unanswered, refused, put_off| RequestCounts { sent: 3, unanswered, refused, put_off, last_serial: 3 };
        assert_eq!(sound(counts(0, 0, 0), false, false), Ok(()));
        assert_eq!(sound(counts(1, 0, 0), false, false), Err(NotTested::NoAnswer));
        assert_eq!(sound(counts(0, 3, 0), false, false), Ok(()), "a refusal is a response");
        let put_off = sound(counts(0, 3, 1), false, false);
        assert!(matches!(put_off, Err(NotTested::Inconclusive(_))), "being put off is none");
        assert_eq!(sound(counts(0, 3, 1), false, true), Ok(()), "a burst is after just that");
        assert_eq!(sound(RequestCounts::default(), true, false), Err(NotTested::NoAnswer));
    }

    #[test]
    fn a_panic_is_an_inconclusive_rule() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let result = guarded(|| panic!("a fault"));
        std::panic::set_hook(hook);
        assert_eq!(result, Err(NotTested::inconclusive("an internal error of this rule")));
    }
}
