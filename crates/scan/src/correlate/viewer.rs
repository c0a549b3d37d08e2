//! What everything that a report shows of a finding is shown with.

use std::collections::BTreeMap;

use model::{Identity, Redactor, Technology};

/// What every finding is shown with.
pub(super) struct Viewer<'a> {
    /// The exchanges' places in the transcript by serial.
    pub(super) numbers: &'a BTreeMap<u64, u32>,
    /// Whom commands may be sent as.
    pub(super) identities: &'a [Identity],
    /// The products that the target shows, by which remedies are chosen.
    pub(super) technologies: &'a [Technology],
    /// What hides secrets.
    pub(super) redactor: &'a Redactor,
}
