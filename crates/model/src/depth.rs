use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a scan goes, and with it how many requests it may spend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Depth {
    /// 45 requests in all.
    Quick,
    /// 60 requests and up to 5 for each operation, at most 2,000.
    #[default]
    Standard,
    /// 200 requests and up to 40 for each operation, at most 20,000.
    Deep,
}

impl Depth {
    /// The published request budget for a surface of so many operations.
    pub fn requests(self, operations: usize) -> u32 {
        let operations = u32::try_from(operations).unwrap_or(u32::MAX);
        let requests = match self {
            Depth::Quick => 45,
            Depth::Standard => operations.saturating_mul(5).saturating_add(60),
            Depth::Deep => operations.saturating_mul(40).saturating_add(200),
        };
        requests.min(self.most_requests())
    }

    /// The most that any surface gets.
    pub const fn most_requests(self) -> u32 {
        match self {
            Depth::Quick => 45,
            Depth::Standard => 2_000,
            Depth::Deep => 20_000,
        }
    }

    /// The published deadline of a scan of so many operations, without consent to state-changing requests: in a standard scan 45
    /// seconds and one more for each operation beyond 30, in a quick one a third of that, in a deep one four times as much.
    pub fn deadline(self, operations: usize) -> Duration {
        const FIRST: u64 = 45;
        const OPERATIONS: usize = 30;
        let standard = Duration::from_secs(FIRST.saturating_add(operations.saturating_sub(OPERATIONS) as u64));
        match self {
            Depth::Quick => standard / 3,
            Depth::Standard => standard,
            Depth::Deep => standard.saturating_mul(4),
        }
    }

    /// The lower-case name.
    pub const fn id(self) -> &'static str {
        match self {
            Depth::Quick => "quick",
            Depth::Standard => "standard",
            Depth::Deep => "deep",
        }
    }
}

impl fmt::Display for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Depth {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_lowercase().as_str() {
            "quick" => Ok(Depth::Quick),
            "standard" => Ok(Depth::Standard),
            "deep" => Ok(Depth::Deep),
            _ => Err(format!("there is no depth '{text}'; it is one of quick, standard, deep")),
        }
    }
}
