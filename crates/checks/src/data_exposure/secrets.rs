//! Secrets in answers: by the shapes of providers, and what does not count as one.

use std::collections::BTreeSet;

use model::{Exchange, SecretPattern, secret_patterns};

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
            if !is_placeholder(secret.as_str()) && !is_placeholder_url(&captures[0]) {
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

/// `scheme://user:password@host` and the like, word for word.
fn is_placeholder_url(text: &str) -> bool {
    const PASSWORDS: [&str; 8] = [":password@", ":pass@", ":pwd@", ":secret@", ":passwd@", ":pw@", ":user@", ":p@"];
    let lower = text.to_ascii_lowercase();
    let user = ["//user:", "//username:"].iter().any(|u| lower.contains(u));
    user && PASSWORDS.iter().any(|p| lower.contains(p))
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
        assert!(provider_secrets("sk_live_xxxxxxxxxxxxxxxxxxxxxxxxxx", false).is_empty());
        let google = "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY";
        assert_eq!((provider_secrets(google, false).len(), provider_secrets(google, true).len()), (1, 0));
    }

    #[test]
    fn inline_scripts_are_scripts() {
        let page = crate::samples::exchange("/", 200, "<p>a</p><script>let a = 1</script><script src=x></script>");
        assert_eq!(script_of(&page).map(|s| s.trim().to_owned()).as_deref(), Some("let a = 1"));
    }
}
