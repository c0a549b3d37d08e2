use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use crate::text::jwt;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-without-expiry",
    aliases: &[],
    title: "A token never expires",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[613],
    tags: &[Tag::Crypto],
    risk: "A token that leaks once opens the account for ever.",
    fix: "Give every token an exp of minutes, and require the claim when checking.",
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
        if !token.claims.contains_key("exp") {
            let claims = token.claims.keys().map(String::as_str).take(20).collect::<Vec<_>>().join(", ");
            let evidence = Evidence::new(observed.exchange, format!("a JWT without exp; its claims: {claims}"));
            found.push(Finding::new(&RULE, Confidence::Firm, location.clone(), evidence).hiding(&token.token));
        }
    }
    !tokens.is_empty()
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
    }
}
