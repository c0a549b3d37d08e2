//! What became of each location that was asked again. Pure.

use model::{Confidence, Redacted, Severity};
use serde::Serialize;

/// What became of something that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is there.
    StillThere,
    /// An older report has it, the report does not, and now it is there.
    CameBack,
    /// It was tested and is not there.
    Fixed,
    /// Nothing can be said.
    NotTested,
}

/// One location of a finding, asked again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Rule id.
    pub rule: String,
    /// The rule's severity.
    pub severity: Severity,
    /// What is wrong where it is found.
    pub title: Redacted,
    /// Method and path.
    pub location: Redacted,
    /// Equal across scans for the same rule, operation and parameter.
    pub fingerprint: String,
    /// What became of it.
    pub fate: Fate,
    /// How it was established now, where it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Why nothing can be said, with what would change that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A `curl` line that shows it, the newest there is.
    pub reproduce: Redacted,
}
