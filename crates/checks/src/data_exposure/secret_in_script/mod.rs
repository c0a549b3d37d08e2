use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag, mask};
use regex::Regex;

use super::{console, errors, secrets, toolbar};
use crate::vocabulary::words;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "secret-in-script",
    aliases: &[],
    title: "Secret key exposed in a script",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[540, 798, 312],
    tags: &[Tag::Misconfiguration],
    risk: "Anyone who opens the page can use the key.",
    fix: "Call the service from the server, and give the browser only keys that are made for it.",
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"],
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
    let of_debugger = console::is_debugger(observed.exchange) || errors::debug_page(observed.exchange).is_some();
    if toolbar::is_on(observed.exchange) || of_debugger {
        return true;
    }
    let provider = secrets::provider_secrets(&script, true).into_iter().map(|met| (met.what, met.secret));
    // Providers' secrets in a page are the business of the rule on answers; here only those in script files.
    let files = secrets::is_script(observed.exchange);
    let met: Vec<(String, String)> = provider.filter(|_| files).chain(literals(&script)).collect();
    if let Some((what, secret)) = met.first() {
        let evidence = Evidence::new(observed.exchange, format!("{what}: {}", mask(secret)));
        let finding = Finding::new(&RULE, Confidence::Firm, observed.location(), evidence);
        found.push(met.iter().fold(finding, |finding, (_, secret)| finding.hiding(secret)));
    }
    true
}

/// Random-looking literals under a name that says key, secret or password.
fn literals(script: &str) -> Vec<(String, String)> {
    #[allow(clippy::expect_used)] // a constant, compiled by the test
    static LITERAL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"["'`]?\b([A-Za-z_$][\w$-]{2,60})["'`]?\s{0,5}[:=,]\s{0,5}["'`]([A-Za-z0-9_./+=!@#$%^&*-]{16,200})["'`]"#,
        )
        .expect("valid")
    });
    LITERAL
        .captures_iter(script)
        .filter(|c| says_secret(&c[1]) && looks_random(&c[2]) && !secrets::is_placeholder(&c[2]))
        .take(50)
        .map(|c| (format!("a literal for {}", &c[1]), c[2].to_owned()))
        .collect()
}

/// Whether a name says that its value is secret, in any spelling: `mailerSecret`, `QUEUE_PASSWORD`, `x-api-key`. What is public, or is about a
/// secret without being one, says so in its name.
fn says_secret(name: &str) -> bool {
    const SECRET: [&str; 6] = ["secret", "password", "passwd", "passphrase", "apikey", "privatekey"];
    const KEYS: [&str; 9] =
        ["api", "secret", "access", "private", "auth", "signing", "encryption", "master", "service"];
    const TOKENS: [&str; 6] = ["auth", "api", "bot", "deploy", "service", "access"];
    #[rustfmt::skip]
    const ABOUT: [&str; 26] = [
        "public", "publishable", "csrf", "xsrf", "site", "anon", "nonce", "placeholder", "label", "hint", "field", "selector", "url", "uri", "path",
        "regex", "pattern", "message", "error", "title", "class", "element", "input", "integrity", "hash", "id",
    ];
    let words: Vec<String> = words(name).collect();
    let after = |first: &[&str], second: &str| {
        words.windows(2).any(|pair| first.contains(&pair[0].as_str()) && pair[1] == second)
    };
    let says =
        words.iter().any(|word| SECRET.contains(&word.as_str())) || after(&KEYS, "key") || after(&TOKENS, "token");
    says && !words.iter().any(|word| ABOUT.contains(&word.as_str()))
}

/// Letters and digits mixed, many different ones, and not a key made for browsers, nor what Stripe gives a browser for one payment.
fn looks_random(value: &str) -> bool {
    const PUBLIC: [&str; 5] = ["AIza", "pk_", "pk.", "6L", "sb_publishable_"];
    let different: BTreeSet<char> = value.chars().collect();
    value.chars().any(|c| c.is_ascii_digit())
        && value.chars().any(|c| c.is_ascii_alphabetic())
        && different.len() >= 9
        && !PUBLIC.iter().any(|prefix| value.starts_with(prefix))
        && !(value.contains("_secret_") && (value.starts_with("pi_") || value.starts_with("seti_")))
}

#[cfg(test)]
mod tests {
    use super::literals;

    #[test]
    fn random_literals_under_telling_names_count() {
        assert_eq!(literals("const apiKey = '9f2b7c41d8e04a6f93b5c2d7'").len(), 1);
        assert_eq!(literals("headers: {'X-API-Key': '9f2b7c41d8e04a6f93b5c2d7'}").len(), 1);
        for script in [
            "var orderSecret = 'q8Zt41LmXc07TyWk93HdVb26'",
            "window.STORE_PASSWORD = \"m5Tx96CvLz31PkRh28WqSj07\"",
            "signingKey: `h3Rw72NbQp58JsYv14GfKd90`",
            "{\"bot-token\": \"h3Rw72NbQp58JsYv14GfKd90\"}",
        ] {
            assert_eq!(literals(script).len(), 1, "{script}");
        }
        for script in [
            "passwordField = 'user-password-input-1'",
            "clientSecret = 'pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8HVhfZluoGH'",
            "csrfSecret = 'h3Rw72NbQp58JsYv14GfKd90'",
            "monkey = 'h3Rw72NbQp58JsYv14GfKd90'",
            "secretaryName = 'h3Rw72NbQp58JsYv14GfKd90'",
            "apiKey: 'AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY'",
            "public_api_key = '9f2b7c41d8e04a6f93b5c2d7'",
            "apiKey = 'your-api-key-goes-here-1'",
            "apiKey = document.getElementById('key-field-number-1')",
            "secretKey: 'aaaaaaaaaaaaaaaaaaaaaaa1'",
        ] {
            assert!(literals(script).is_empty(), "{script}");
        }
    }
}
