use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity, Tag,
};

use super::{console, errors};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "werkzeug-console",
    aliases: &[],
    title: "Werkzeug console exposed",
    category: Category::DataExposure,
    severity: Severity::Critical,
    cwe: &[489, 94],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An attacker who knows or computes the PIN runs Python on the server.",
    fix: "Use a production server and leave the debugger off.",
    references: &["https://werkzeug.palletsprojects.com/en/stable/debug/", "CVE-2024-34069", "CVE-2019-14806"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(console::REQUESTS + MOVED.len() as u32).more_when_deep(2 * MOVED.len() as u32),
    schedule: Schedule::sharing(console::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

/// Where applications move it to, by the names that guides use.
const MOVED: [&str; 3] = ["/debugger", "/debugger/console", "/debug/console"];

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if let Some(page) = console::find(probe).await? {
        found.push(finding(&page));
        return Ok(());
    }
    for mount in moved_below(probe) {
        for path in MOVED {
            let page = probe.response_to(probe.get(format!("{mount}{path}"))).await?;
            if console::is_console(&page) {
                found.push(finding(&page));
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Where a moved console is looked for: where the scan was asked to begin if Flask shows there, and in a deep scan wherever an application
/// may stand.
fn moved_below(probe: &TargetProbe<'_>) -> Vec<String> {
    let mut mounts = console::mounts(probe);
    mounts.reverse();
    let most = match probe.target.depth {
        Depth::Deep => 3,
        _ => usize::from(probe.surface.shows_flask()),
    };
    mounts.truncate(most);
    mounts
}

fn finding(page: &Arc<Exchange>) -> Finding {
    let evidence = Evidence::new(page, "the console's page: CONSOLE_MODE = true, with the secret for its commands");
    let finding = Finding::new(&RULE, Confidence::Confirmed, Location::at(Method::GET, page.request.path()), evidence);
    errors::console_secret(page).into_iter().fold(finding, Finding::hiding)
}
