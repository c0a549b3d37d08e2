use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::headers;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "referrer-policy-missing",
    aliases: &[],
    title: "Missing Referrer-Policy header",
    category: Category::DataExposure,
    severity: Severity::Info,
    cwe: &[200],
    tags: &[Tag::Misconfiguration],
    risk: "Other sites receive the full URL, query string included, from older browsers.",
    fix: "Send Referrer-Policy: strict-origin-when-cross-origin or no-referrer.",
    references: &[
        "https://www.w3.org/TR/referrer-policy/",
        "https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html",
        "https://flask.palletsprojects.com/en/stable/web-security/#security-headers",
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
    let meta = observed.exchange.text().to_ascii_lowercase().contains("name=\"referrer\"");
    if page.header("referrer-policy").is_none() && !meta {
        let evidence = Evidence::new(observed.exchange, "a page without Referrer-Policy");
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}
