use serde::{Deserialize, Serialize};

use crate::{Method, PathTemplate};

/// An operation that is to be asked about again. It belongs to the surface, whether discovery meets it or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Place {
    /// The rule that probes only its places then; without one, no rule is kept from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// HTTP method.
    pub method: Method,
    /// Path template.
    pub path: String,
}

impl Place {
    /// Whether it is the operation of this method and path, whatever the parameters are called.
    pub fn is_at(&self, method: &Method, path: &str) -> bool {
        self.method == *method && PathTemplate::from(self.path.as_str()).is_same_place(&PathTemplate::from(path))
    }
}
