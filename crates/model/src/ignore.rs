use serde::{Deserialize, Serialize};

use crate::{Location, Method, PathPattern};

/// An entry of the ignore file: a finding that its owner has accepted, why, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignore {
    /// Rule id or alias.
    pub rule: String,
    /// Only this path template; `*` stands for any characters.
    #[serde(default)]
    pub path: Option<String>,
    /// Only this method.
    #[serde(default)]
    pub method: Option<Method>,
    /// Only the location of this fingerprint.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// Why it is accepted. Not empty.
    pub reason: String,
    /// Last day it holds, `YYYY-MM-DD`; without it, for ever.
    #[serde(default)]
    pub expires: Option<String>,
}

impl Ignore {
    /// Whether it covers a location of a rule; `today` is `YYYY-MM-DD`.
    pub fn covers(&self, rule: &crate::Rule, location: &Location, today: &str) -> bool {
        rule.is_called(&self.rule)
            && !self.is_expired(today)
            && self.fingerprint.as_ref().is_none_or(|f| *f == location.fingerprint(rule.id))
            && self.method.as_ref().is_none_or(|m| location.method() == Some(m))
            && self
                .path
                .as_deref()
                .is_none_or(|written| location.path().is_some_and(|path| PathPattern::new(written).names(&path)))
    }

    /// Whether its last day has passed. Dates compare as text in this form.
    pub fn is_expired(&self, today: &str) -> bool {
        self.expires.as_deref().is_some_and(|last| today > last)
    }
}
