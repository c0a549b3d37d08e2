use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::toolbar;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Sees, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "debug-toolbar-sql",
    aliases: &[],
    title: "Debug toolbar exposes SQL statements",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[215, 489],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An unauthenticated client reads statements, tables and values of the database, and can run the statements again.",
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
    let panel = toolbar::panel(&text, "SQLAlchemy").unwrap_or("");
    let statements = panel.matches("class=\"flDebugSql\"").count();
    if statements > 0 {
        let evidence = Evidence::new(observed.exchange, format!("the SQL panel lists {statements} statement(s)"));
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}
