//! The one concurrent place: detectors over one wire, admitted in waves so that the budget decides alike each time.

use std::collections::VecDeque;

use checks::CallbackWait;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use model::{Event, NotTested, Round};

use super::context::RunContext;
use super::outcome::Outcome;
use super::task::Task;
use super::{admit, detector};
use crate::plan::PlannedCheck;

/// Detectors under way at once.
const AT_ONCE: usize = 32;

/// Runs the detectors of one round; when it returns, none of them is at work any more. Each wave is admitted by what its detectors
/// could spend at most, so that what does not fit does not depend on which response came first. A wave ends when each of its detectors
/// has ended or waits for what comes late; those go on after the round's last wave.
pub(super) async fn run(round: Round, planned: &[&PlannedCheck], context: &RunContext<'_>) -> Vec<Outcome> {
    (context.listener)(Event::RoundStarted { round, tasks: planned.len() });
    let callback_wait = CallbackWait::default();
    let mut tasks: Vec<Task<'_>> = planned.iter().map(|planned| Task::of(planned)).collect();
    let mut running = FuturesUnordered::new();
    let mut waiting: VecDeque<&mut Task<'_>> = tasks.iter_mut().collect();
    let mut sent = admit::Sent::new();
    while !waiting.is_empty() && context.halt.reason().is_none() {
        let next = waiting.iter().map(|task| task.planned);
        let count = admit::admit(next, &sent, context.wire.budget().left());
        let bursts = waiting.front().is_some_and(|task| task.planned.check.schedule.burst);
        context.wire.begin_wave();
        let mut wave = waiting.drain(..count);
        let mut idle = callback_wait.waiting();
        loop {
            let at_work = running.len() - *idle.borrow_and_update();
            let next = wave.by_ref().take(AT_ONCE - at_work);
            running.extend(next.map(|task| detector::run(task, context, &callback_wait)));
            if running.len() == *idle.borrow() {
                break;
            }
            tokio::select! {
                Some(key) = running.next() => sent.extend(key),
                _ = idle.changed() => {}
                () = context.halt.ended() => break,
            }
        }
        if bursts {
            tokio::select! {
                () = context.wire.let_in() => {}
                () = context.halt.ended() => {}
            }
        }
    }
    callback_wait.end();
    context.wire.begin_wave();
    while context.halt.reason().is_none() && !running.is_empty() {
        tokio::select! {
            _ = running.next() => {}
            () = context.halt.ended() => {}
        }
    }
    drop((running, waiting));
    let cut = context.halt.reason().unwrap_or(NotTested::Cut);
    tasks.into_iter().map(|task| task.ended(&cut)).collect()
}
