//! The rounds, each of them over before the next begins: observe, probe, write, destroy. Then what was seen is judged.

mod admit;
mod confirm;
mod destroy;
mod detector;
mod judge;
pub(crate) mod observe;
mod probe;
#[cfg(test)]
mod tests;
mod waves;
mod write;

use checks::{Check, Observations, RequestCounts};
use model::{Effect, Finding, NotTested, Round, Surface, Target};
use wire::{Callback, Listener, Wire};

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

/// What running detectors takes.
pub(crate) struct RunContext<'a> {
    pub(crate) surface: &'a Surface,
    pub(crate) observed: &'a Observations,
    pub(crate) target: &'a Target,
    pub(crate) wire: &'a Wire,
    pub(crate) callback: &'a Callback,
    pub(crate) listener: &'a Listener,
    pub(crate) halt: &'a Halt,
}

/// Whether detectors of an effect belong to a round.
type Takes = fn(Effect) -> bool;

/// The rounds in which detectors send, in order, and which of them belong there.
const SENDING: [(Round, Takes); 3] =
    [(Round::Probe, probe::takes), (Round::Write, write::takes), (Round::Destroy, destroy::takes)];

/// The round of a detector of this effect.
fn round_of(effect: Effect) -> Round {
    SENDING.iter().find(|(_, takes)| takes(effect)).map_or(Round::Probe, |(round, _)| *round)
}

/// The rounds that have something to do. Bursts go with the last of them: the refusals that they provoke would spoil what comes after.
fn parts(plan: &Plan) -> Vec<(Round, Vec<&PlannedCheck>)> {
    let (bursts, others): (Vec<_>, Vec<_>) = plan.asked.iter().partition(|planned| planned.check.schedule.burst);
    let of = |round: Round| others.iter().copied().filter(|p| round_of(p.check.cost.effect) == round).collect();
    let mut parts: Vec<(Round, Vec<&PlannedCheck>)> = SENDING.iter().map(|(round, _)| (*round, of(*round))).collect();
    parts.retain(|(round, planned)| *round == Round::Probe || !planned.is_empty());
    if let Some((_, last)) = parts.last_mut() {
        last.extend(bursts);
    }
    parts
}

/// Runs the detectors that send, round by round.
pub(crate) async fn run(plan: &Plan, context: &RunContext<'_>) -> Vec<Outcome> {
    let budget = context.wire.budget();
    let changing = plan.asked.iter().filter(|p| !p.check.schedule.burst && !probe::takes(p.check.cost.effect));
    // Kept back while the probe round goes, so that it does not use up what the user consented to.
    let added = context.target.active_requests(context.surface.operations.len());
    budget.keep_back(write::share(changing, context.target.depth, added, budget.left()));
    let mut outcomes = Vec::new();
    for (round, planned) in parts(plan) {
        if round != Round::Probe {
            budget.release();
        }
        outcomes.extend(waves::run(round, &planned, context).await);
    }
    budget.release();
    if context.wire.is_banned() {
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
