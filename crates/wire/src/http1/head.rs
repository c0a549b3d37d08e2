//! The head of an HTTP/1.x response, read as tolerantly as clients in use do.

use httparse::{EMPTY_HEADER, ParserConfig, Status};
use model::Failure;

use crate::Limits;

/// A response head.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) reason: String,
    /// Whether it says HTTP/1.1 rather than 1.0.
    pub(crate) persistent: bool,
    /// Names as sent, values as ISO-8859-1, in order.
    pub(crate) headers: Vec<(String, String)>,
}

impl Head {
    /// The parts of every header of this name, split at commas, trimmed.
    pub(crate) fn list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let values = self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name));
        values.flat_map(|(_, value)| value.split(',')).map(str::trim)
    }
}

pub(crate) fn malformed(why: impl Into<String>) -> Failure {
    Failure::Malformed(why.into())
}

/// Where the head ends, if it does; looks from `from` on.
pub(crate) fn end(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.iter().enumerate().filter(|(_, b)| **b == b'\n').find_map(|(at, _)| match rest.get(at + 1..)? {
        [b'\n', ..] => Some(from + at + 2),
        [b'\r', b'\n', ..] => Some(from + at + 3),
        _ => None,
    })
}

/// Whether the first bytes may become a response of HTTP/1.x. HTTP/0.9 and other protocols are told at once.
pub(crate) fn check_start(bytes: &[u8]) -> Result<(), Failure> {
    const START: &[u8] = b"HTTP/1.";
    let first = &bytes[..bytes.len().min(START.len())];
    if START.starts_with(first) {
        return Ok(());
    }
    let shown: String =
        bytes.iter().take(24).map(|b| if b.is_ascii_graphic() || *b == b' ' { char::from(*b) } else { '.' }).collect();
    Err(malformed(format!("it began with {shown:?}")))
}

/// Reads a whole head.
pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> Result<Head, Failure> {
    let mut slots = vec![EMPTY_HEADER; limits.headers];
    let mut response = httparse::Response::new(&mut slots);
    let parsed = ParserConfig::default()
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .ignore_invalid_headers_in_responses(true)
        .parse_response(&mut response, bytes);
    match parsed {
        Ok(Status::Complete(_)) => {}
        Ok(Status::Partial) => return Err(malformed("its head is incomplete")),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(malformed(format!("it has more than {} headers", limits.headers)));
        }
        Err(error) => return Err(malformed(error.to_string())),
    }
    let status = response.code.unwrap_or(0);
    if status < 100 {
        return Err(malformed(format!("its status is {status:03}")));
    }
    let headers = response.headers.iter().map(|h| (h.name.to_owned(), unfolded(h.value))).collect();
    Ok(Head {
        status,
        reason: response.reason.unwrap_or_default().to_owned(),
        persistent: response.version == Some(1),
        headers,
    })
}

/// A value with line folds (RFC 9112, section 5.2) made spaces.
fn unfolded(value: &[u8]) -> String {
    let mut text = String::with_capacity(value.len());
    let mut folding = false;
    for byte in value {
        match byte {
            b'\r' | b'\n' => folding = true,
            b' ' | b'\t' if folding => {}
            _ => {
                if std::mem::take(&mut folding) {
                    text.push(' ');
                }
                text.push(char::from(*byte));
            }
        }
    }
    text
}
