use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag, mask};

use super::secrets;
use crate::{Check, Findings, RunsOn, Seen, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "secret-in-response",
    aliases: &[],
    title: "An answer contains a key or a connection string",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[200, 312, 522],
    tags: &[Tag::Misconfiguration],
    risk: "Whoever reads the answer can use the service or database that the secret opens.",
    fix: "Never put keys into answers; revoke the one that was shown.",
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html"],
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

fn judge(seen: &Seen<'_>, found: &mut Findings) -> bool {
    let exchange = seen.exchange;
    if exchange.body().is_empty() || secrets::is_script(exchange) {
        return false;
    }
    let met = secrets::provider_secrets(&exchange.text(), exchange.is_html());
    if let Some(first) = met.first() {
        let what = format!("{}: {}", first.what, mask(&first.secret));
        let kinds: std::collections::BTreeSet<&str> = met.iter().map(|m| m.what.as_str()).collect();
        let detail = format!("Found: {}.", kinds.into_iter().collect::<Vec<_>>().join(", "));
        let finding =
            Finding::new(&RULE, Confidence::Firm, seen.location(), Evidence::new(exchange, what)).detail(detail);
        found.push(met.iter().fold(finding, |finding, m| finding.hiding(&m.secret)));
    }
    true
}
