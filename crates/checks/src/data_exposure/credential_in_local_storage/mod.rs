use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};
use regex::Regex;

use super::secrets;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "credential-in-local-storage",
    aliases: &[],
    title: "A script keeps a credential in the browser's local storage",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[922],
    tags: &[Tag::Misconfiguration],
    risk: "Any script that runs on the page, an injected one too, can read and send it away.",
    fix: "Keep the credential in a cookie with HttpOnly, Secure and SameSite.",
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/HTML5_Security_Cheat_Sheet.html#local-storage"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let Some(script) = secrets::script_of(observed.exchange) else { return false };
    if let Some(name) = stored(&script) {
        let evidence = Evidence::new(observed.exchange, format!("localStorage keeps {name}"));
        found.push(Finding::new(&RULE, Confidence::Firm, observed.location(), evidence));
    }
    true
}

/// The name under which a credential is stored.
fn stored(script: &str) -> Option<String> {
    #[allow(clippy::expect_used)] // a constant, compiled by the test
    static STORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)localStorage\s*(?:\.setItem\(\s*["'`]([^"'`]{1,80})["'`]|\.([A-Za-z0-9_]{1,80})\s*=[^=]|\[\s*["'`]([^"'`]{1,80})["'`]\s*\]\s*=[^=])"#)
            .expect("valid")
    });
    const CREDENTIALS: [&str; 9] =
        ["token", "jwt", "apikey", "secret", "password", "passwd", "bearer", "credential", "accesskey"];
    STORE.captures_iter(script).take(200).find_map(|c| {
        let name = c.get(1).or_else(|| c.get(2)).or_else(|| c.get(3))?.as_str();
        let plain: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let credential =
            CREDENTIALS.iter().any(|word| plain.contains(word)) && !plain.contains("csrf") && !plain.contains("xsrf");
        credential.then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::stored;

    #[test]
    fn only_credentials_count() {
        assert_eq!(stored("localStorage.setItem('access_token', r.token)").as_deref(), Some("access_token"));
        assert_eq!(stored("localStorage.apiKey = key;").as_deref(), Some("apiKey"));
        assert_eq!(stored("localStorage['jwt'] = t").as_deref(), Some("jwt"));
        assert_eq!(stored("localStorage.setItem('theme', 'dark')"), None);
        assert_eq!(stored("localStorage.removeItem('token')"), None);
        assert_eq!(stored("if (localStorage.token == t) {}"), None);
        assert_eq!(stored("localStorage.setItem('csrf_token', t)"), None);
    }
}
