use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use crate::text::jwt;
use crate::vocabulary::fields::{self, Holds};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-sensitive-claims",
    aliases: &[],
    title: "Sensitive data in the readable claims of a JWT",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[522, 312],
    tags: &[Tag::Crypto],
    risk: "Anyone who sees the token can read its claims without any key.",
    fix: "Keep only identifiers in tokens.",
    references: &["https://www.rfc-editor.org/rfc/rfc8725", "https://www.rfc-editor.org/rfc/rfc7519"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Personal data that a token has no use for; a name or an e-mail address often identifies its owner.
const GRAVE: [&str; 14] = [
    "ssn",
    "socialsecuritynumber",
    "nationalid",
    "passport",
    "passportnumber",
    "taxid",
    "iban",
    "accountnumber",
    "cardnumber",
    "creditcard",
    "diagnosis",
    "medication",
    "salary",
    "passwordhash",
];

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let tokens = jwt::observed(observed);
    for (token, location) in &tokens {
        let names: Vec<&str> = token
            .claims
            .iter()
            .filter(|(_, v)| !fields::is_empty(v))
            .map(|(n, _)| n.as_str())
            .filter(|n| is_sensitive(n))
            .collect();
        if !names.is_empty() {
            let evidence = Evidence::new(observed.exchange, format!("a JWT with the claims {}", names.join(", ")));
            found.push(Finding::new(&RULE, Confidence::Firm, location.clone(), evidence).hiding(&token.token));
        }
    }
    !tokens.is_empty()
}

fn is_sensitive(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    // Flags such as is_admin are what tokens are for; whether they can be changed is another rule's question.
    let internal = fields::holds(name, Holds::Internal) && !fields::holds(name, Holds::Privileged);
    GRAVE.contains(&plain.as_str())
        || internal && !plain.contains("verified")
        || fields::holds(name, Holds::Password)
        || fields::holds(name, Holds::Token) && plain != "token"
}

#[cfg(test)]
mod tests {
    use crack::{Algorithm, jwt_hs};
    use model::Scheme;

    use super::*;
    use crate::samples::{observed, over};

    fn finds(claims: &str) -> usize {
        let token = jwt_hs(Algorithm::Hs256, b"k", r#"{"alg":"HS256"}"#, claims);
        let body = format!(r#"{{"token":"{token}"}}"#);
        observed(look, &over(Scheme::Https, 200, &[("Content-Type", "application/json")], &body)).1.len()
    }

    #[test]
    fn secrets_count_and_identifiers_do_not() {
        assert_eq!(finds(r#"{"sub":"7","password":"x"}"#), 1);
        assert_eq!(finds(r#"{"sub":"7","ssn":"x"}"#), 1);
        assert_eq!(
            finds(r#"{"sub":"7","email":"a@b.example","role":"admin","is_admin":true,"csrf":"x","jti":"y"}"#),
            0
        );
        assert_eq!(finds(r#"{"sub":"7","password":""}"#), 0);
    }
}
