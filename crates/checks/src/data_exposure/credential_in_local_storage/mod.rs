use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};
use regex::Regex;

use super::secrets;
use crate::vocabulary;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "credential-in-local-storage",
    aliases: &[],
    title: "Credential stored in the browser's localStorage",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[922],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker who injects a script into the page can read the credential and send it away.",
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
    STORE.captures_iter(script).take(200).find_map(|c| {
        let name = c.get(1).or_else(|| c.get(2)).or_else(|| c.get(3))?.as_str();
        let credential = is_credential(name);
        credential.then(|| name.to_owned())
    })
}

/// Whether a name ends with what a credential is called: `access_token`, `apiKey`, and neither `tokenizerMode` nor `passwordTipSeen`.
fn is_credential(name: &str) -> bool {
    const CREDENTIALS: [&str; 11] = [
        "token",
        "jwt",
        "apikey",
        "secret",
        "password",
        "passwd",
        "bearer",
        "credential",
        "credentials",
        "accesskey",
        "tokens",
    ];
    /// What may stand after it: `tokenValue`.
    const AFTER: [&str; 5] = ["value", "data", "string", "key", "v1"];
    let mut said: Vec<String> = vocabulary::words(name).collect();
    if said.iter().any(|word| word.contains("csrf") || word.contains("xsrf")) {
        return false;
    }
    let ends = |said: &[String]| {
        let joined = said.concat();
        let last = said.last().map_or("", String::as_str);
        CREDENTIALS.iter().any(|word| last.ends_with(word))
            || ["apikey", "accesskey"].iter().any(|two| joined.ends_with(two))
    };
    ends(&said) || said.pop().is_some_and(|last| AFTER.contains(&last.as_str())) && ends(&said)
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
        assert_eq!(stored("localStorage.setItem('authtoken', t)").as_deref(), Some("authtoken"));
        for name in ["tokenizerMode", "passwordTipSeen", "compassHeading", "tokenExpiry", "secretaryName"] {
            assert_eq!(stored(&format!("localStorage.setItem('{name}', v)")), None, "{name}");
        }
        assert_eq!(stored("localStorage.removeItem('token')"), None);
        assert_eq!(stored("if (localStorage.token == t) {}"), None);
        assert_eq!(stored("localStorage.setItem('csrf_token', t)"), None);
    }
}
