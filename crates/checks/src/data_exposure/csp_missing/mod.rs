use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::headers;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "csp-missing",
    aliases: &[],
    title: "Missing Content-Security-Policy header",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[693, 1021],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker's injected script runs without a second line of defence.",
    fix: "Send a Content-Security-Policy that lists where scripts may come from.",
    references: &[
        "https://www.w3.org/TR/CSP3/",
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
    if headers::policies(page).is_empty() && !headers::is_hardened(page) {
        let trial = page.header("content-security-policy-report-only").is_some();
        let evidence = Evidence::new(
            observed.exchange,
            if trial { "a page whose policy only reports" } else { "a page without a policy" },
        );
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}
