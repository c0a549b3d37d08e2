use std::collections::BTreeSet;

use model::{Category, Confidence, Evidence, Exchange, Finding, Rule, Severity, Tag, mask};

use super::{secrets, toolbar};
use crate::judging::echo;
use crate::text::{html, labelled};
use crate::vocabulary::fields;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Sees, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "secret-in-response",
    aliases: &[],
    title: "Secret key or connection string exposed in a response",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[200, 312, 522],
    tags: &[Tag::Misconfiguration],
    risk: "Anyone who reads the response can use the service or database that the secret opens.",
    fix: "Never put secrets into responses; revoke the one that was exposed.",
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(judge), sees: Sees::All, ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Answers to ordinary requests, and errors that a request of ours provoked.
fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if exchange.body_len() == 0 || secrets::is_script(exchange) || is_of_another_rule(exchange) {
        return false;
    }
    let text = exchange.text();
    let mut met = secrets::provider_secrets(&text, exchange.is_html());
    let by_provider = met.clone();
    if exchange.is_html() {
        let labelled = labelled::secrets_of(&html::parse(&text)).into_iter();
        let kept = labelled.filter(|(_, secret)| !secrets::is_placeholder(secret) && !is_met(&by_provider, secret));
        met.extend(kept.map(|(what, secret)| secrets::Met { what, secret }));
    }
    if let Some(json) = exchange.json().as_deref().filter(|json| !fields::describes_an_api(json)) {
        met.extend(secrets::cloud_credentials(json));
    }
    let by_provider = if exchange.is_html() { by_provider } else { met.clone() };
    met.retain(|m| !echo::was_sent(&exchange.request, &m.secret));
    met.retain(|m| !observed.target.identities.iter().any(|identity| echo::is_credential_of(identity, &m.secret)));
    if let Some(first) = met.first() {
        let what = format!("{}: {}", first.what, mask(&first.secret));
        let kinds: BTreeSet<&str> = met.iter().map(|m| m.what.as_str()).collect();
        let detail = format!("Found: {}.", kinds.into_iter().collect::<Vec<_>>().join(", "));
        // A long page may be a manual that quotes a key of its own; what has a provider's format is one.
        let secret = |m: &secrets::Met| m.what.to_ascii_lowercase().contains("secret");
        let firm = met.iter().any(|m| by_provider.contains(m)) || text.len() <= SHORT && met.iter().any(secret);
        let confidence = if firm { Confidence::Firm } else { Confidence::Tentative };
        let finding =
            Finding::new(&RULE, confidence, observed.location(), Evidence::new(exchange, what)).detail(detail);
        found.push(met.iter().fold(finding, |finding, m| finding.hiding(&m.secret)));
    }
    true
}

/// Longest page that is no documentation.
const SHORT: usize = 8 * 1024;

fn is_met(met: &BTreeSet<secrets::Met>, secret: &str) -> bool {
    met.iter().any(|m| m.secret.contains(secret) || secret.contains(&m.secret))
}

/// What a request of ours brought out other than by an error is the matter of the rule that sent it: a file, a list without a limit,
/// another user's object. So are the pages of a debug toolbar.
fn is_of_another_rule(exchange: &Exchange) -> bool {
    let altered = &exchange.request.altered;
    !altered.is_empty() && (exchange.status() < 400 || altered.iter().any(|a| a.name == "file"))
        || toolbar::is_on(exchange)
}

#[cfg(test)]
mod tests {
    use model::{Request, Scheme};

    use super::*;
    use crate::samples::{asked, exchange, observed, origin};

    const ERROR: &str = r#"{"error": "could not connect to postgresql://shop:Tr0ub4dor_99@db.internal/shop"}"#;

    fn provoked(target: &str, status: u16) -> Vec<Finding> {
        let request = Request::get(&origin(Scheme::Http), target).altered("query", "q", "'");
        observed(judge, &asked(request, status, &[("Content-Type", "application/json")], ERROR)).1
    }

    #[test]
    fn provoked_errors_count_and_other_provoked_answers_do_not() {
        assert_eq!(observed(judge, &exchange("/find", 200, ERROR)).1.len(), 1);
        assert_eq!(provoked("/find?q='", 500).len(), 1);
        assert!(provoked("/find?q='", 200).is_empty());
        let file = Request::get(&origin(Scheme::Http), "/.env").altered("path", "file", "/.env");
        assert!(observed(judge, &asked(file, 500, &[], ERROR)).1.is_empty());
    }

    #[test]
    fn a_label_on_a_page_makes_a_random_word_a_key() {
        let of = |body: &str| observed(judge, &exchange("/", 200, body)).1.first().map(|finding| finding.confidence);
        let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYq83kd02Lw9";
        assert_eq!(of(&format!("<p>AWS_SECRET: {key}</p>")), Some(Confidence::Firm));
        assert_eq!(of(&format!("<p>AWS_SECRET: {key}</p>{}", "<p>words</p>".repeat(900))), Some(Confidence::Tentative));
        assert_eq!(of("<p>API key: Zk2o3mF1Qv7xB9tR4sLpW8nY</p>"), Some(Confidence::Tentative));
        assert_eq!(of("<p>AWS_SECRET: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</p>"), None);
    }

    #[test]
    fn what_was_sent_is_no_secret_of_theirs() {
        assert!(provoked("/find?q=postgresql%3A%2F%2Fshop%3ATr0ub4dor_99%40db.internal", 500).is_empty());
    }
}
