use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::headers;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "framing-allowed",
    aliases: &[],
    title: "Clickjacking: pages can be framed by other sites",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[1021],
    tags: &[Tag::Misconfiguration],
    risk: "Another site can embed the page invisibly and make a user click in it.",
    fix: "Send Content-Security-Policy: frame-ancestors or X-Frame-Options.",
    references: &[
        "https://www.w3.org/TR/CSP3/#directive-frame-ancestors",
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
    let refused = page
        .header("x-frame-options")
        .is_some_and(|value| matches!(value.trim().to_ascii_lowercase().as_str(), "deny" | "sameorigin"));
    let directed = headers::policies(page).iter().any(|policy| policy.contains_key("frame-ancestors"));
    if !refused && !directed {
        let evidence = Evidence::new(observed.exchange, "a page without X-Frame-Options and without frame-ancestors");
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}
