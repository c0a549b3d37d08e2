use model::{Category, Confidence, Evidence, Finding, Location, Method, NotTested, Rule, Severity, Tag};

use super::toolbar;
use crate::{Check, Cost, Detectors, Findings, ObservedExchange, RunsOn, Schedule, Sees, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "debug-toolbar",
    aliases: &[],
    title: "Debug toolbar exposed",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[489, 215],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "Every page shows an unauthenticated client the server's settings, routes, versions, queries and request data.",
    fix: "Load the debug toolbar in development only.",
    references: &[
        "https://flask-debugtoolbar.readthedocs.io/en/latest/",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(2),
    schedule: Schedule { guesses: true, ..Schedule::ANY },
    detectors: Detectors {
        on_exchange: Some(judge),
        sees: Sees::All,
        on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

const STYLE: &str = "/_debug_toolbar/static/css/toolbar.css";

/// An API without HTML pages shows the toolbar only by its files.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let shown = probe.observations.called(probe.surface).any(|(_, exchange)| toolbar::is_on(exchange));
    if shown {
        return Ok(());
    }
    if !probe.surface.may_be_flask() {
        return Err(NotTested::not_applicable("the target is not a Flask application"));
    }
    for mount in probe.mounts() {
        let style = probe.response_to(probe.get(format!("{mount}{STYLE}"))).await?;
        if style.is_success() && !style.is_html() && style.text().contains("#flDebug") {
            let evidence = Evidence::new(&style, "the toolbar's style sheet, with its rules for #flDebug");
            let location = Location::at(Method::GET, style.request.path());
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence));
            break;
        }
    }
    Ok(())
}

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    if !observed.exchange.is_html() {
        return false;
    }
    let text = observed.exchange.text();
    let django = text.contains("id=\"djDebug\"") && text.contains("djDebugToolbar");
    if toolbar::is_on(observed.exchange) || django {
        let what = if django { "id=\"djDebug\"" } else { "id=\"flDebug\" with DEBUG_TOOLBAR_STATIC_PATH" };
        let evidence = Evidence::new(observed.exchange, what);
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}
