use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Method, Origin};

/// What a request carries of ours beyond the operation's own values: where, under which name, and the payload.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Altered {
    /// `path`, `query`, `header`, `cookie`, `body` or `method`.
    pub place: String,
    /// The parameter, header or cookie; the method's name for `method`.
    pub name: String,
    /// What was put there.
    pub payload: String,
}

/// One HTTP request as it is to be put on the wire, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Any token.
    pub method: Method,
    /// Where it goes.
    pub origin: Origin,
    /// The raw request target: path and query exactly as sent, never normalised.
    pub target: String,
    /// Headers in order; values are bytes because HTTP allows 0x80-0xff there. `Host`, `User-Agent` and the scan's own headers
    /// are added by `wire` when absent.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, empty for none.
    pub body: Vec<u8>,
    /// Whose credentials to send: the name of an identity, `None` for anonymous.
    pub identity: Option<String>,
    /// Whether redirects within the scope are followed (at most five; every hop is kept).
    pub follow: bool,
    /// Whether the answer of an identical earlier request will do. Off for bursts and timings.
    pub shared: bool,
    /// Whether the answer may be as large as a specification document.
    pub large: bool,
    /// What was altered by a check. A request without alterations is clean.
    pub altered: Vec<Altered>,
}

impl Request {
    /// A clean, anonymous, shared request without headers or body that follows no redirect.
    pub fn new(method: Method, origin: &Origin, target: impl Into<String>) -> Request {
        Request {
            method,
            origin: origin.clone(),
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
            identity: None,
            follow: false,
            shared: true,
            large: false,
            altered: Vec::new(),
        }
    }

    /// `GET target`.
    pub fn get(origin: &Origin, target: impl Into<String>) -> Request {
        Request::new(Method::GET, origin, target)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Request {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the body and its media type.
    #[must_use]
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Request {
        self.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        self.headers.push(("Content-Type".to_owned(), media_type.as_bytes().to_vec()));
        self.body = body.into();
        self
    }

    /// Sends no credentials.
    #[must_use]
    pub fn anonymous(mut self) -> Request {
        self.identity = None;
        self
    }

    /// Sends the credentials of this identity.
    #[must_use]
    pub fn identity(mut self, name: &str) -> Request {
        self.identity = Some(name.to_owned());
        self
    }

    /// Follows redirects within the scope.
    #[must_use]
    pub fn follow(mut self) -> Request {
        self.follow = true;
        self
    }

    /// Is really sent, whatever was sent before.
    #[must_use]
    pub fn fresh(mut self) -> Request {
        self.shared = false;
        self
    }

    /// Notes a payload of ours, so that passive detectors do not find our own echo.
    #[must_use]
    pub fn altered(mut self, place: &str, name: &str, payload: &str) -> Request {
        self.altered.push(Altered { place: place.to_owned(), name: name.to_owned(), payload: payload.to_owned() });
        self
    }

    /// Whether nothing in it is a payload of ours.
    pub fn is_clean(&self) -> bool {
        self.altered.is_empty()
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split(['?', '#']).next().unwrap_or("")
    }

    /// The absolute URL.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, self.target)
    }

    /// The first header of this name, when it is text.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).and_then(|(_, v)| std::str::from_utf8(v).ok())
    }
}
