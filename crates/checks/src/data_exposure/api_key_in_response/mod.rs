use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Surface, Tag, mask,
};

use super::signing_keys::{self, Key, Signed};
use crate::vocabulary::fields;
use crate::{Check, Detectors, Findings, Observations, ObservedExchange, RunsOn, Twins, place};

pub(crate) static RULE: Rule = Rule {
    id: "api-key-in-response",
    aliases: &[],
    title: "API key or signing secret exposed in a response",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[200, 522],
    tags: &[Tag::Crypto],
    risk: "Anyone who sees the response, its log or its cache can act with the key.",
    fix: "Show a key once, when it is created; afterwards only its last characters.",
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(judge), on_end: Some(try_keys), ..Detectors::NONE },
    subsumed_by: &["flask-secret-key-exposed", "config-dump"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let Some(keys) = keys(observed.exchange) else { return false };
    found.extend(finding(observed.exchange, observed.location(), &keys));
    true
}

/// Every signed cookie and token that was seen, against the keys of the answers: what fits is a key beyond doubt.
fn try_keys(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let exchanges = &observations.exchanges;
    let mut signed: Option<Vec<Signed>> = None;
    let mut any = false;
    for exchange in exchanges.iter().filter(|e| e.request.is_clean()) {
        let Some(keys) = keys(exchange) else { continue };
        any = true;
        for key in keys {
            let signed = signed.get_or_insert_with(|| {
                signing_keys::cookies(exchanges).into_iter().chain(signing_keys::tokens(exchanges)).collect()
            });
            let Some((given, _)) = signed.iter().find(|(_, target)| target.verify(key.value.as_bytes())) else {
                continue;
            };
            let Some(finding) = finding(exchange, place(surface, exchange), &[key]) else { continue };
            let proof = Evidence::new(given, "the signature of what this answer gave out fits the key");
            found.push(Finding { confidence: Confidence::Confirmed, ..finding.also(proof) });
        }
    }
    if any { Ok(()) } else { Err(NotTested::not_applicable("nothing of this kind was seen")) }
}

/// The keys of an answer; `None` when it is not of the kind that could have one.
fn keys(exchange: &Exchange) -> Option<Vec<Key>> {
    let json = exchange.json();
    let json = json.as_deref().filter(|j| exchange.is_success() && !fields::describes_an_api(j))?;
    Some(signing_keys::in_json(json))
}

/// A mere word may say something about a key instead of being one.
fn finding(exchange: &Arc<Exchange>, location: Location, keys: &[Key]) -> Option<Finding> {
    let first = keys.iter().find(|key| !key.word).or(keys.first())?;
    let confidence = if first.word { Confidence::Tentative } else { Confidence::Firm };
    let evidence = Evidence::new(exchange, format!("\"{}\": {}", first.path, mask(&first.value)));
    let finding = Finding::new(&RULE, confidence, location, evidence);
    Some(keys.iter().fold(finding, |finding, key| finding.hiding(&key.value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn what_signed_a_token_is_a_key_beyond_doubt() {
        let token = crack::jwt_hs(crack::Algorithm::Hs256, b"bankbank", r#"{"alg":"HS256"}"#, r#"{"sub":"1"}"#);
        let login = exchange("/login", 200, &format!("{{\"token\": \"{token}\"}}"));
        for (key, expected) in [("bankbank", 1), ("bankbonk", 0)] {
            let shown = exchange("/status", 200, &format!("{{\"jwt_secret\": \"{key}\"}}"));
            let observations = Observations::plainly(Vec::new(), vec![shown, Arc::clone(&login)]);
            let mut found = Findings::default();
            try_keys(&Surface::default(), &observations, &mut found).unwrap();
            assert_eq!(found.as_slice().len(), expected);
            assert!(found.as_slice().iter().all(|f| f.confidence == Confidence::Confirmed && f.evidence.len() == 2));
        }
        let word = exchange("/status", 200, r#"{"jwt_secret": "bankbonk"}"#);
        let found = finding(&word, Location::host(), &keys(&word).unwrap()).unwrap();
        assert_eq!(found.confidence, Confidence::Tentative);
    }
}
