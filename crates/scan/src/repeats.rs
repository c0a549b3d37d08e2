//! The places in the transcript of what is sent again at the end, to see whether it is still answered alike.

use model::{OrderKey, Round};

/// What something is sent again for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// Whether the credential still works.
    Credential,
    /// Whether the target answers ordinary requests always alike.
    Steadiness,
    /// Whether what a finding rests on was chance.
    Chance,
    /// Whether what a finding quotes is said again.
    Reading,
    /// Whether what a finding read out of headers is there again.
    Headers,
}

/// In place of a check's number: after all of them.
const LAST: u32 = u32::MAX;

/// The place of the request of this number.
pub(crate) fn key(purpose: Purpose, step: u32) -> OrderKey {
    OrderKey { round: Round::Destroy, check: LAST, operation: LAST - purpose as u32, step }
}

/// Whether an exchange is such a repeat: its response was judged when it came first.
pub(crate) fn is_repeat(key: &OrderKey) -> bool {
    (key.round, key.check) == (Round::Destroy, LAST)
}
