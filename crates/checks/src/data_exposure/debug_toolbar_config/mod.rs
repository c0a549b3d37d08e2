use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::toolbar;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Sees, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "debug-toolbar-config",
    aliases: &[],
    title: "Debug toolbar exposes the configuration and its secrets",
    category: Category::DataExposure,
    severity: Severity::Critical,
    cwe: &[215, 312, 489],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "Anyone with the SECRET_KEY can forge a session for any user; connection strings give access to the database.",
    fix: "Remove the toolbar, then replace every secret it showed.",
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
    let settings = toolbar::panel(&text, "ConfigVars").map(toolbar::secret_settings).unwrap_or_default();
    if !settings.is_empty() {
        let names = settings.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let evidence = Evidence::new(observed.exchange, format!("the configuration panel holds {names}"));
        let finding = Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence);
        found.push(settings.into_iter().fold(finding, |finding, (_, value)| finding.hiding(value)));
    }
    true
}
