use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::errors;
use crate::experiments::provoke;
use crate::{Check, Cost, Detectors, Findings, ObservedExchange, RunsOn, Schedule, Sees, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "debug-page",
    aliases: &[],
    title: "Framework debug page exposed",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[489, 209, 215],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An unauthenticated client reads source code, variables and paths; some pages also run code.",
    fix: "Turn the framework's debug mode off on every reachable deployment.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/debugging/",
        "https://werkzeug.palletsprojects.com/en/stable/debug/",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(provoke::REQUESTS),
    schedule: Schedule::sharing(provoke::SHARES),
    detectors: Detectors {
        on_exchange: Some(judge),
        sees: Sees::All,
        on_surface: Some(|probe, _| Box::pin(probe_target(probe))),
        ..Detectors::NONE
    },
    // Debug mode is one setting of one application.
    same_cause_as: &["werkzeug-debugger", "werkzeug-console"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

/// Provokes error answers; [`judge`] reads them with all others.
async fn probe_target(probe: &TargetProbe<'_>) -> Result<(), NotTested> {
    provoke::any(probe, &provoke::errors(probe).await?)
}

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    if !observed.exchange.is_html() {
        return false;
    }
    if let Some(told) = errors::debug_page(observed.exchange) {
        let confidence = if observed.exchange.status() >= 400 { Confidence::Confirmed } else { Confidence::Firm };
        let evidence = Evidence::new(observed.exchange, told.excerpt);
        let detail = format!("The error page of {}.", told.what);
        let finding = Finding::new(&RULE, confidence, observed.location(), evidence).detail(detail);
        found.push(errors::console_secret(observed.exchange).into_iter().fold(finding, Finding::hiding));
    }
    true
}
