//! Whether the same request is answered with the same headers: those that rules read, without what varies on any server.

use std::collections::{BTreeMap, BTreeSet};

use model::Exchange;

/// Headers that rules read a setting out of. What counts, dates or identifies a response is none of them.
const READ: [&str; 11] = [
    "access-control-allow-credentials",
    "access-control-allow-origin",
    "cache-control",
    "content-security-policy",
    "referrer-policy",
    "server",
    "set-cookie",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "x-powered-by",
];

/// What the headers of a response say, by header.
pub(super) type Manner = BTreeMap<&'static str, BTreeSet<String>>;

/// What the headers of a response say. Words with a digit are ages, nonces and tokens, which vary, and so do values of cookies.
pub(super) fn manner(exchange: &Exchange) -> Manner {
    let headers = exchange.response().into_iter().flat_map(|response| &response.headers);
    let mut manner = Manner::new();
    for (name, value) in headers {
        if let Some(known) = READ.into_iter().find(|known| known.eq_ignore_ascii_case(name)) {
            let said = if known == "set-cookie" { cookie(value) } else { words(value) };
            manner.entry(known).or_default().extend(said);
        }
    }
    manner
}

/// The name of a cookie, and what protects it.
fn cookie(value: &str) -> Vec<String> {
    let (first, rest) = value.split_once(';').unwrap_or((value, ""));
    let name = first.split('=').next().unwrap_or("").trim();
    let protects = |part: &&str| ["secure", "httponly", "samesite"].iter().any(|flag| part.starts_with(flag));
    let rest = rest.to_ascii_lowercase();
    let flags: BTreeSet<&str> = rest.split(';').map(str::trim).filter(protects).collect();
    let name = if has_digit(name) { "" } else { name };
    vec![format!("{name} {}", flags.into_iter().collect::<Vec<_>>().join(" "))]
}

fn words(value: &str) -> Vec<String> {
    let lower = value.to_ascii_lowercase();
    lower.split([' ', ',', ';', '=', '/', '\'']).filter(|w| !w.is_empty() && !has_digit(w)).map(str::to_owned).collect()
}

fn has_digit(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

/// The headers in which these responses differ.
pub(super) fn differing(manners: &[Manner]) -> Vec<&'static str> {
    let differs = |name: &&&str| manners.windows(2).any(|pair| pair[0].get(**name) != pair[1].get(**name));
    READ.iter().filter(differs).copied().collect()
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Request, Response, Scheme};

    use super::*;

    fn said(headers: &[(&str, &str)]) -> Manner {
        let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let outcome = Outcome::Answered(Response::new(200, headers, Vec::new()));
        manner(&Exchange { serial: 0, request: Request::get(&origin, "/a"), outcome, elapsed_us: 0, hops: Vec::new() })
    }

    #[test]
    fn ages_nonces_and_tokens_are_the_same_manner() {
        for (one, other) in [
            (("Cache-Control", "public, max-age=60"), ("cache-control", "public, max-age=3512")),
            (
                ("Content-Security-Policy", "script-src 'nonce-a1'"),
                ("Content-Security-Policy", "script-src 'nonce-b2c'"),
            ),
            (("Set-Cookie", "sid=abc; Path=/; HttpOnly"), ("Set-Cookie", "sid=xyz; HttpOnly; Path=/; Max-Age=7")),
            (("Set-Cookie", "incap_ses_7_41=a"), ("Set-Cookie", "incap_ses_9_88=b")),
            (("X-Request-Id", "abc"), ("Date", "now")),
        ] {
            assert_eq!(differing(&[said(&[one]), said(&[other])]), Vec::<&str>::new(), "{one:?}");
        }
    }

    #[test]
    fn other_settings_are_another_manner() {
        for (one, other) in [
            (("Server", "nginx"), ("Server", "gunicorn")),
            (("Set-Cookie", "sid=a; HttpOnly"), ("Set-Cookie", "sid=a")),
            (("Set-Cookie", "sid=a"), ("Set-Cookie", "tune=a")),
            (("Cache-Control", "no-store"), ("Cache-Control", "max-age=60")),
            (("Access-Control-Allow-Origin", "*"), ("Vary", "Origin")),
        ] {
            assert_eq!(differing(&[said(&[one]), said(&[other])]), [one.0.to_ascii_lowercase()], "{one:?}");
        }
    }
}
