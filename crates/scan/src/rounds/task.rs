//! A detector at work and what it came to.

use checks::{Findings, RequestCounts};
use model::NotTested;

use super::outcome::{Outcome, Part};
use crate::plan::PlannedCheck;

/// A detector at work: what it has proved stays when it is cut off.
pub(super) struct Task<'a> {
    pub(super) planned: &'a PlannedCheck,
    pub(super) found: Findings,
    /// What it came to; `None` while it is at work.
    pub(super) result: Option<Result<(), NotTested>>,
    pub(super) counts: RequestCounts,
}

impl<'a> Task<'a> {
    pub(super) fn of(planned: &'a PlannedCheck) -> Task<'a> {
        Task { planned, found: Findings::default(), result: None, counts: RequestCounts::default() }
    }

    /// What it came to before the scan had to end, for this reason.
    pub(super) fn ended(self, cut: &NotTested) -> Outcome {
        let Task { planned, found, result, counts } = self;
        let result = result.unwrap_or_else(|| Err(cut.clone()));
        let PlannedCheck { check, operation, .. } = *planned;
        Outcome { check, part: Part::Sends, operation, found: found.into_vec(), result, counts }
    }
}
