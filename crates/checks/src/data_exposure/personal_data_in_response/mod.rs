use model::{Category, Confidence, Evidence, Finding, Rule, Severity};

use super::personal::{self, Numbers};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "personal-data-in-response",
    aliases: &[],
    title: "Card, social security or bank account numbers in a response",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[359, 200],
    tags: &[],
    risk: "Anyone who reads the response collects numbers that identify people or move money.",
    fix: "Mask such numbers to their last digits, and return them to their owner only.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/"],
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
    let exchange = observed.exchange;
    if exchange.body_len() == 0 || !exchange.is_success() {
        return false;
    }
    let Numbers { mut real, mut published } = personal::numbers(exchange);
    if exchange.request.identity.is_some() {
        // One's own account is meant to be seen; a full card or social security number is not, not even then.
        real.remove(personal::IBAN_NUMBER);
        published.remove(personal::IBAN_NUMBER);
    }
    let (numbers, confidence, detail) = if real.is_empty() {
        let detail =
            "The numbers are published ones, for tests; where they stand, those of real persons would be shown alike.";
        (published, Confidence::Tentative, detail)
    } else {
        (real, Confidence::Firm, "")
    };
    if !numbers.is_empty() {
        let what: Vec<String> = numbers.iter().map(|(kind, list)| format!("{} {kind}(s)", list.len())).collect();
        let evidence = Evidence::new(exchange, what.join(", "));
        let finding = Finding::new(&RULE, confidence, observed.location(), evidence).detail(detail);
        found.push(numbers.into_values().flatten().fold(finding, Finding::hiding));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn test_cards_are_a_hint_at_most() {
        let found = |body: &str| {
            let found = samples::observed(judge, &samples::exchange("/x", 200, body)).1;
            found.first().map(|finding| finding.confidence)
        };
        assert_eq!(found(r#"{"name":"Ann","card_number":"4539319503436467"}"#), Some(Confidence::Firm));
        assert_eq!(found(r#"{"email":"a@b.example","card_number":"4111111111111111"}"#), Some(Confidence::Tentative));
        assert_eq!(found("<p>Pay with card 4111 1111 1111 1111</p>"), None);
    }
}
