//! Credentials that responses to a login or a registration issue.

use model::{Credential, Exchange, ParameterIn, Secret, SecurityScheme, Surface};
use serde_json::Value;

use crate::vocabulary::fields::{self, Holds};

/// Tokens are at least so long, in characters.
const SHORTEST: usize = 8;

/// And at most.
const LONGEST: usize = 4_096;

/// The credentials that a response issues, the likeliest first: a token of its body in the place that the document declares, or else as
/// bearer token (RFC 6750); a token of its headers; its cookies, with those that were sent along: a session may be the same before and
/// after.
pub fn by(response: &Exchange, surface: &Surface) -> Vec<Credential> {
    let mut all: Vec<Credential> = Vec::new();
    if let Some((name, token)) = in_body(response) {
        all.extend(as_declared(&token, surface));
        all.push(Credential::Bearer(Secret::new(token.as_str())));
        let header = if says_key(&name) { "X-API-Key" } else { "X-Auth-Token" };
        all.push(in_header(header, &token));
        all.push(in_header("Authorization", &format!("Token {token}")));
        all.push(in_header("Authorization", &token));
    }
    for header in ["authorization", "x-auth-token", "x-access-token"] {
        if let Some(value) = response.header(header).filter(|value| is_token(value.trim_start_matches("Bearer "))) {
            all.push(in_header(header, value));
        }
    }
    all.extend(cookies(response));
    let mut kept: Vec<Credential> = Vec::new();
    for credential in all {
        if !kept.contains(&credential) {
            kept.push(credential);
        }
    }
    kept
}

/// `access_token` before others, and the whole body where it is nothing but a token.
fn in_body(response: &Exchange) -> Option<(String, String)> {
    let mut found: Vec<(u8, String, String)> = Vec::new();
    let json = response.json();
    match json.as_deref() {
        Some(Value::String(text)) if is_jwt(text) => return Some((String::new(), text.clone())),
        Some(json) => fields::walk(json, &mut |field| {
            let Some(text) = field.value.as_str().filter(|text| is_token(text)) else { return };
            let plain: String = field.name.chars().filter(char::is_ascii_alphanumeric).collect();
            if let Some(rank) = rank(&plain.to_ascii_lowercase(), field.name) {
                found.push((rank, field.name.to_owned(), text.to_owned()));
            }
        }),
        None => {
            let text = response.text();
            let text = text.trim();
            return is_jwt(text).then(|| (String::new(), text.to_owned()));
        }
    }
    found.into_iter().min_by_key(|(rank, _, _)| *rank).map(|(_, name, token)| (name, token))
}

/// How likely a field holds what opens doors; `None` where it does not. A refresh token opens none.
fn rank(plain: &str, name: &str) -> Option<u8> {
    match plain {
        "accesstoken" | "authtoken" | "jwt" | "bearer" | "bearertoken" | "jwttoken" => Some(0),
        "token" | "idtoken" | "sessiontoken" | "authorization" | "authentication" | "access" => Some(1),
        "apikey" | "apitoken" | "key" | "sessionid" | "session" | "sid" => Some(2),
        _ if plain.contains("refresh") || plain.contains("csrf") || plain.contains("reset") => None,
        _ => fields::holds(name, Holds::Token).then_some(3),
    }
}

fn says_key(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("key")
}

fn is_token(text: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn is_jwt(text: &str) -> bool {
    is_token(text) && text.starts_with("ey") && text.split('.').count() == 3
}

/// The token in the places that the document declares.
fn as_declared(token: &str, surface: &Surface) -> Vec<Credential> {
    let schemes = surface.specification.iter().flat_map(|s| s.security_schemes.values());
    let place = |scheme: &SecurityScheme| match scheme {
        SecurityScheme::ApiKey { place, name } => {
            let value = Secret::new(token);
            Some(Credential::ApiKey { place: *place, name: name.clone(), value })
        }
        _ => None,
    };
    schemes.filter_map(place).collect()
}

fn in_header(name: &str, value: &str) -> Credential {
    Credential::ApiKey { place: ParameterIn::Header, name: name.to_owned(), value: Secret::new(value) }
}

/// All cookies that were sent along, that the response or a redirect before it sets, in one header; those that it deletes left out.
fn cookies(response: &Exchange) -> Option<Credential> {
    let sent = response.request.header_value("cookie").unwrap_or("");
    let pairs = sent.split("; ").filter_map(|pair| pair.split_once('='));
    let mut jar: Vec<(String, String)> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    for exchange in response.hops.iter().map(AsRef::as_ref).chain([response]) {
        let headers = exchange.response().into_iter().flat_map(|r| r.headers.iter());
        for (_, line) in headers.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            let (name, value) = (name.trim(), value.trim());
            jar.retain(|(known, _)| known != name);
            if !value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic()) {
                jar.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    let pairs: Vec<String> = jar.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    (!pairs.is_empty()).then(|| Credential::Cookie(Secret::new(pairs.join("; "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn first(body: &str) -> Option<Credential> {
        by(&samples::exchange("/login", 200, body), &Surface::default()).into_iter().next()
    }

    #[test]
    fn the_access_token_goes_before_others() {
        let bearer = |token: &str| Some(Credential::Bearer(Secret::new(token)));
        assert_eq!(first(r#"{"refresh_token": "rrrrrrrr", "access_token": "aaaaaaaa"}"#), bearer("aaaaaaaa"));
        assert_eq!(first(r#"{"data": {"token": "tttttttt"}, "csrf_token": "cccccccc"}"#), bearer("tttttttt"));
        assert_eq!(first(r#""eyJhbGciOiJub25lIn0.e30.x""#), bearer("eyJhbGciOiJub25lIn0.e30.x"));
        assert_eq!(first(r#"{"message": "welcome back", "token": "a b c d e f"}"#), None);
    }

    #[test]
    fn cookies_are_taken_together_and_deleted_ones_left_out() {
        let headers = [("Set-Cookie", "sid=abc; HttpOnly"), ("Set-Cookie", "theme=; Max-Age=0"), ("Set-Cookie", "u=1")];
        let response = samples::answered("/login", 302, &headers, "");
        assert_eq!(by(&response, &Surface::default()), [Credential::Cookie(Secret::new("sid=abc; u=1"))]);
    }
}
