//! The probe round: what changes nothing at the target.

use model::Effect;

/// Whether a detector of this effect belongs to it.
pub(super) fn takes(effect: Effect) -> bool {
    effect <= Effect::Queries
}
