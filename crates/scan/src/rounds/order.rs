//! Which detectors belong to which round. Pure.

use model::{Effect, Round};

use super::{destroy, probe, write};
use crate::plan::{Plan, PlannedCheck};

/// Whether detectors of an effect belong to a round.
type Takes = fn(Effect) -> bool;

/// The rounds in which detectors send, in order, and which of them belong there.
const SENDING: [(Round, Takes); 3] =
    [(Round::Probe, probe::takes), (Round::Write, write::takes), (Round::Destroy, destroy::takes)];

/// The round of a detector of this effect.
pub(super) fn round_of(effect: Effect) -> Round {
    SENDING.iter().find(|(_, takes)| takes(effect)).map_or(Round::Probe, |(round, _)| *round)
}

/// The rounds that have something to do. Bursts belong to the last of them, and go after all else: the refusals that they provoke would
/// spoil what comes after.
pub(super) fn parts(plan: &Plan) -> Vec<(Round, Vec<&PlannedCheck>)> {
    let (bursts, others): (Vec<_>, Vec<_>) = plan.asked.iter().partition(|planned| planned.check.schedule.burst);
    let of = |round: Round| others.iter().copied().filter(|p| round_of(p.terms.cost.effect) == round).collect();
    let mut parts: Vec<(Round, Vec<&PlannedCheck>)> = SENDING.iter().map(|(round, _)| (*round, of(*round))).collect();
    parts.retain(|(round, planned)| *round == Round::Probe || !planned.is_empty());
    if let Some(round) = parts.last().map(|(round, _)| *round).filter(|_| !bursts.is_empty()) {
        parts.push((round, bursts));
    }
    parts
}
