//! The `Set-Cookie` header, read as a browser reads it (RFC 6265 section 5.2), and what a cookie is for.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use model::Exchange;
use regex::Regex;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// One cookie as a server set it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetCookie {
    /// Its name, case-sensitive.
    pub name: String,
    /// Its value without surrounding quotes.
    pub value: String,
    /// `Secure`.
    pub secure: bool,
    /// `HttpOnly`.
    pub http_only: bool,
    /// `SameSite`, lower-case; `None` when absent.
    pub same_site: Option<String>,
    /// `Domain`, without a leading dot.
    pub domain: Option<String>,
    /// `Path`.
    pub path: Option<String>,
    /// How long it is kept, in seconds from the answer's own date; `None` for a session cookie, negative when it is deleted.
    pub lifetime: Option<i64>,
}

/// What a cookie is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It carries or names a session: whoever has it is the user.
    Session,
    /// It logs the user in again: Flask-Login's `remember_token` and its like.
    Remember,
    /// It is a JSON Web Token.
    Jwt,
    /// An anti-forgery token that a script is meant to read.
    Csrf,
    /// Anything else: preferences, statistics, load balancers.
    Other,
}

impl Role {
    /// Whether it authenticates its bearer.
    pub fn authenticates(self) -> bool {
        matches!(self, Role::Session | Role::Remember | Role::Jwt)
    }
}

impl SetCookie {
    /// Reads the value of a `Set-Cookie` header; `now` (Unix seconds) is what `Expires` counts from. `None` without a name.
    pub fn parse(header: &str, now: i64) -> Option<SetCookie> {
        let mut parts = header.split(';');
        let (name, value) = parts.next()?.split_once('=')?;
        let (name, value) = (name.trim(), value.trim().trim_matches('"'));
        if name.is_empty() {
            return None;
        }
        let mut cookie = SetCookie { name: name.to_owned(), value: value.to_owned(), ..SetCookie::default() };
        let mut max_age = None;
        let mut expires = None;
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "secure" => cookie.secure = true,
                "httponly" => cookie.http_only = true,
                "samesite" => cookie.same_site = Some(value.to_ascii_lowercase()),
                "domain" if !value.is_empty() => {
                    cookie.domain = Some(value.trim_start_matches('.').to_ascii_lowercase());
                }
                "path" => cookie.path = Some(value.to_owned()),
                "max-age" => max_age = value.parse::<i64>().ok(),
                "expires" => expires = http_date(value),
                _ => {}
            }
        }
        // Max-Age wins over Expires (RFC 6265 section 5.3).
        cookie.lifetime = max_age.or(expires.map(|at| at - now));
        Some(cookie)
    }

    /// Whether the header takes the cookie away instead of setting it.
    pub fn deletes(&self) -> bool {
        self.value.is_empty() || self.lifetime.is_some_and(|seconds| seconds <= 0)
    }

    /// What the cookie is for, by the structure of its value first and its name second: a renamed session is still one.
    pub fn role(&self) -> Role {
        static SESSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?i)^(?:__host-|__secure-)?(?:(?:[a-z0-9]+[._-])?(?:session|sess|sid)(?:[._-]?(?:id|token|key))?|[a-z0-9]*sessionid|phpsessid|jsessionid|connect\.sid|auth(?:[._-]?token)?|access[._-]?token(?:[._-]cookie)?|refresh[._-]?token(?:[._-]cookie)?|id[._-]?token|user[._-]?token|login[._-]?token|token|jwt)$").ok()
        });
        let lower = self.name.to_ascii_lowercase();
        if lower.contains("csrf") || lower.contains("xsrf") {
            return Role::Csrf;
        }
        match crack::Target::parse(&self.value) {
            Ok(target) => match target.kind() {
                crack::Kind::FlaskSession | crack::Kind::FlaskSessionId | crack::Kind::StarletteSession => {
                    return Role::Session;
                }
                crack::Kind::RememberToken => return Role::Remember,
                crack::Kind::Jwt => return Role::Jwt,
                _ => {}
            },
            Err(_) if crate::text::jwt::Jwt::parse(&self.value).is_some() => return Role::Jwt,
            Err(_) => {}
        }
        if lower.starts_with("remember") || lower.ends_with("remember_me") {
            Role::Remember
        } else if SESSION.as_ref().is_some_and(|regex| regex.is_match(&self.name)) {
            Role::Session
        } else {
            Role::Other
        }
    }
}

/// The cookies that an answer sets, without those it deletes.
pub fn cookies_set(exchange: &Exchange, now: i64) -> Vec<SetCookie> {
    const MOST: usize = 40;
    let Some(response) = exchange.response() else { return Vec::new() };
    let now = response.header("date").and_then(http_date).unwrap_or(now);
    response
        .header_all("set-cookie")
        .take(MOST)
        .filter_map(|header| SetCookie::parse(header, now))
        .filter(|cookie| !cookie.deletes())
        .collect()
}

/// An HTTP date (RFC 9110 section 5.6.7, and the dashes of older servers) as Unix seconds.
pub fn http_date(text: &str) -> Option<i64> {
    let text = text.trim().replace('-', " ").replace("GMT", "+0000").replace("UTC", "+0000");
    OffsetDateTime::parse(&text, &Rfc2822).ok().map(OffsetDateTime::unix_timestamp)
}

/// The JSON object in a cookie's value, itself or in Base64.
pub fn object(value: &str) -> Option<Map<String, Value>> {
    const LONGEST: usize = 8 << 10;
    if value.len() > LONGEST {
        return None;
    }
    let bytes = if value.starts_with('{') {
        value.as_bytes().to_vec()
    } else {
        let text = value.trim_end_matches('=');
        STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?
    };
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// Whether the same answer sets the signature of a cookie as a cookie of its own, as Express's `cookie-session` does (`session.sig`).
pub fn is_signed_beside(cookie: &SetCookie, all: &[SetCookie]) -> bool {
    all.iter().any(|other| other.name.strip_suffix(".sig") == Some(&cookie.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_in_any_case_and_max_age_wins() {
        let cookie = SetCookie::parse(
            "session=\"a.b.c\"; HTTPONLY; path=/; SameSite=Lax; Expires=Wed, 21 Oct 2026 07:28:00 GMT; max-age=60",
            0,
        )
        .unwrap();
        assert_eq!(cookie.value, "a.b.c");
        assert!(cookie.http_only && !cookie.secure);
        assert_eq!(cookie.same_site.as_deref(), Some("lax"));
        assert_eq!(cookie.lifetime, Some(60));
        assert_eq!(SetCookie::parse("nothing", 0), None);
    }

    #[test]
    fn a_signature_may_be_a_cookie_of_its_own() {
        let named = |name: &str| SetCookie { name: name.to_owned(), ..SetCookie::default() };
        let all = ["session", "session.sig", "user"].map(named);
        assert_eq!(all.each_ref().map(|cookie| is_signed_beside(cookie, &all)), [true, false, false]);
    }

    #[test]
    fn dates_of_both_shapes_are_read() {
        assert_eq!(http_date("Wed, 21 Oct 2026 07:28:00 GMT"), Some(1_792_567_680));
        assert_eq!(http_date("Tue, 22-Dec-2026 00:00:00 GMT"), Some(1_797_897_600));
        assert_eq!(http_date("soon"), None);
    }

    #[test]
    fn roles_come_from_structure_and_name() {
        let role = |name: &str, value: &str| {
            SetCookie { name: name.to_owned(), value: value.to_owned(), ..SetCookie::default() }.role()
        };
        let flask = crack::flask_session(b"k", r#"{"a":1}"#, 1_700_000_000);
        assert_eq!(role("shop", &flask), Role::Session);
        assert_eq!(role("PHPSESSID", "abc"), Role::Session);
        assert_eq!(role("__Host-session", "abc"), Role::Session);
        assert_eq!(role("access_token_cookie", "abc"), Role::Session);
        assert_eq!(role("csrf_access_token", "abc"), Role::Csrf);
        assert_eq!(role("remember_token", "abc"), Role::Remember);
        for name in ["theme", "_ga", "lang", "consent", "sidebar", "assessment", "possession_x"] {
            assert_eq!(role(name, "dark"), Role::Other, "{name}");
        }
    }
}
