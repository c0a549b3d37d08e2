use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::Value;

use crate::Truncation;

/// One HTTP response as received: bytes as they came, decoded lazily.
#[derive(Debug, Default)]
pub struct Response {
    /// 100-999.
    pub status: u16,
    /// The reason phrase of HTTP/1.x, empty for HTTP/2.
    pub reason: String,
    /// `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub version: &'static str,
    /// Headers in the order of arrival, names as sent, values as bytes decoded from ISO-8859-1.
    pub headers: Vec<(String, String)>,
    /// The body after content decoding, up to the cap.
    pub body: Vec<u8>,
    /// Why the body is incomplete, if it is.
    pub truncated: Option<Truncation>,
    json: OnceLock<Option<Value>>,
}

impl Response {
    /// A response of these parts.
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Response {
        Response { status, headers, body, version: "HTTP/1.1", ..Response::default() }
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Every header of this name.
    pub fn header_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The media type without parameters, lower-case; empty when absent.
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or("");
        value.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
    }

    /// Whether the declared type is JSON (`application/json`, `text/json` or a `+json` suffix, RFC 6839).
    pub fn is_json(&self) -> bool {
        let media = self.media_type();
        media == "application/json" || media == "text/json" || media.ends_with("+json")
    }

    /// Whether the declared type is HTML.
    pub fn is_html(&self) -> bool {
        matches!(self.media_type().as_str(), "text/html" | "application/xhtml+xml")
    }

    /// The first 256 KiB of the body as text, invalid UTF-8 replaced. Dozens of rules read every answer; what tells something
    /// about an API stands well before that.
    pub fn text(&self) -> Cow<'_, str> {
        const READ: usize = 256 * 1024;
        String::from_utf8_lossy(&self.body[..self.body.len().min(READ)])
    }

    /// The body parsed as JSON, whatever its declared type; parsed once.
    pub fn json(&self) -> Option<&Value> {
        self.json
            .get_or_init(|| {
                let first = self.body.iter().find(|b| !b.is_ascii_whitespace())?;
                if !matches!(first, b'{' | b'[' | b'"' | b'0'..=b'9' | b'-' | b't' | b'f' | b'n') {
                    return None;
                }
                serde_json::from_slice(&self.body).ok()
            })
            .as_ref()
    }

    /// 200-299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// 301, 302, 303, 307 or 308.
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }
}
