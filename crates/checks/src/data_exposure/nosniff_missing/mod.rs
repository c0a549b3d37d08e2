use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::headers;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "nosniff-missing",
    aliases: &[],
    title: "Missing X-Content-Type-Options header",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[693, 430],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker's uploaded or reflected text may run in a visitor's browser as a script or a page.",
    fix: "Send X-Content-Type-Options: nosniff with every response.",
    references: &[
        "https://fetch.spec.whatwg.org/#x-content-type-options-header",
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
    let Some(response) = headers::response(observed) else { return false };
    let set =
        response.header("x-content-type-options").is_some_and(|value| value.to_ascii_lowercase().contains("nosniff"));
    if !set {
        let media = response.header("content-type").unwrap_or("no type");
        let evidence = Evidence::new(observed.exchange, format!("{media} without X-Content-Type-Options"));
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}
