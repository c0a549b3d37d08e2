use std::sync::LazyLock;

use model::{Category, Confidence, Depth, Evidence, Finding, Method, NotTested, Rule, Severity, Tag};

use crate::calling::login;
use crate::text::patterns::{Pattern, first, load};
use crate::{Check, Cost, Detectors, Findings, ObservedExchange, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "monitoring-dashboard",
    aliases: &[],
    title: "Monitoring or metrics page exposed",
    category: Category::Inventory,
    severity: Severity::Medium,
    cwe: &[200, 419],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated client reads routes, load, versions and sometimes request parameters.",
    fix: "Serve metrics and dashboards on an internal address or behind authentication.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(STANDARD.len() as u32).more_when_deep(DEEP.len() as u32),
    schedule: Schedule { depth: Depth::Standard, guesses: true, ..Schedule::ANY },
    detectors: Detectors {
        on_exchange: Some(judge),
        on_surface: Some(|probe, _| Box::pin(probe_target(probe))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

const STANDARD: [&str; 2] = ["/metrics", "/dashboard/"];
const DEEP: [&str; 11] = [
    "/flask-profiler/",
    "/dashboard/login",
    "/rq/",
    "/flower/",
    "/actuator",
    "/actuator/prometheus",
    "/_profiler/",
    "/debug/pprof/",
    "/phpmyadmin/",
    "/api/metrics",
    "/prometheus",
];

static PAGES: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("../data/dashboards.toml")));

/// Asks for the usual paths; [`judge`] reads the answers with all others.
async fn probe_target(probe: &TargetProbe<'_>) -> Result<(), NotTested> {
    let deep = DEEP.iter().filter(|_| probe.target.depth == Depth::Deep);
    for path in STANDARD.iter().chain(deep) {
        probe.response_to(probe.get(*path)).await?;
    }
    Ok(())
}

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if !exchange.is_success() || exchange.body_len() == 0 || exchange.request.identity.is_some() {
        return false;
    }
    // Some servers give one response whatever the method: the page is at its path once.
    if exchange.request.method != Method::GET {
        return true;
    }
    // Its login form carries the same title and the same files, but opens nothing.
    if login::is_login_page(exchange) {
        return true;
    }
    if let Some((pattern, excerpt)) = first(&PAGES, &exchange.text()) {
        let detail = format!("{}.", pattern.name);
        let finding = Finding::new(&RULE, Confidence::Confirmed, observed.location(), Evidence::new(exchange, excerpt));
        found.push(finding.detail(detail));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{exchange, observed};

    #[test]
    fn the_table_is_honest() {
        crate::text::patterns::verify(&PAGES);
    }

    #[test]
    fn a_login_form_is_not_open() {
        let open = |path: &str, body: &str| !observed(judge, &exchange(path, 200, body)).1.is_empty();
        let title = "<title>Flask-MonitoringDashboard</title>";
        assert!(open("/dashboard/", &format!("{title}<table><tr><td>/api/users</td><td>12 ms</td></tr></table>")));
        assert!(!open("/dashboard/", &format!("{title}<form><input type=\"password\" name=p></form>")));
        assert!(!open("/dashboard/login", &format!("{title}<div id=app></div>")));
        assert!(open("/metrics", "# TYPE requests_total counter\nrequests_total 12.0\n"));
    }
}
