//! What a scan hands on to be judged.

use std::sync::Arc;

use checks::Observations;
use model::{Surface, Target};
use wire::ledger::Undone;

use crate::credentials::Told;
use crate::plan::Skipped;
use crate::rounds::Outcome;

/// What a scan knows when it ends, before it is judged as a whole.
pub(crate) struct Ended {
    /// What was asked, with the identities of accounts that the scan made for itself.
    pub(crate) target: Arc<Target>,
    pub(crate) surface: Arc<Surface>,
    pub(crate) observations: Arc<Observations>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) skipped: Vec<Skipped>,
    /// What became of the objects that the scan created.
    pub(crate) undone: Undone,
    /// Whether looking around was ended by the clock, so that there may be more than was found.
    pub(crate) looked_briefly: bool,
    /// What of the request could not be used, so that nothing was scanned.
    pub(crate) fault: Option<String>,
    /// What is wrong with how the target was spoken to, so that nothing of the API was seen.
    pub(crate) diagnosis: Option<String>,
    /// How the target answers the same request now this way and now that, if it does.
    pub(crate) unsteady: Option<String>,
    /// Whether the target began to refuse the scan.
    pub(crate) banned: bool,
    /// Whether the target stopped answering at all.
    pub(crate) silent: bool,
    /// What became of the credential, if one was given.
    pub(crate) credential: Option<Told>,
}
