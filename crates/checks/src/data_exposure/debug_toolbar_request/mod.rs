use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::toolbar;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Sees, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "debug-toolbar-request",
    aliases: &[],
    title: "Debug toolbar exposes request data and logs",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[215, 489],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An unauthenticated client reads session contents, headers added by proxies and log lines in every page.",
    fix: "Load the debug toolbar in development only.",
    references: &[
        "https://flask-debugtoolbar.readthedocs.io/en/latest/",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ],
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

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    if !toolbar::is_on(observed.exchange) {
        return false;
    }
    let text = observed.exchange.text();
    let shown: Vec<&str> =
        ["RequestVars", "Header", "Logging"].into_iter().filter(|name| toolbar::panel(&text, name).is_some()).collect();
    if !shown.is_empty() {
        let evidence = Evidence::new(observed.exchange, format!("panels in the page: {}", shown.join(", ")));
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}
