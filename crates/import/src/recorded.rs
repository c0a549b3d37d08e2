use model::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A request as a file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The method.
    pub method: Method,
    /// Scheme, host and port, lower-case, as in `https://api.example.com`; `None` where the file leaves it open.
    pub origin: Option<String>,
    /// Path and query; `{name}` stands for a value that the file leaves open.
    pub target: String,
    /// Examples of what is left open, by name.
    pub values: Vec<(String, String)>,
    /// The media type of the body.
    pub media_type: Option<String>,
    /// The body, empty for none.
    pub body: Vec<u8>,
    /// What the file calls it.
    pub name: String,
}

impl Default for Recorded {
    fn default() -> Recorded {
        Recorded {
            method: Method::GET,
            origin: None,
            target: "/".to_owned(),
            values: Vec::new(),
            media_type: None,
            body: Vec::new(),
            name: String::new(),
        }
    }
}

impl Recorded {
    /// A request of a URL: absolute, or a path.
    pub(crate) fn of(method: &str, url: &str) -> Option<Recorded> {
        let (origin, rest) = split(url)?;
        let target = rest.split('#').next().unwrap_or("");
        let slash = if target.starts_with('/') { "" } else { "/" };
        let target = format!("{slash}{}", printable(target));
        Some(Recorded { method: method_of(method)?, origin, target, ..Recorded::default() })
    }

    /// With a body of this media type; the type is a guess by the body where nothing says it.
    pub(crate) fn with_body(self, media_type: Option<&str>, body: impl Into<Vec<u8>>) -> Recorded {
        let body = body.into();
        let stated = media_type.map(str::trim).filter(|media| !media.is_empty());
        let guessed = || {
            let first = body.iter().find(|b| !b.is_ascii_whitespace())?;
            Some(if matches!(first, b'{' | b'[') { "application/json" } else { "application/x-www-form-urlencoded" })
        };
        let media_type = stated.or_else(guessed).map(str::to_owned);
        Recorded { media_type, body, ..self }
    }
}

/// Methods are upper-case by custom, and files write them as they like. `None` for what is no word.
fn method_of(text: &str) -> Option<Method> {
    let text = text.trim();
    let is_word = text.len() <= 20 && text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
    is_word.then(|| if text.is_empty() { Method::GET } else { Method::new(&text.to_ascii_uppercase()) })
}

/// A target without blanks and control characters, which would end it.
fn printable(target: &str) -> String {
    let is_kept = |c: char| !c.is_control() && !c.is_whitespace();
    target
        .chars()
        .map(
            |c| {
                if is_kept(c) {
                    c.to_string()
                } else {
                    utf8_percent_encode(&c.to_string(), NON_ALPHANUMERIC).to_string()
                }
            },
        )
        .collect()
}

/// The origin and the rest of a URL; `None` for another scheme than HTTP's.
pub(crate) fn split(url: &str) -> Option<(Option<String>, &str)> {
    let url = url.trim();
    let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| !scheme.contains(['/', '?'])) else {
        return Some((None, url));
    };
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https") {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest[..end].rsplit('@').next().unwrap_or("").to_ascii_lowercase();
    let default = if scheme == "http" { ":80" } else { ":443" };
    let authority = authority.strip_suffix(default).unwrap_or(&authority);
    (!authority.is_empty()).then(|| (Some(format!("{scheme}://{authority}")), &rest[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_split_into_origin_and_target() {
        let of = |url: &str| Recorded::of("get", url).map(|r| (r.origin.unwrap_or_default(), r.target));
        let expected = |origin: &str, target: &str| Some((origin.to_owned(), target.to_owned()));
        assert_eq!(of("HTTPS://User:Pw@API.example:443/a?b=c#d"), expected("https://api.example", "/a?b=c"));
        assert_eq!(of("http://127.0.0.1:5000?x=http://y"), expected("http://127.0.0.1:5000", "/?x=http://y"));
        assert_eq!(of("/users/{id}?next=http://x/"), expected("", "/users/{id}?next=http://x/"));
        assert_eq!(of("ws://x/"), None);
    }
}
