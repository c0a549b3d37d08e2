use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use self::place::Place;
use super::secrets;
use crate::text::patterns::{Pattern, load};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

mod place;

pub(crate) static RULE: Rule = Rule {
    id: "password-hash-in-response",
    aliases: &[],
    title: "Password hashes exposed in a response",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[200, 522],
    tags: &[Tag::Crypto],
    risk: "Anyone who reads the response can crack the hashes offline, without limit and unnoticed.",
    fix: "Never serialize the hash: list the fields that a response may have.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html",
    ],
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

static HASHES: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("../data/password_hashes.toml")));

/// Most hashes of one format that are looked at; an answer is searched for each.
const MOST: usize = 20;

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if exchange.body_len() == 0 || secrets::is_script(exchange) {
        return false;
    }
    let text = exchange.text();
    let mut hashes = BTreeSet::new();
    let mut kinds = Vec::new();
    let mut best = Place::Text;
    let mut add = |hash: &str, place: Place, kind: &'static str| {
        // A manual's hash leaks nothing where it is quoted; as somebody's record it is a user whose password everybody knows.
        if place < Place::Record && place::is_published(hash) || !hashes.insert(hash.to_owned()) {
            return;
        }
        best = best.max(place);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    };
    let page = place::page(exchange);
    for pattern in HASHES.iter() {
        for hash in pattern.regex.find_iter(&text).map(|m| m.as_str()).take(MOST) {
            if let Some(place) = place::of(hash, exchange, &page) {
                add(hash, place, &pattern.name);
            }
        }
    }
    for (digest, place) in place::digests(exchange, &page) {
        add(&digest, place, "bare digests (MD5 or SHA)");
    }
    if !hashes.is_empty() {
        let (confidence, detail) = match best {
            Place::Record | Place::Value => (Confidence::Confirmed, ""),
            Place::Line => (Confidence::Firm, ""),
            Place::Text => (Confidence::Tentative, "They stand in text or code, where a page may quote examples."),
        };
        let all = HASHES.iter().flat_map(|p| p.regex.find_iter(&text)).map(|m| m.as_str().to_owned()).take(200);
        let evidence = Evidence::new(exchange, format!("{} hash(es) of {}", hashes.len(), kinds.join(", ")));
        let finding = Finding::new(&RULE, confidence, observed.location(), evidence).detail(detail);
        found.push(all.chain(hashes).fold(finding, Finding::hiding));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_table_is_honest() {
        crate::text::patterns::verify(&HASHES);
    }

    #[test]
    fn a_wiki_that_explains_hashes_leaks_none() {
        let found = |body: &str| {
            let found = samples::observed(judge, &samples::exchange("/x", 200, body)).1;
            found.first().map(|finding| finding.confidence)
        };
        let published = "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW";
        let other = "$2b$12$KIXQvGm0y1s1yQ6X9vQ8eO0mJ3m0o9r6o7wq0b6y1u2x3z4a5b6c7";
        assert_eq!(found(&format!("<h1>Hashes</h1><pre>{published}</pre>")), None);
        assert_eq!(found(&format!("<h1>Hashes</h1><pre>{other}</pre>")), Some(Confidence::Tentative));
        assert_eq!(found(&format!(r#"{{"example":"{published}"}}"#)), None);
        assert_eq!(found(&format!(r#"{{"username":"ann","hash":"{published}"}}"#)), Some(Confidence::Confirmed));
        assert_eq!(found(&format!(r#"[{{"id":1,"password":"{other}"}}]"#)), Some(Confidence::Confirmed));
    }
}
