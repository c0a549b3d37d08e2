use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use crate::text::jwt;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-long-lived",
    aliases: &[],
    title: "JWT valid for days",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[613],
    tags: &[Tag::Crypto],
    risk: "An attacker with a leaked token has access to the account for days.",
    fix: "Issue access tokens for minutes and renew them with a refresh token.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8725",
        "https://flask-jwt-extended.readthedocs.io/en/stable/refreshing_tokens.html",
    ],
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

const DAY: i64 = 86_400;

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let tokens = jwt::observed(observed);
    for (token, location) in &tokens {
        let Some(expires) = token.date("exp") else { continue };
        let seconds = expires.saturating_sub(token.date("iat").unwrap_or(observed.target.now));
        let most = if token.is_refresh() { 90 * DAY } else { DAY };
        if seconds > most {
            let evidence = Evidence::new(observed.exchange, format!("a JWT that is valid for {} days", seconds / DAY));
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
    fn a_day_for_access_and_a_quarter_for_refresh() {
        assert_eq!(finds(r#"{"iat":0,"exp":86401}"#), 1);
        assert_eq!(finds(r#"{"iat":0,"exp":900}"#), 0);
        assert_eq!(finds(r#"{"iat":0,"exp":2592000,"type":"refresh"}"#), 0);
        assert_eq!(finds(r#"{"sub":"7"}"#), 0);
    }
}
