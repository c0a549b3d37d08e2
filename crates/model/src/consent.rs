use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the user allowed the scan to change at the target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// GET, HEAD and OPTIONS only, besides GraphQL queries and prompts to a recognised LLM endpoint.
    #[default]
    ReadOnly,
    /// State-changing requests on objects that the scan itself created.
    SafeWrites,
    /// State-changing requests of any kind.
    All,
}
