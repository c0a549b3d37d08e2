use std::fmt;

/// Why a file cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// The line, from 1, where it can be said.
    pub line: Option<usize>,
    /// What is wrong, and what would be right.
    pub why: String,
}

impl ImportError {
    pub(crate) fn new(why: impl Into<String>) -> ImportError {
        ImportError { line: None, why: why.into() }
    }

    pub(crate) fn at(line: usize, why: impl Into<String>) -> ImportError {
        ImportError { line: Some(line), why: why.into() }
    }

    /// A fault of JSON without its own words for the place.
    pub(crate) fn json(error: &serde_json::Error) -> ImportError {
        let text = error.to_string();
        let why = text.split(" at line ").next().unwrap_or(&text);
        ImportError::at(error.line().max(1), format!("{why} (column {})", error.column()))
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

impl std::error::Error for ImportError {}
