use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Confidence, Exchange, Method, Operation, Rule, Secret};

/// The part of a request that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Part {
    /// `path`, `query`, `header`, `cookie` or `body`.
    pub place: String,
    /// Its name there.
    pub name: String,
}

/// Where a weakness is.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// Path template of the operation, or the path of a surface-wide finding.
    pub path: Option<String>,
    /// HTTP method.
    pub method: Option<Method>,
    /// The parameter, header or cookie.
    pub parameter: Option<Part>,
    /// Source file relative to the source directory.
    pub file: Option<String>,
    /// Line in it, from 1.
    pub line: Option<u32>,
}

impl Location {
    /// The whole operation.
    pub fn of(operation: &Operation) -> Location {
        Location::at(operation.method.clone(), &operation.path)
    }

    /// A method and a path.
    pub fn at(method: Method, path: &str) -> Location {
        Location { method: Some(method), path: Some(path.to_owned()), ..Location::default() }
    }

    /// The whole host: method GET, path `/`.
    pub fn host() -> Location {
        Location::at(Method::GET, "/")
    }

    /// Narrows to a parameter, header or cookie.
    #[must_use]
    pub fn parameter(mut self, place: &str, name: &str) -> Location {
        self.parameter = Some(Part { place: place.to_owned(), name: name.to_owned() });
        self
    }
}

/// What shows that a finding is true.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The exchange it was seen in.
    pub exchange: Arc<Exchange>,
    /// The telling part, or a sentence on what it shows. Redacted again before it leaves the process.
    pub excerpt: String,
}

impl Evidence {
    /// An excerpt of an exchange, cut to 400 characters.
    pub fn new(exchange: &Arc<Exchange>, excerpt: impl AsRef<str>) -> Evidence {
        const LONGEST: usize = 400;
        let excerpt = excerpt.as_ref();
        let cut = match excerpt.char_indices().nth(LONGEST) {
            Some((at, _)) => format!("{}…", &excerpt[..at]),
            None => excerpt.to_owned(),
        };
        Evidence { exchange: Arc::clone(exchange), excerpt: cut }
    }
}

/// A weakness shown at one location. It cannot be built without a location and evidence.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How it was established.
    pub confidence: Confidence,
    /// Where.
    pub location: Location,
    /// What shows it; the first is what `curl` reproduces.
    pub evidence: Vec<Evidence>,
    /// What is particular to this case, one sentence; empty when the rule says it all.
    pub detail: String,
    /// Secrets met on the way, to be masked wherever the report is written.
    pub secrets: Vec<Secret>,
}

impl Finding {
    /// A finding with its first evidence.
    pub fn new(rule: &'static Rule, confidence: Confidence, location: Location, evidence: Evidence) -> Finding {
        Finding { rule, confidence, location, evidence: vec![evidence], detail: String::new(), secrets: Vec::new() }
    }

    /// Adds evidence, such as the control.
    #[must_use]
    pub fn also(mut self, evidence: Evidence) -> Finding {
        self.evidence.push(evidence);
        self
    }

    /// Says what is particular to this case.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Finding {
        self.detail = detail.into();
        self
    }

    /// Masks this text wherever the report shows it.
    #[must_use]
    pub fn hiding(mut self, secret: impl Into<String>) -> Finding {
        self.secrets.push(Secret::new(secret));
        self
    }
}

/// The identity of a finding at a location, equal across scans: rule, operation and parameter, never text or line numbers.
/// Twenty hexadecimal digits.
pub fn fingerprint(rule: &str, location: &Location) -> String {
    let mut hash = Sha256::new();
    let parts = match (&location.path, &location.file) {
        (Some(path), _) => {
            let part = location.parameter.as_ref().map_or_else(String::new, |p| format!("{}:{}", p.place, p.name));
            vec![rule.to_owned(), location.method.as_ref().map_or("", Method::as_str).to_owned(), path.clone(), part]
        }
        (None, file) => vec![rule.to_owned(), file.clone().unwrap_or_default()],
    };
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(10).fold(String::new(), |mut hex, byte| {
        use std::fmt::Write as _;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
