//! The destroy round, last: what removes objects, the scan's own unless the user consented to all.

use model::Effect;

/// Whether a detector of this effect belongs to it.
pub(super) fn takes(effect: Effect) -> bool {
    effect == Effect::Destroys
}
