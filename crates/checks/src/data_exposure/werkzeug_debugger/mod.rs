use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity, Tag};

use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "werkzeug-debugger",
    aliases: &[],
    title: "Werkzeug debugger exposed",
    category: Category::DataExposure,
    severity: Severity::Critical,
    cwe: &[489, 94],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An attacker who unlocks the debugger runs Python on the server.",
    fix: "Serve with gunicorn and leave FLASK_DEBUG unset.",
    references: &["https://werkzeug.palletsprojects.com/en/stable/debug/", "CVE-2024-34069"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(4),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

const RESOURCE: &str = "?__debugger__=yes&cmd=resource&f=";

/// Asks the debugger for its own script, which it serves before the application sees the request, and for one it does not have.
/// Nothing is executed, no error is provoked, the PIN is not touched.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for mount in probe.mounts() {
        let script = probe.response_to(probe.get(format!("{mount}/{RESOURCE}debugger.js"))).await?;
        if is_script(&script) {
            let other = format!("{mount}/{RESOURCE}{}.js", probe.canary("control"));
            let control = probe.response_to(probe.get(other)).await?;
            found.extend(judge(&script, &control));
            break;
        }
        if is_filtered(probe, &script) {
            return Err(filtered(&script));
        }
    }
    Ok(())
}

/// Whether the query was refused where the same path without it is not: the debugger may be there behind a filter.
fn is_filtered(probe: &TargetProbe<'_>, script: &Exchange) -> bool {
    let plain = probe.observations.called(probe.surface).find(|(o, _)| o.path == "/").map(|(_, e)| e.status());
    matches!(script.status(), 403 | 406) && plain.is_some_and(|plain| plain != script.status())
}

fn filtered(script: &Exchange) -> NotTested {
    NotTested::inconclusive(format!("something before the application refuses the query ({})", script.status()))
}

fn is_script(exchange: &Exchange) -> bool {
    let text = exchange.text();
    exchange.status() == 200
        && exchange.response().is_some_and(|r| r.media_type().ends_with("javascript"))
        && text.contains("EVALEX_TRUSTED")
        && text.contains("__debugger__")
}

/// A server that answers any query with the same script is not the debugger: the control must be refused.
fn judge(script: &Arc<Exchange>, control: &Arc<Exchange>) -> Option<Finding> {
    if control.status() != 404 {
        return None;
    }
    let location = Location::at(Method::GET, script.request.path());
    let evidence = Evidence::new(script, "200 with the debugger's own debugger.js, which refers to EVALEX_TRUSTED");
    let refused = Evidence::new(control, "404 for a debugger resource that does not exist");
    Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(refused))
}
