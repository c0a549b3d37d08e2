use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::headers;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "csp-ineffective",
    aliases: &[],
    title: "Ineffective Content Security Policy for scripts",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[693],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker's injected script runs, because the policy allows inline scripts or any host.",
    fix: "Replace unsafe-inline and wildcards in script-src with nonces or hosts.",
    references: &[
        "https://www.w3.org/TR/CSP3/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Content_Security_Policy_Cheat_Sheet.html",
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

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let Some(page) = headers::page(observed) else { return false };
    let policies = headers::policies(page);
    if policies.is_empty() {
        return false;
    }
    // Every policy has to allow a script: one that does not is enough to stop it.
    let weak: Vec<String> = policies.iter().filter_map(headers::allows_any_script).collect();
    if weak.len() == policies.len() {
        let evidence = Evidence::new(observed.exchange, weak.join("; "));
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}
