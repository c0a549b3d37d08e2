//! JSON Web Tokens met in answers and credentials, read without any key (RFC 7519).

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use model::{Credential, Exchange, Location, Target};
use regex::Regex;
use serde_json::{Map, Value};

use crate::ObservedExchange;

/// A token as text and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Jwt {
    /// The compact form: `header.claims.signature`.
    pub token: String,
    /// The header.
    pub header: Map<String, Value>,
    /// `alg` of the header.
    pub algorithm: String,
    /// The claims.
    pub claims: Map<String, Value>,
}

impl Jwt {
    /// Reads a compact token; `None` unless header and claims are JSON objects and the header names an algorithm.
    pub fn parse(text: &str) -> Option<Jwt> {
        const LONGEST: usize = 16 << 10;
        if text.len() > LONGEST {
            return None;
        }
        let mut parts = text.split('.');
        let (header, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let header = object(header)?;
        let algorithm = header.get("alg")?.as_str()?.to_owned();
        Some(Jwt { token: text.to_owned(), header, algorithm, claims: object(claims)? })
    }

    /// A numeric date claim (RFC 7519 section 2), in Unix seconds.
    pub fn date(&self, claim: &str) -> Option<i64> {
        let value = self.claims.get(claim)?;
        value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64))
    }

    /// Its claims, unchanged, under its header with these members, signed by HS256 with this key; one of the members may call it otherwise.
    pub fn signed_again(&self, members: &[(&str, &str)], key: &[u8]) -> String {
        let mut header = self.header.clone();
        header.insert("alg".to_owned(), Value::from("HS256"));
        header.extend(members.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))));
        let text = |object: Map<String, Value>| Value::Object(object).to_string();
        crack::jwt_hs(crack::Algorithm::Hs256, key, &text(header), &text(self.claims.clone()))
    }

    /// Whether it only serves to get another token.
    pub fn is_refresh(&self) -> bool {
        ["type", "typ", "token_type", "token_use"]
            .iter()
            .filter_map(|claim| self.claims.get(*claim).and_then(Value::as_str))
            .any(|kind| kind.eq_ignore_ascii_case("refresh"))
    }

    /// The token that half of all tutorials print: it stands in documentation and admits nobody.
    fn is_sample(&self) -> bool {
        self.claims.get("sub").and_then(Value::as_str) == Some("1234567890")
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).or_else(|_| URL_SAFE.decode(part)).ok()?;
    match serde_json::from_slice(&bytes).ok()? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// The tokens that an answer hands out: in its headers, its cookies, and its body when that is JSON and no API description, or a token by
/// itself.
pub fn issued(exchange: &Exchange) -> Vec<Jwt> {
    let Some(response) = exchange.response() else { return Vec::new() };
    let mut texts: Vec<String> = response
        .headers
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("location"))
        .map(|(_, value)| value.clone())
        .collect();
    let described = |json: &Value| json.get("openapi").is_some() || json.get("swagger").is_some();
    if response.json().as_deref().is_some_and(|json| !described(json)) {
        texts.push(response.text().into_owned());
    }
    // A text of nothing but a token is no documentation.
    let text = response.text();
    if response.media_type() == "text/plain"
        && text.trim().split('.').count() == 3
        && !text.trim().contains(char::is_whitespace)
    {
        texts.push(text.into_owned());
    }
    found_in(&texts)
}

/// The tokens that stand in an answer of any kind, such as the example of an API description or a page: whether they are more than an
/// illustration shows only where one is accepted.
pub fn shown(exchange: &Exchange) -> Vec<Jwt> {
    exchange.response().map(|response| found_in(&[response.text().into_owned()])).unwrap_or_default()
}

/// The tokens among the credentials that the user gave.
pub fn given(target: &Target) -> Vec<Jwt> {
    let texts: Vec<String> = target
        .identities
        .iter()
        .flat_map(|identity| {
            let credential = match &identity.credential {
                Some(Credential::Bearer(secret) | Credential::Cookie(secret)) => Some(secret.expose().to_owned()),
                Some(Credential::ApiKey { value, .. }) => Some(value.expose().to_owned()),
                Some(Credential::Basic { .. }) | None => None,
            };
            credential.into_iter().chain(identity.headers.iter().map(|(_, value)| value.expose().to_owned()))
        })
        .collect();
    found_in(&texts)
}

/// The tokens of an exchange with where a finding on them is: handed out by the answer, or sent along as the user's credentials.
pub fn observed(observed: &ObservedExchange<'_>) -> Vec<(Jwt, Location)> {
    let handed_out = issued(observed.exchange).into_iter().map(|jwt| (jwt, observed.location()));
    let credentials = observed.exchange.request.identity.as_ref().map(|_| given(observed.target)).unwrap_or_default();
    let sent = credentials.into_iter().map(|jwt| (jwt, Location::host().parameter("header", "Authorization")));
    handed_out.chain(sent).collect()
}

fn found_in(texts: &[String]) -> Vec<Jwt> {
    const MOST: usize = 8;
    static SHAPE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]+={0,2}\.[A-Za-z0-9_-]*").ok());
    let Some(shape) = SHAPE.as_ref() else { return Vec::new() };
    let mut found: Vec<Jwt> = Vec::new();
    for text in texts {
        for hit in shape.find_iter(text).take(MOST) {
            if let Some(jwt) = Jwt::parse(hit.as_str())
                && !jwt.is_sample()
                && found.iter().all(|known| known.token != jwt.token)
            {
                found.push(jwt);
            }
        }
    }
    found
}

/// The same signed value with every letter and digit of its signature moved to its neighbour, but for the last: in Base64 its low bits
/// have to be zero, and strict readers refuse others before they look at the signature.
pub fn with_wrong_signature(value: &str) -> String {
    let at = value.rfind('.').map_or(0, |at| at + 1);
    let last = value.char_indices().next_back().map_or(0, |(last, _)| last).max(at);
    let moved = value[at..last].chars().map(|c| match c {
        'z' | 'f' => 'a',
        'Z' => 'A',
        '9' => '0',
        'a'..='y' | 'A'..='Y' | '0'..='8' => char::from_u32(u32::from(c) + 1).unwrap_or(c),
        other => other,
    });
    value[..at].chars().chain(moved).chain(value[last..].chars()).collect()
}

/// The same claims under a header that says they are not signed, spelled so, and without a signature.
pub fn unsigned(token: &str, none: &str) -> Option<String> {
    let claims = token.split('.').nth(1)?;
    let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{none}","typ":"JWT"}}"#));
    Some(format!("{header}.{claims}."))
}

#[cfg(test)]
mod tests {
    use model::{Method, Origin, Outcome, Request, Response, Scheme};

    use super::*;

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    fn response(kind: &str, body: &str) -> Exchange {
        let origin = Origin { scheme: Scheme::Http, host: "h".to_owned(), port: 80 };
        let headers = vec![("Content-Type".to_owned(), kind.to_owned())];
        Exchange {
            serial: 0,
            request: Request::new(Method::GET, &origin, "/"),
            outcome: Outcome::Answered(Response::new(200, headers, body.as_bytes().to_vec())),
            elapsed_us: 0,
            hops: Vec::new(),
        }
    }

    #[test]
    fn tokens_are_found_in_json_and_not_in_descriptions() {
        let token = crack::jwt_hs(crack::Algorithm::Hs256, b"k", HEADER, r#"{"sub":"7","exp":5}"#);
        let found = issued(&response("application/json", &format!(r#"{{"token":"{token}"}}"#)));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].algorithm.as_str(), found[0].date("exp")), ("HS256", Some(5)));
        assert!(issued(&response("application/json", &format!(r#"{{"openapi":"3.0.0","x":"{token}"}}"#))).is_empty());
        assert!(issued(&response("text/html", &token)).is_empty());
        assert_eq!(shown(&response("text/html", &format!("<code>{token}</code>")))[0].token, token);
        assert!(Jwt::parse("a.b.c").is_none() && Jwt::parse("").is_none());
        let again = Jwt::parse(&found[0].signed_again(&[("kid", "1")], b"other")).unwrap();
        assert_eq!((&again.header["kid"], &again.claims), (&"1".into(), &found[0].claims));
        assert!(crack::Target::parse(&again.token).unwrap().verify(b"other"));
    }

    #[test]
    fn only_the_signature_changes() {
        assert_eq!(with_wrong_signature("a.b.azZ9f-x"), "a.b.baA0a-x");
        assert_eq!(with_wrong_signature("a."), "a.");
        assert_eq!(with_wrong_signature(""), "");
        let made = Jwt::parse(&unsigned("x.eyJzdWIiOiI3In0.y", "none").unwrap()).unwrap();
        assert_eq!((made.algorithm.as_str(), made.claims["sub"].as_str()), ("none", Some("7")));
    }
}
