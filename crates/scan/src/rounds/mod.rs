//! The one concurrent place: detectors over one wire, admitted in waves so that the budget decides alike each time.

mod admit;
mod confirm;
mod judge;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use checks::{CallbackWait, Check, Findings, Observations, OperationProbe, RequestCounts, TargetProbe};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use model::{Effect, Event, Finding, NotTested, OrderKey, Round, Surface, Target};
use wire::{Callback, Lease, Listener, Wire};

use crate::halt::Halt;
use crate::plan::{Plan, PlannedCheck, Skipped};

pub(crate) use confirm::confirm;
pub(crate) use judge::{NOTHING_SEEN, judge};

/// What one detector came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) check: &'static Check,
    pub(crate) operation: Option<usize>,
    pub(crate) found: Vec<Finding>,
    pub(crate) result: Result<(), NotTested>,
    pub(crate) counts: RequestCounts,
}

/// What asking takes.
pub(crate) struct Means<'a> {
    pub(crate) surface: &'a Surface,
    pub(crate) observed: &'a Observations,
    pub(crate) target: &'a Target,
    pub(crate) wire: &'a Wire,
    pub(crate) callback: &'a Callback,
    pub(crate) listener: &'a Listener,
    pub(crate) halt: &'a Halt,
}

/// Detectors under way at once.
const AT_ONCE: usize = 32;

/// A detector at work: what it has proved stays when it is cut off.
struct Task<'a> {
    planned: &'a PlannedCheck,
    found: Findings,
    /// What it came to; `None` while it is at work.
    result: Option<Result<(), NotTested>>,
    counts: RequestCounts,
}

impl<'a> Task<'a> {
    fn of(planned: &'a PlannedCheck) -> Task<'a> {
        Task { planned, found: Findings::default(), result: None, counts: RequestCounts::default() }
    }

    /// What it came to before the scan had to end, for this reason.
    fn ended(self, cut: &NotTested) -> Outcome {
        let Task { planned, found, result, counts } = self;
        let result = result.unwrap_or_else(|| Err(cut.clone()));
        Outcome { check: planned.check, operation: planned.operation, found: found.into_vec(), result, counts }
    }
}

/// Runs the asking detectors. Each wave is admitted by what its detectors could spend at most, so that what does not fit does not
/// depend on which answer came first. A wave ends when each of its detectors has ended or waits for what comes late; those go on
/// after the last wave.
pub(crate) async fn run(plan: &Plan, means: &Means<'_>) -> Vec<Outcome> {
    (means.listener)(Event::RoundStarted { round: Round::Probe, tasks: plan.asked.len() });
    let callback_wait = CallbackWait::default();
    let mut tasks: Vec<Task<'_>> = plan.asked.iter().map(Task::of).collect();
    let mut running = FuturesUnordered::new();
    let mut waiting: VecDeque<&mut Task<'_>> = tasks.iter_mut().collect();
    let mut sent = admit::Sent::new();
    while !waiting.is_empty() && means.halt.reason().is_none() {
        let next = waiting.iter().map(|task| task.planned);
        let count = admit::admit(next, &sent, means.wire.budget().left(), means.target.depth);
        means.wire.begin_wave();
        let mut wave = waiting.drain(..count);
        let mut idle = callback_wait.waiting();
        loop {
            let at_work = running.len() - *idle.borrow_and_update();
            running.extend(wave.by_ref().take(AT_ONCE - at_work).map(|task| ask(task, means, &callback_wait)));
            if running.len() == *idle.borrow() {
                break;
            }
            tokio::select! {
                Some(key) = running.next() => sent.extend(key),
                _ = idle.changed() => {}
                () = means.halt.ended() => break,
            }
        }
    }
    callback_wait.end();
    means.wire.begin_wave();
    while means.halt.reason().is_none() && !running.is_empty() {
        tokio::select! {
            _ = running.next() => {}
            () = means.halt.ended() => {}
        }
    }
    drop((running, waiting));
    let cut = means.halt.reason().unwrap_or(NotTested::Cut);
    let mut outcomes: Vec<Outcome> = tasks.into_iter().map(|task| task.ended(&cut)).collect();
    if means.wire.is_banned() {
        outcomes.iter_mut().filter(|o| o.counts.refused > 0).for_each(discredit);
    }
    outcomes
}

/// Nobody answered: nothing was tested.
pub(crate) fn unanswered(plan: &Plan) -> Vec<Skipped> {
    let skip = |check| Skipped { check, operation: None, reason: NotTested::NoAnswer };
    plan.selected.iter().map(|(_, check)| skip(*check)).collect()
}

/// The scan was banned: what leaned on a refusal may have leaned on the ban.
fn discredit(outcome: &mut Outcome) {
    outcome.found.clear();
    outcome.result = Err(NotTested::Blocked);
}

/// "Holds" only when the target was there to hold: an answer that did not come proves nothing, and neither does one that puts the
/// caller off, but to a burst, which is after just that.
fn sound(counts: RequestCounts, dead: bool, is_burst: bool) -> Result<(), NotTested> {
    if counts.unanswered > 0 || dead && counts.sent == 0 {
        Err(NotTested::NoAnswer)
    } else if counts.put_off > 0 && !is_burst {
        Err(NotTested::inconclusive("a request was answered with 429 or 503"))
    } else {
        Ok(())
    }
}

/// Lets a detector ask; comes to what it shares with others, if it asked for it.
async fn ask(
    task: &mut Task<'_>,
    means: &Means<'_>,
    callback_wait: &CallbackWait,
) -> Option<(&'static str, Option<usize>)> {
    let Means { surface, observed, target, wire, .. } = *means;
    let PlannedCheck { check, operation, index, .. } = *task.planned;
    let requests = check.requests(target.depth);
    let lease = match check.cost.effect {
        _ if check.schedule.burst => Lease::burst(wire.budget(), requests),
        Effect::Queries => Lease::reading(wire.budget(), requests).with_queries(),
        _ => Lease::reading(wire.budget(), requests),
    };
    let key =
        OrderKey { round: Round::Probe, check: index + 1, operation: operation.map_or(0, |at| at as u32 + 1), step: 0 };
    let target_probe = TargetProbe::new(surface, observed, target, wire, lease, key, check.rule.id)
        .calling_back(means.callback, callback_wait);
    let result = match (operation, check.detectors.on_operation, check.detectors.on_surface) {
        (Some(at), Some(on_operation), _) => {
            let plain = observed.plain.get(at).and_then(Option::as_ref);
            let probe = OperationProbe::new(target_probe, &surface.operations[at], plain);
            let result = caught(AssertUnwindSafe(on_operation(&probe, &mut task.found)).catch_unwind().await);
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
    announce(found, means.listener);
    task.result = Some(if found.is_empty() && result.is_ok() {
        sound(task.counts, means.wire.is_dead(), check.schedule.burst)
    } else {
        result
    });
    (means.listener)(Event::TaskDone);
    admit::key(task.planned).filter(|_| task.counts.sent > 0)
}

/// A detector that panics is a fault of ours; it must not take the scan with it.
fn caught(result: std::thread::Result<Result<(), NotTested>>) -> Result<(), NotTested> {
    result.unwrap_or_else(|_| Err(NotTested::inconclusive("an internal error of this rule")))
}

/// The same for what runs at once.
fn guarded(judge: impl FnOnce() -> Result<(), NotTested>) -> Result<(), NotTested> {
    caught(catch_unwind(AssertUnwindSafe(judge)))
}

fn announce(found: &[Finding], listener: &Listener) {
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
    use std::sync::Arc;

    use checks::Detectors;
    use model::{Origin, Scheme};
    use wire::{Budget, Mandate, Settings};

    use super::*;

    static IDLE: Check = Check {
        detectors: Detectors { on_surface: Some(|_, _| Box::pin(async { Ok(()) })), ..Detectors::NONE },
        ..Check::of(checks::data_exposure::CHECKS[0].rule)
    };

    #[test]
    fn holding_needs_answers() {
        let counts = |unanswered, refused, put_off| RequestCounts { sent: 3, unanswered, refused, put_off };
        assert_eq!(sound(counts(0, 0, 0), false, false), Ok(()));
        assert_eq!(sound(counts(1, 0, 0), false, false), Err(NotTested::NoAnswer));
        assert_eq!(sound(counts(0, 3, 0), false, false), Ok(()), "a refusal is an answer");
        let put_off = sound(counts(0, 3, 1), false, false);
        assert!(matches!(put_off, Err(NotTested::Inconclusive(_))), "being put off is none");
        assert_eq!(sound(counts(0, 3, 1), false, true), Ok(()), "a burst is after just that");
        assert_eq!(sound(RequestCounts::default(), true, false), Err(NotTested::NoAnswer));
    }

    static BROKEN: Check = Check {
        detectors: Detectors { on_surface: Some(|_, _| Box::pin(async { panic!("a fault") })), ..Detectors::NONE },
        ..Check::of(checks::authentication::CHECKS[0].rule)
    };

    #[tokio::test]
    async fn a_detector_that_panics_leaves_the_others_alone() {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 9 };
        let listener: Listener = Arc::new(|_| {});
        let (settings, budget) = (Settings::polite(true), Arc::new(Budget::new(9)));
        let wire = Wire::new(origin.clone(), Mandate::default(), settings, budget, Arc::clone(&listener)).unwrap();
        let broken = PlannedCheck { index: 0, check: &BROKEN, operation: None, round_robin_index: 0, has_hint: false };
        let idle = PlannedCheck { index: 1, check: &IDLE, operation: None, round_robin_index: 0, has_hint: false };
        let plan = Plan { asked: vec![broken, idle], ..Plan::default() };
        let means = Means {
            surface: &Surface::default(),
            observed: &Observations::default(),
            target: &Target::of(origin),
            wire: &wire,
            callback: &Callback::new(None, true, 1),
            listener: &listener,
            halt: &Halt::after(std::time::Duration::from_mins(1)),
        };
        let results: Vec<_> = run(&plan, &means).await.into_iter().map(|o| o.result).collect();
        assert_eq!(results, [Err(NotTested::inconclusive("an internal error of this rule")), Ok(())]);
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
