//! Secrets in answers: by the shapes of providers, and what does not count as one.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Exchange, SecretPattern, secret_patterns};
use serde_json::Value;

use crate::table;
use crate::vocabulary::fields;

/// A secret that was met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Met {
    /// What it is, for people.
    pub(super) what: String,
    /// The secret itself.
    pub(super) secret: String,
}

/// Shapes that say "somebody's session or example" rather than "a key of the application".
const NOT_KEYS: [&str; 3] = ["jwt", "authorization-header", "secret-assignment"];

/// Keys meant for browsers: Google's are restricted by referrer and stand in pages on purpose.
const FOR_BROWSERS: [&str; 1] = ["google-api-key"];

/// Keys of providers, private keys and connection strings in a text. `browser`: the text is a page or a script.
pub(super) fn provider_secrets(text: &str, browser: bool) -> BTreeSet<Met> {
    let wanted = |pattern: &&SecretPattern| {
        let id = pattern.id.as_str();
        !(NOT_KEYS.contains(&id) || browser && FOR_BROWSERS.contains(&id))
    };
    let mut met = BTreeSet::new();
    for pattern in secret_patterns().filter(wanted) {
        for captures in pattern.regex().captures_iter(text).take(20) {
            let Some(secret) = captures.get(pattern.group) else { continue };
            if !is_placeholder(secret.as_str()) && !is_placeholder_url(&captures[0]) && !is_published(secret.as_str()) {
                met.insert(Met { what: pattern.name.clone(), secret: secret.as_str().to_owned() });
            }
        }
    }
    met
}

/// A value that stands for a secret in documentation, or a masked one.
pub(super) fn is_placeholder(value: &str) -> bool {
    const WORDS: [&str; 14] = [
        "example",
        "your",
        "xxxx",
        "placeholder",
        "redacted",
        "dummy",
        "sample",
        "<",
        "{",
        "...",
        "…",
        "***",
        "•",
        "insert",
    ];
    let lower = value.to_ascii_lowercase();
    let mut characters = lower.chars();
    let first = characters.next();
    WORDS.iter().any(|word| lower.contains(word)) || first.is_some() && characters.all(|c| Some(c) == first)
}

/// `scheme://user:password@host` and the like: words that say what stands in their place. Two such words are one too many for an
/// account that somebody has.
fn is_placeholder_url(text: &str) -> bool {
    const USERS: [&str; 14] = [
        "user", "username", "name", "login", "account", "usr", "u", "myuser", "someuser", "dbuser", "db_user", "me",
        "someone", "owner",
    ];
    const PASSWORDS: [&str; 16] = [
        "password",
        "pass",
        "pwd",
        "secret",
        "passwd",
        "pw",
        "user",
        "p",
        "mypassword",
        "mypass",
        "somepassword",
        "dbpass",
        "db_password",
        "changeme",
        "s3cret",
        "word",
    ];
    let lower = text.to_ascii_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let Some((user, password)) = rest.split_once('@').and_then(|(account, _)| account.split_once(':')) else {
        return false;
    };
    USERS.contains(&user) && PASSWORDS.contains(&password)
}

/// A key that its provider prints in documentation for everybody.
fn is_published(secret: &str) -> bool {
    static KEYS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        #[derive(serde::Deserialize)]
        struct Row {
            key: String,
        }
        #[derive(serde::Deserialize)]
        struct Table {
            published: Vec<Row>,
        }
        let table: Table = table::read(include_str!("data/published_keys.toml"));
        table.published.into_iter().map(|row| row.key).collect()
    });
    KEYS.contains(secret)
}

/// Temporary or lasting credentials of a cloud role in an object: an access key with its secret, by the names that AWS gives them in
/// its configuration, its metadata service and its APIs.
pub(super) fn cloud_credentials(json: &Value) -> Vec<Met> {
    const SHORTEST: usize = 30;
    let mut met = Vec::new();
    fields::walk(json, &mut |field| {
        let plain =
            |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let has = |ending: &str| field.object.keys().any(|name| plain(name).ends_with(ending));
        let value =
            field.value.as_str().filter(|value| value.len() >= SHORTEST && !value.contains(char::is_whitespace));
        let is_secret = plain(field.name).ends_with("secretaccesskey") && (has("accesskeyid") || has("sessiontoken"));
        if let Some(secret) =
            value.filter(|value| is_secret && !is_placeholder(value) && !fields::is_illustration(&field.path))
        {
            met.push(Met { what: "cloud access key with its secret".to_owned(), secret: secret.to_owned() });
        }
    });
    met
}

/// Whether the answer is a script.
pub(super) fn is_script(exchange: &Exchange) -> bool {
    exchange
        .response()
        .is_some_and(|r| r.media_type().ends_with("javascript") || r.media_type() == "application/ecmascript")
}

/// What of an answer is script: all of a script, the inline scripts of a page.
pub(super) fn script_of(exchange: &Exchange) -> Option<String> {
    let text = exchange.text();
    if is_script(exchange) {
        return Some(text.into_owned());
    }
    if !exchange.is_html() {
        return None;
    }
    let mut scripts = String::new();
    for block in text.split("<script").skip(1).take(200) {
        let inner = block.split_once('>').map_or("", |(_, rest)| rest);
        scripts.push_str(inner.split("</script").next().unwrap_or(""));
        scripts.push('\n');
    }
    (!scripts.trim().is_empty()).then_some(scripts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_met_and_placeholders_are_not() {
        let text = format!(
            "{{\"key\": \"sk_live_{}\", \"db\": \"postgresql://app:s3cr3tpw@db/x\"}}",
            "4eC39HqLyjWDarjtT1zdp7dc"
        );
        assert_eq!(provider_secrets(&text, false).len(), 2);
        assert!(provider_secrets("postgresql://user:password@localhost/db", false).is_empty());
        assert!(provider_secrets("postgres://name:password@queue-host/base", false).is_empty());
        assert!(provider_secrets("sk_test_4eC39HqLyjWDarjtT1zdp7dc", false).is_empty(), "Stripe's documentation");
        assert!(provider_secrets("sk_live_xxxxxxxxxxxxxxxxxxxxxxxxxx", false).is_empty());
        let google = "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY";
        assert_eq!((provider_secrets(google, false).len(), provider_secrets(google, true).len()), (1, 0));
    }

    #[test]
    fn credentials_of_a_cloud_role_come_together() {
        let met = |json: serde_json::Value| cloud_credentials(&json).len();
        let secret = "hT4vQ9sYk2LwXe7RbN5mZc8JpUa1DgFo3iKx6QyP";
        assert_eq!(met(serde_json::json!({"AccessKeyId": "ASIA1", "SecretAccessKey": secret, "Token": "x"})), 1);
        assert_eq!(met(serde_json::json!({"role": {"aws_access_key_id": "A", "aws_secret_access_key": secret}})), 1);
        assert_eq!(met(serde_json::json!({"secret_access_key": secret})), 0, "whose it is is not said");
        assert_eq!(met(serde_json::json!({"access_key_id": "A", "secret_access_key": "********"})), 0);
    }

    #[test]
    fn inline_scripts_are_scripts() {
        let page = crate::samples::exchange("/", 200, "<p>a</p><script>let a = 1</script><script src=x></script>");
        assert_eq!(script_of(&page).map(|s| s.trim().to_owned()).as_deref(), Some("let a = 1"));
    }
}
