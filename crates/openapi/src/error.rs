use std::fmt;

/// Why bytes are not an OpenAPI document, told to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// A sentence without its full stop.
    pub message: String,
    /// Line, counted from 1, where it is known.
    pub line: Option<u64>,
    /// Column, counted from 1, where it is known.
    pub column: Option<u64>,
}

impl ParseError {
    pub(crate) fn new(message: impl Into<String>) -> ParseError {
        ParseError { message: message.into(), line: None, column: None }
    }

    pub(crate) fn at(message: impl Into<String>, line: u64, column: u64) -> ParseError {
        ParseError { message: message.into(), line: Some(line), column: Some(column) }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "{} (line {line}, column {column})", self.message),
            _ => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ParseError {}
