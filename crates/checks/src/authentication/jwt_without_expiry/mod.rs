use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use crate::text::jwt;
use crate::vocabulary;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-without-expiry",
    aliases: &[],
    title: "JWT issued without an expiry (exp)",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[613],
    tags: &[Tag::Crypto],
    risk: "An attacker with a token that leaked once has access to the account forever.",
    fix: "Give every token an exp of minutes, and require the claim when verifying.",
    references: &["https://www.rfc-editor.org/rfc/rfc8725", "https://pyjwt.readthedocs.io/en/stable/usage.html"],
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

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let tokens = jwt::observed(observed);
    for (token, location) in &tokens {
        if !token.claims.contains_key("exp") && !token.claims.keys().any(|name| says_when_it_ends(name)) {
            let claims = token.claims.keys().map(String::as_str).take(20).collect::<Vec<_>>().join(", ");
            // What names a session or the token itself may be looked up, and ended, by the server.
            let looked_up = ["jti", "sid", "session", "session_id"].iter().any(|name| token.claims.contains_key(*name));
            let confidence = if looked_up { Confidence::Tentative } else { Confidence::Firm };
            let evidence = Evidence::new(observed.exchange, format!("a JWT without exp; its claims: {claims}"));
            found.push(Finding::new(&RULE, confidence, location.clone(), evidence).hiding(&token.token));
        }
    }
    !tokens.is_empty()
}

/// Whether a claim of this name says when the token ends, though not as RFC 7519 names it.
fn says_when_it_ends(name: &str) -> bool {
    const ENDS: [&str; 12] = [
        "until",
        "expires",
        "expiry",
        "expiration",
        "expire",
        "exp",
        "ttl",
        "lifetime",
        "ends",
        "end",
        "validto",
        "notafter",
    ];
    let said: Vec<String> = vocabulary::words(name).collect();
    let joined = said.concat();
    said.iter().any(|word| ENDS.contains(&word.as_str()))
        || ENDS.iter().any(|end| end.len() > 5 && joined.ends_with(end))
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
    fn only_without_the_claim() {
        assert_eq!(finds(r#"{"sub":"7"}"#), 1);
        assert_eq!(finds(r#"{"sub":"7","exp":1}"#), 0);
        for claim in ["valid_until", "expires_at", "expiresIn", "notAfter", "token_ttl", "valid_to"] {
            assert_eq!(finds(&format!(r#"{{"sub":"7","{claim}":4102444800}}"#)), 0, "{claim}");
        }
        assert_eq!(finds(r#"{"sub":"7","experience":3}"#), 1);
    }
}
