use std::sync::Arc;

use crate::{Confidence, Exchange, Location, Rule, Secret};

/// What shows that a finding is true.
#[derive(Debug, Clone)]
pub enum Evidence {
    /// An exchange in which it was seen.
    Exchange {
        /// The exchange.
        exchange: Arc<Exchange>,
        /// The telling part, or a sentence on what it shows. Redacted again before it leaves the process.
        excerpt: String,
    },
    /// A place in the source where it stands.
    Source {
        /// The file, relative to the source directory.
        file: String,
        /// The line, from 1.
        line: u32,
        /// The telling part, or a sentence on what it shows. Redacted again before it leaves the process.
        excerpt: String,
    },
}

impl Evidence {
    /// An excerpt of an exchange, cut to 400 characters.
    pub fn new(exchange: &Arc<Exchange>, excerpt: impl AsRef<str>) -> Evidence {
        Evidence::Exchange { exchange: Arc::clone(exchange), excerpt: cut(excerpt.as_ref()) }
    }

    /// An excerpt of a source file, cut to 400 characters.
    pub fn in_source(file: impl Into<String>, line: u32, excerpt: impl AsRef<str>) -> Evidence {
        Evidence::Source { file: file.into(), line, excerpt: cut(excerpt.as_ref()) }
    }

    /// The telling part, or a sentence on what it shows.
    pub fn excerpt(&self) -> &str {
        let (Evidence::Exchange { excerpt, .. } | Evidence::Source { excerpt, .. }) = self;
        excerpt
    }

    /// The exchange, if it is one.
    pub fn exchange(&self) -> Option<&Arc<Exchange>> {
        match self {
            Evidence::Exchange { exchange, .. } => Some(exchange),
            Evidence::Source { .. } => None,
        }
    }

    /// The same with these words before its excerpt.
    #[must_use]
    pub fn introduced_by(mut self, words: &str) -> Evidence {
        let (Evidence::Exchange { excerpt, .. } | Evidence::Source { excerpt, .. }) = &mut self;
        *excerpt = cut(&format!("{words}: {excerpt}"));
        self
    }
}

fn cut(excerpt: &str) -> String {
    const LONGEST: usize = 400;
    match excerpt.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &excerpt[..at]),
        None => excerpt.to_owned(),
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
