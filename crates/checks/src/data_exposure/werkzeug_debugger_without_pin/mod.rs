use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::{console, errors};
use crate::{Check, Cost, Detectors, Findings, ObservedExchange, RunsOn, Schedule, Sees, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "werkzeug-debugger-without-pin",
    aliases: &[],
    title: "Remote code execution: Werkzeug debugger without a PIN",
    category: Category::DataExposure,
    severity: Severity::Critical,
    cwe: &[489, 94, 306],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An unauthenticated attacker runs Python on the server.",
    fix: "Remove the debugger, and never set WERKZEUG_DEBUG_PIN=off.",
    references: &["https://werkzeug.palletsprojects.com/en/stable/debug/#debugger-pin"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(console::REQUESTS),
    schedule: Schedule::sharing(console::SHARES),
    detectors: Detectors {
        on_exchange: Some(judge),
        sees: Sees::All,
        on_surface: Some(|probe, _| Box::pin(probe_target(probe))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

/// Asks for the console; [`judge`] reads its page with all others.
async fn probe_target(probe: &TargetProbe<'_>) -> Result<(), NotTested> {
    console::find(probe).await.map(drop)
}

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if !exchange.is_html() {
        return false;
    }
    if console::runs_without_pin(exchange) {
        let evidence = Evidence::new(exchange, "EVALEX = true, EVALEX_TRUSTED = true");
        let finding = Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence);
        found.push(errors::console_secret(exchange).into_iter().fold(finding, Finding::hiding));
    }
    true
}
