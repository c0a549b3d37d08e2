use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use crate::text::jwt;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-unsigned-issued",
    aliases: &[],
    title: "Unsigned JWT issued (alg=none)",
    category: Category::Authentication,
    severity: Severity::High,
    cwe: &[347, 345],
    tags: &[Tag::Crypto],
    risk: "Anyone who receives such a token can change it, or write one for another user.",
    fix: "Sign tokens with HS256 and a random key, or with an asymmetric algorithm.",
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
        if token.algorithm.eq_ignore_ascii_case("none") || token.token.ends_with('.') {
            let evidence = Evidence::new(observed.exchange, "a JWT without a signature");
            found.push(Finding::new(&RULE, Confidence::Firm, location.clone(), evidence).hiding(&token.token));
        }
    }
    !tokens.is_empty()
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::{observed, over};

    #[test]
    fn none_in_any_case_and_signed_ones_not() {
        // {"alg":"nOnE"} and {"sub":"7"}
        let unsigned = r#"{"t":"eyJhbGciOiJuT25FIn0.eyJzdWIiOiI3In0."}"#;
        let json = [("Content-Type", "application/json")];
        assert_eq!(observed(look, &over(Scheme::Https, 200, &json, unsigned)).1.len(), 1);
        let signed = crack::jwt_hs(crack::Algorithm::Hs256, b"k", r#"{"alg":"HS256"}"#, r#"{"sub":"7"}"#);
        let (looked, found) = observed(look, &over(Scheme::Https, 200, &json, &format!(r#"{{"t":"{signed}"}}"#)));
        assert!(looked && found.is_empty());
    }
}
