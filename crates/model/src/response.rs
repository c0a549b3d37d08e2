use std::sync::Arc;

use crate::{BodyBytes, BodyCache, BodyText, Json, StoredBody, Truncation};

/// One HTTP response as received.
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
    /// Why the body is incomplete, if it is.
    pub truncated: Option<Truncation>,
    /// The body after content decoding, up to the cap.
    body: Arc<StoredBody>,
}

impl Response {
    /// A response of these parts.
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Response {
        let body = Arc::new(StoredBody::new(body));
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

    /// The same response with this body.
    #[must_use]
    pub fn with_body(self, body: Vec<u8>) -> Response {
        Response { body: Arc::new(StoredBody::new(body)), ..self }
    }

    /// Hands the memory that the body takes to its owner.
    pub fn keep_in(&self, cache: &Arc<BodyCache>) {
        cache.admit(&self.body);
    }

    /// Gives up all but the first KiB of the body, for good, when nobody needs it any more. Its length stays known.
    pub fn reduce_body(&self) {
        self.body.reduce();
    }

    /// The length of the body in bytes.
    pub fn body_len(&self) -> usize {
        self.body.len()
    }

    /// The body after content decoding, up to the cap.
    pub fn body(&self) -> BodyBytes {
        self.body.bytes()
    }

    /// The first 256 KiB of the body as text, invalid UTF-8 replaced.
    pub fn text(&self) -> BodyText {
        self.body.text()
    }

    /// The body parsed as JSON, whatever its declared type; of a very large one the beginning (see [`crate::LARGEST_TREE`]).
    pub fn json(&self) -> Option<Json> {
        self.body.json()
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
