//! What the rounds work with.

use checks::Observations;
use model::{Surface, Target};
use wire::{Callback, Listener, Wire};

use crate::credentials::Credential;
use crate::halt::Halt;

/// What running detectors takes.
#[derive(Clone, Copy)]
pub(crate) struct RunContext<'a> {
    pub(crate) surface: &'a Surface,
    pub(crate) observed: &'a Observations,
    pub(crate) target: &'a Target,
    /// The same for what a standard scan sends, which a deep one sends first.
    pub(crate) standard: &'a Target,
    pub(crate) credential: &'a Credential,
    pub(crate) wire: &'a Wire,
    pub(crate) callback: &'a Callback,
    pub(crate) listener: &'a Listener,
    pub(crate) halt: &'a Halt,
}
