//! The write round: what may create or change objects, and what a server is expected to refuse.

use model::Effect;

use crate::plan::PlannedCheck;

/// Whether a detector of this effect belongs to it.
pub(super) fn takes(effect: Effect) -> bool {
    effect == Effect::Writes
}

/// What the rounds that change state could spend at most, undoing included: one more for each request that may create something.
/// At most what the consent added to the budget, and half of what there is, so that the probe round finds no less than without it.
pub(super) fn share<'a>(planned: impl Iterator<Item = &'a PlannedCheck>, added: u32, left: u32) -> u32 {
    let most = planned.map(|planned| {
        let requests = planned.terms.requests(planned.depth);
        if planned.terms.cost.expects_refusal { requests } else { requests.saturating_mul(2) }
    });
    most.fold(0, u32::saturating_add).min(added).min(left / 2)
}
