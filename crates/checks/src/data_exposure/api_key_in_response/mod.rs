use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag, mask};
use serde_json::Value;

use super::secrets;
use crate::shared::fields;
use crate::{Check, Findings, RunsOn, Seen, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "api-key-in-response",
    aliases: &[],
    title: "An answer shows an API key or signing secret in full",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[200, 522],
    tags: &[Tag::Crypto],
    risk: "Everybody who sees the answer, its log or its cache can act with the key.",
    fix: "Show a key once, when it is made; afterwards only its last characters.",
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    on_exchange: Some(judge),
    told_by: &["flask-secret-key-exposed", "config-dump"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

const NAMES: [&str; 15] = [
    "apikey",
    "apisecret",
    "apitoken",
    "secretkey",
    "secret",
    "clientsecret",
    "privatekey",
    "accesskey",
    "secretaccesskey",
    "signingkey",
    "signingsecret",
    "webhooksecret",
    "encryptionkey",
    "jwtsecret",
    "mastertoken",
];

fn judge(seen: &Seen<'_>, found: &mut Findings) -> bool {
    let exchange = seen.exchange;
    let Some(json) = exchange.json().filter(|j| exchange.is_success() && !fields::describes_an_api(j)) else {
        return false;
    };
    if let Some((path, value)) = keys(json).into_iter().next() {
        let evidence = Evidence::new(exchange, format!("\"{path}\": {}", mask(&value)));
        let finding = Finding::new(&RULE, Confidence::Firm, seen.location(), evidence);
        found.push(keys(json).into_iter().fold(finding, |finding, (_, value)| finding.hiding(value)));
    }
    true
}

/// Fields named as keys with full values, at most 50.
fn keys(json: &Value) -> Vec<(String, String)> {
    let mut keys = Vec::new();
    fields::walk(json, &mut |field| {
        let plain: String = field.name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let somebodys = ["username", "email", "login"].iter().any(|name| field.object.contains_key(*name));
        let Some(value) =
            field.value.as_str().filter(|_| keys.len() < 50 && !somebodys && NAMES.contains(&plain.as_str()))
        else {
            return;
        };
        let publishable = value.starts_with("pk_") || value.starts_with("AIza");
        let word = value.chars().all(|c| c.is_ascii_alphabetic());
        if (12..=400).contains(&value.len())
            && !value.contains(char::is_whitespace)
            && !word
            && !publishable
            && !fields::is_path(value)
            && !secrets::is_placeholder(value)
        {
            keys.push((field.path.clone(), value.to_owned()));
        }
    });
    keys
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::keys;

    #[test]
    fn only_full_keys_count() {
        assert_eq!(keys(&json!({"service": {"apiKey": "9f2b7c41d8e04a6f"}})).len(), 1);
        for json in [
            json!({"api_key": "...2d7a"}),
            json!({"api_key": "************2d7a"}),
            json!({"api_key": {"type": "string"}}),
            json!({"api_key": "X-API-Key header"}),
            json!({"username": "ada", "api_key": "9f2b7c41d8e04a6f"}),
            json!({"api_key": "your-api-key-123"}),
            json!({"private_key": "/etc/ssl/private/server.pem"}),
        ] {
            assert!(keys(&json).is_empty(), "{json}");
        }
    }
}
