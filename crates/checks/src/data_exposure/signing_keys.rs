//! Keys by the names they stand under, and whether one of them signed what the target gave out.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::Exchange;
use serde_json::Value;

use super::secrets;
use crate::text::jwt;
use crate::vocabulary::fields;

/// What a field's name says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// A key that a provider made: long and random.
    Key,
    /// A key that somebody chose to sign with: often short.
    SigningKey,
}

/// A key in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// Where it stands.
    pub(super) path: String,
    /// The key.
    pub(super) value: String,
    /// Whether it is a mere word, which may also say something about a key.
    pub(super) word: bool,
}

/// Endings of names, lower case without separators: `flask_secret_key` and `appSecretKey` end like `secret_key`.
const SIGNING: [&str; 12] = [
    "secretkey",
    "jwtsecret",
    "jwtkey",
    "signingkey",
    "signingsecret",
    "sessionsecret",
    "cookiesecret",
    "tokensecret",
    "hmackey",
    "hmacsecret",
    "appsecret",
    "webhooksecret",
];
const KEYS: [&str; 9] = [
    "apikey",
    "apisecret",
    "apitoken",
    "clientsecret",
    "privatekey",
    "secretaccesskey",
    "encryptionkey",
    "consumersecret",
    "mastertoken",
];
/// Names that say it only as a whole.
const WHOLE: [&str; 2] = ["secret", "accesskey"];
/// Beginnings of names of what is no secret.
const PUBLIC: [&str; 4] = ["public", "publishable", "site", "recaptchasite"];

/// Values that say something about a key.
const ABOUT: [&str; 28] = [
    "true",
    "false",
    "none",
    "null",
    "nil",
    "yes",
    "no",
    "set",
    "unset",
    "configured",
    "missing",
    "required",
    "optional",
    "hidden",
    "masked",
    "removed",
    "default",
    "enabled",
    "disabled",
    "present",
    "absent",
    "string",
    "undefined",
    "secret",
    "value",
    "environment",
    "vault",
    "password",
];

fn named(name: &str) -> Option<Named> {
    let plain: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let ends = |endings: &[&str]| endings.iter().any(|ending| plain.ends_with(ending));
    if PUBLIC.iter().any(|start| plain.starts_with(start)) {
        None
    } else if ends(&SIGNING) {
        Some(Named::SigningKey)
    } else {
        (ends(&KEYS) || WHOLE.contains(&plain.as_str())).then_some(Named::Key)
    }
}

/// Fields named as keys with full values, at most 50.
pub(super) fn in_json(json: &Value) -> Vec<Key> {
    let mut keys = Vec::new();
    fields::walk(json, &mut |field| {
        let Some((named, value)) = named(field.name).zip(field.value.as_str()).filter(|_| keys.len() < 50) else {
            return;
        };
        // A user's own key beside the user's name is another rule's; nobody has a signing key of their own.
        let somebodys = ["username", "email", "login"].iter().any(|name| field.object.contains_key(*name));
        if is_key(value, named) && !fields::is_illustration(&field.path) && (named == Named::SigningKey || !somebodys) {
            let word = value.chars().all(|c| c.is_ascii_alphabetic());
            keys.push(Key { path: field.path.clone(), value: value.to_owned(), word });
        }
    });
    keys
}

fn is_key(value: &str, named: Named) -> bool {
    let publishable = value.starts_with("pk_") || value.starts_with("AIza");
    let fits = match named {
        Named::Key => (12..=400).contains(&value.len()) && !value.chars().all(|c| c.is_ascii_alphabetic()),
        Named::SigningKey => (4..=400).contains(&value.len()) && !ABOUT.contains(&value.to_ascii_lowercase().as_str()),
    };
    // A path or an address says where the key is.
    let elsewhere = fields::is_path(value) || value.starts_with(['.', '$']) || value.contains("://");
    fits && !publishable && !elsewhere && !value.contains(char::is_whitespace) && !secrets::is_placeholder(value)
}

/// A signed cookie or token that the target gave out, and the exchange in which it did.
pub(super) type Signed = (Arc<Exchange>, crack::Target);

/// The signed cookies of these exchanges, each once.
pub(super) fn cookies(exchanges: &[Arc<Exchange>]) -> Vec<Signed> {
    signed(exchanges, |exchange| {
        let response = exchange.response();
        let headers = response.into_iter().flat_map(|r| r.header_all("set-cookie"));
        let value = |header: &str| Some(header.split(';').next()?.split_once('=')?.1.to_owned());
        headers.filter_map(value).collect()
    })
}

/// The JSON Web Tokens that these exchanges gave out, each once.
pub(super) fn tokens(exchanges: &[Arc<Exchange>]) -> Vec<Signed> {
    signed(exchanges, |exchange| jwt::issued(exchange).into_iter().map(|token| token.token).collect())
}

fn signed(exchanges: &[Arc<Exchange>], of: impl Fn(&Exchange) -> Vec<String>) -> Vec<Signed> {
    const MOST: usize = 20;
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut signed = Vec::new();
    for exchange in exchanges.iter().filter(|e| e.response().is_some()) {
        for text in of(exchange) {
            if signed.len() < MOST
                && let Ok(target) = crack::Target::parse(&text)
                && known.insert(text)
            {
                signed.push((Arc::clone(exchange), target));
            }
        }
    }
    signed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn only_full_keys_count() {
        for json in [
            json!({"service": {"apiKey": "9f2b7c41d8e04a6f"}}),
            json!({"stripe_api_key": "9f2b7c41d8e04a6f"}),
            json!({"jwt_secret": "secret123"}),
            json!({"app_secret_key": "s3cr"}),
            json!({"FLASK_SECRET_KEY": "dev-key"}),
            json!({"username": "db", "jwt_secret": "secret123"}),
        ] {
            assert_eq!(in_json(&json).len(), 1, "{json}");
        }
        assert!(in_json(&json!({"jwt_secret": "bankbank"}))[0].word);
        for json in [
            json!({"api_key": "...2d7a"}),
            json!({"api_key": "************2d7a"}),
            json!({"api_key": {"type": "string"}}),
            json!({"api_key": "X-API-Key header"}),
            json!({"username": "ada", "api_key": "9f2b7c41d8e04a6f"}),
            json!({"api_key": "your-api-key-123"}),
            json!({"api_key": "authentication"}),
            json!({"jwt_secret": "configured"}),
            json!({"jwt_secret": true}),
            json!({"secret_key": "****"}),
            json!({"secret_key": "$SECRET_KEY"}),
            json!({"secret_key": "/run/secrets/key"}),
            json!({"secret_key_set": "yes-it-is-1"}),
            json!({"public_api_key": "9f2b7c41d8e04a6f"}),
            json!({"keys": ["apikey"], "api_key_id": "9f2b7c41d8e04a6f"}),
        ] {
            assert!(in_json(&json).is_empty(), "{json}");
        }
    }

    #[test]
    fn signed_things_are_met_once() {
        let cookie = crack::flask_session(b"k", r#"{"user_id":7}"#, 1_700_000_000);
        let sets = answered("/", 200, &[("Set-Cookie", &format!("session={cookie}; Path=/"))], "{}");
        assert_eq!(cookies(&[Arc::clone(&sets), sets]).len(), 1);
        let token = crack::jwt_hs(crack::Algorithm::Hs256, b"secret123", r#"{"alg":"HS256"}"#, r#"{"sub":"1"}"#);
        let found = tokens(&[exchange("/login", 200, &format!("{{\"token\": \"{token}\"}}"))]);
        assert!(found[0].1.verify(b"secret123") && !found[0].1.verify(b"secret124"));
    }
}
