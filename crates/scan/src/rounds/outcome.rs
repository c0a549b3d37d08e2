//! What the rounds hand on.

use checks::{Check, RequestCounts};
use model::{Finding, NotTested};

/// What one detector came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) check: &'static Check,
    pub(crate) operation: Option<usize>,
    pub(crate) found: Vec<Finding>,
    pub(crate) result: Result<(), NotTested>,
    pub(crate) counts: RequestCounts,
}
