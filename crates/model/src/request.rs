use crate::{Method, Origin};

/// What a request carries of ours beyond the operation's own values. Only [`Request::altered`] and its kin make one, so that what a check
/// added is told from what the target wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Altered {
    /// `path`, `query`, `header`, `cookie`, `body` or `method`.
    pub place: String,
    /// The parameter, header or cookie; the method's name for `method`.
    pub name: String,
    /// The whole value that was put there, for telling echoes. The target may have written a part of it.
    pub value: String,
    /// What the check added to the target's own value: this is nobody's secret.
    pub payload: String,
}

impl Altered {
    /// A value that a check put in the place of `own`, the target's. What is left without that, or without the common beginning and end
    /// of both, is the check's.
    fn of(place: &str, name: &str, value: &str, own: &str) -> Altered {
        /// Shorter texts are no secret, and common by chance.
        const SHORTEST: usize = 3;
        let payload = if own.chars().count() < SHORTEST {
            value.to_owned()
        } else if let Some((before, after)) = value.split_once(own) {
            let gap = if before.is_empty() || after.is_empty() { "" } else { "…" };
            format!("{before}{gap}{after}")
        } else {
            let same = |(a, b): &(char, char)| a == b;
            let length = |pairs: &mut dyn Iterator<Item = (char, char)>| {
                let common: Vec<char> = pairs.take_while(same).map(|(a, _)| a).collect();
                if common.len() < SHORTEST { 0 } else { common.iter().map(|c| c.len_utf8()).sum() }
            };
            let start = length(&mut value.chars().zip(own.chars()));
            let rest = &value[start..];
            let end = rest.len() - length(&mut rest.chars().rev().zip(own.chars().rev()));
            rest[..end].to_owned()
        };
        Altered { place: place.to_owned(), name: name.to_owned(), value: value.to_owned(), payload }
    }
}

/// When the answer of an identical earlier request will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// Never: bursts and timings.
    Never,
    /// When it changes nothing.
    Reading,
    /// Even when it may change something: whoever sends it asks for the same, and once is enough.
    Always,
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
    /// Whether the answer of an identical earlier request will do.
    pub shared: Shared,
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
            shared: Shared::Reading,
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
        self.shared = Shared::Never;
        self
    }

    /// Is sent once for everybody who sends the same, whatever it may change.
    #[must_use]
    pub fn once(mut self) -> Request {
        self.shared = Shared::Always;
        self
    }

    /// Notes a payload of ours, so that passive detectors do not find our own echo. Nothing of it was written by the target.
    #[must_use]
    pub fn altered(self, place: &str, name: &str, payload: &str) -> Request {
        self.altered_from(place, name, payload, "")
    }

    /// Notes a value that was made of `own`, which the target wrote: a default with a quote behind it, a cookie with another end.
    #[must_use]
    pub fn altered_from(mut self, place: &str, name: &str, value: &str, own: &str) -> Request {
        self.altered.push(Altered::of(place, name, value, own));
        self
    }

    /// Notes these words instead of the values under a name: a guessed password that may be in use, a token.
    #[must_use]
    pub fn altered_untold(mut self, name: &str, words: &str) -> Request {
        for altered in self.altered.iter_mut().filter(|altered| altered.name == name) {
            *altered = Altered::of(&altered.place, name, words, "");
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_check_added_is_told_from_what_the_target_wrote() {
        for (value, own, payload) in [
            ("kelp-77' OR 1=1--", "kelp-77", "' OR 1=1--"),
            ("/etc/passwd", "kelp-77", "/etc/passwd"),
            ("{\"$ne\":\"kelp-77\"}", "kelp-77", "{\"$ne\":\"…\"}"),
            ("eyJhbGci.eyJzdWIi.AAAA", "eyJhbGci.eyJzdWIi.c2ln", "AAAA"),
            ("root.kelp-77", "ann.kelp-77", "root"),
            ("kelp-77", "kelp-77", ""),
            ("kelp-é7", "kelp-è7", "é7"),
            ("1' OR 1=1--", "1", "1' OR 1=1--"),
            ("x", "", "x"),
        ] {
            let altered = Altered::of("query", "q", value, own);
            assert_eq!((altered.payload.as_str(), altered.value.as_str()), (payload, value));
        }
    }
}
