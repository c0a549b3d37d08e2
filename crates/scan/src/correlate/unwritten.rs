//! What operations that change state were not sent for.

use model::{Consent, NotTested, Target};

use crate::ended::Ended;

/// Why nothing was sent to an operation that changes state.
pub(super) fn why_not_written(at: usize, ended: &Ended, target: &Target) -> NotTested {
    if target.consent == Consent::ReadOnly {
        return NotTested::NoConsent;
    }
    let said = ended.outcomes.iter().filter(|o| o.operation == Some(at)).find_map(|o| o.result.as_ref().err().cloned());
    let skipped = || ended.skipped.iter().find(|s| s.operation == Some(at)).map(|s| s.reason.clone());
    said.or_else(skipped).unwrap_or_else(|| NotTested::not_applicable("no rule sends anything to it"))
}
