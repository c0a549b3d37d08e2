use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::secrets;
use crate::shared::patterns::{Pattern, load};
use crate::{Check, Findings, RunsOn, Seen, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "password-hash-in-response",
    aliases: &[],
    title: "An answer contains password hashes",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[200, 522],
    tags: &[Tag::Crypto],
    risk: "Hashes can be guessed offline, without limit and without being seen.",
    fix: "Never serialise the hash: list the fields that an answer may have.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    on_exchange: Some(judge),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

static HASHES: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("../data/password_hashes.toml")));

fn judge(seen: &Seen<'_>, found: &mut Findings) -> bool {
    let exchange = seen.exchange;
    if exchange.body().is_empty() || secrets::is_script(exchange) {
        return false;
    }
    let text = exchange.text();
    let mut hashes = Vec::new();
    let mut kinds = Vec::new();
    for pattern in HASHES.iter().filter(|p| p.regex.is_match(&text)) {
        kinds.push(pattern.name.as_str());
        hashes.extend(pattern.regex.find_iter(&text).take(100).map(|m| m.as_str().to_owned()));
    }
    if !hashes.is_empty() {
        let evidence = Evidence::new(exchange, format!("{} hash(es) of {}", hashes.len(), kinds.join(", ")));
        let finding = Finding::new(&RULE, Confidence::Confirmed, seen.location(), evidence);
        found.push(hashes.into_iter().fold(finding, Finding::hiding));
    }
    true
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_honest() {
        crate::shared::patterns::verify(&super::HASHES);
    }
}
