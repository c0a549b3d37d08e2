//! Reads requests that other tools recorded or list: Postman collections, HAR archives, Burp exports, curl commands, lists of URLs, the
//! table of `flask routes`.
//!
//! Pure: bytes in, values out. Credentials that stand in such files are left out: a scan sends those that it was given, and only to the
//! target.

mod burp;
mod curl;
mod error;
mod flask_routes;
mod har;
mod imported;
mod kind;
mod lines;
mod postman;
mod recorded;
mod text;
mod words;

pub use error::ImportError;
pub use imported::Imported;
pub use kind::Kind;
pub use recorded::Recorded;

/// Most requests that are read of one file.
pub const MOST: usize = 20_000;

/// Reads a file of any of the kinds, recognised by its content.
///
/// # Errors
/// It is of no kind that is known, or of one that lists no HTTP requests, or is broken; with the line.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let kind = kind::of(bytes)?;
    let mut requests = match kind {
        Kind::Postman => postman::read(bytes)?,
        Kind::Har => har::read(bytes)?,
        Kind::Burp => burp::read(bytes)?,
        Kind::Curl => curl::read(text::of(bytes)?)?,
        Kind::FlaskRoutes => flask_routes::read(text::of(bytes)?)?,
        Kind::Lines => lines::read(text::of(bytes)?)?,
    };
    let left_out = requests.len().saturating_sub(MOST);
    requests.truncate(MOST);
    Ok(Imported { kind, requests, left_out })
}
