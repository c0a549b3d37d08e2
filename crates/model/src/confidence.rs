use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a finding was established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint that a person has to check.
    Tentative,
    /// A strong indicator that a safe application does not show.
    Firm,
    /// The effect itself was shown, with a control that did not show it.
    Confirmed,
}

impl Confidence {
    /// The lower-case name used in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Confidence::Tentative => "tentative",
            Confidence::Firm => "firm",
            Confidence::Confirmed => "confirmed",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
