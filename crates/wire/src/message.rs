//! A request as it goes on the wire: the scan's own headers and the identity's credentials added.

use bytes::Bytes;
use http_body_util::Full;
use model::{Method, Origin, Request};

use crate::proxy::Proxy;
use crate::{Mandate, credentials};

/// How the scanner names itself.
const USER_AGENT: &str =
    concat!("middlebrick/", env!("CARGO_PKG_VERSION"), " (+https://github.com/middlebrick/middlebrick)");

/// Methods whose requests announce a body even when they have none (RFC 9110, section 8.6).
const WITH_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

/// Headers that HTTP/2 does not have, or that must not differ from what it says itself (RFC 9113, section 8.2.2).
const NOT_IN_HTTP2: [&str; 9] = [
    "host",
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
    "te",
    "content-length",
    "expect",
];

/// A request ready for a connection.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) method: Method,
    pub(crate) origin: Origin,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Bytes,
    /// Whether it says something of its own about the connection or its own length, or is not what RFC 9112 allows: then the
    /// connection is given up after it.
    pub(crate) odd: bool,
}

/// Why a request cannot be sent without becoming two, if so.
pub(crate) fn refusal(request: &Request) -> Option<String> {
    let breaks = |bytes: &[u8]| bytes.iter().any(|b| matches!(b, b'\r' | b'\n' | 0));
    if breaks(request.method.as_str().as_bytes()) || breaks(request.target.as_bytes()) {
        return Some("a line break or NUL in the request line".to_owned());
    }
    let header = request.headers.iter().find(|(name, value)| breaks(name.as_bytes()) || breaks(value))?;
    Some(format!("a line break or NUL in the header {:?}", header.0))
}

impl Message {
    /// The message for a request.
    pub(crate) fn of(request: &Request, mandate: &Mandate) -> Message {
        let mut full = request.clone();
        if let Some(identity) = request.identity.as_ref().and_then(|name| mandate.identity(name)) {
            credentials::apply(identity, &mut full);
        }
        let has = |name: &str| full.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
        let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
        let mut add = |name: &str, value: String| {
            if !has(name) {
                headers.push((name.to_owned(), value.into_bytes()));
            }
        };
        add("Host", full.origin.authority());
        add("User-Agent", USER_AGENT.to_owned());
        add("X-Middlebrick-Scan", mandate.scan_id.clone());
        add("Accept", "*/*".to_owned());
        add("Accept-Encoding", "gzip, deflate".to_owned());
        let odd = ["connection", "transfer-encoding", "content-length", "expect", "upgrade"].into_iter().any(has)
            || !is_ordinary(&full);
        if odd {
            add("Connection", "close".to_owned());
        }
        if !has("transfer-encoding") && (!full.body.is_empty() || WITH_BODY.contains(&full.method.as_str())) {
            add("Content-Length", full.body.len().to_string());
        }
        headers.extend(full.headers);
        let Request { method, origin, target, body, .. } = full;
        Message { method, origin, target, headers, body: Bytes::from(body), odd }
    }

    /// Whether HTTP itself says that sending it twice does no more than sending it once.
    pub(crate) fn may_be_repeated(&self) -> bool {
        self.method.is_safe()
    }

    /// The head for HTTP/1.1, byte for byte as asked; for a proxy the target names the origin (RFC 9112, section 3.2.2).
    pub(crate) fn head(&self, proxy: Option<&Proxy>) -> Vec<u8> {
        let mut head = Vec::with_capacity(512);
        head.extend_from_slice(self.method.as_str().as_bytes());
        head.push(b' ');
        if proxy.is_some() && !self.target.starts_with("http://") {
            head.extend_from_slice(self.origin.to_string().as_bytes());
            head.extend_from_slice(self.target.trim_start_matches('*').as_bytes());
        } else {
            head.extend_from_slice(self.target.as_bytes());
        }
        head.extend_from_slice(b" HTTP/1.1\r\n");
        let mut add = |name: &str, value: &[u8]| {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        };
        for (name, value) in &self.headers {
            add(name, value);
        }
        if let Some(authorization) = proxy.and_then(|proxy| proxy.authorization.as_deref()) {
            add("Proxy-Authorization", authorization.as_bytes());
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// The same for HTTP/2, if it can carry it unchanged.
    pub(crate) fn for_http2(&self, asked: &Request) -> Option<hyper::Request<Full<Bytes>>> {
        let plain = |name: &str| !NOT_IN_HTTP2.iter().any(|own| name.eq_ignore_ascii_case(own));
        if self.odd || !self.target.starts_with('/') || !asked.headers.iter().all(|(name, _)| plain(name)) {
            return None;
        }
        let target: http::uri::PathAndQuery = self.target.parse().ok()?;
        if target.as_str() != self.target {
            return None;
        }
        let uri = http::Uri::builder().scheme("https").authority(self.origin.authority()).path_and_query(target);
        let mut builder = hyper::Request::builder().method(self.method.as_str()).uri(uri.build().ok()?);
        for (name, value) in self.headers.iter().filter(|(name, _)| plain(name)) {
            builder = builder.header(name, value.as_slice());
        }
        builder.body(Full::new(self.body.clone())).ok()
    }
}

/// Whether the request line and the headers are what RFC 9112 allows. What is not may confuse a server about where it ends.
fn is_ordinary(request: &Request) -> bool {
    let is_token = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    is_token(request.method.as_str())
        && !request.target.is_empty()
        && request.target.bytes().all(|b| b > b' ' && b < 0x7f)
        && request.headers.iter().all(|(name, value)| is_token(name) && value.iter().all(|b| *b >= b' ' || *b == b'\t'))
}
