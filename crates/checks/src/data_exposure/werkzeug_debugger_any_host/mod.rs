use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity, Tag};

use super::{console, errors};
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "werkzeug-debugger-any-host",
    aliases: &[],
    title: "Werkzeug debugger accepts any Host header (CVE-2024-34069)",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[346, 489],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An attacker whose page a developer visits can drive the debugger through the developer's browser and run code.",
    fix: "Upgrade to Werkzeug 3.0.3 or later, and leave the debugger off on reachable deployments.",
    references: &[
        "CVE-2024-34069",
        "https://github.com/pallets/werkzeug/security/advisories/GHSA-2g68-c3qc-8985",
        "https://werkzeug.palletsprojects.com/en/stable/debug/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(console::REQUESTS + 1),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    // Debug mode is one setting of one application.
    same_cause_as: &["werkzeug-console", "werkzeug-debugger"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(page) = console::find(probe).await? else {
        return Err(NotTested::not_applicable("no console of Werkzeug was found"));
    };
    // It was refused under the target's own name: the host is looked at.
    if !page.request.is_clean() {
        return Ok(());
    }
    let host = format!("{}.example", probe.canary("host"));
    let request = probe.get(page.request.path()).header("Host", host.as_bytes()).altered("header", "Host", &host);
    found.extend(judge(&probe.response_to(request).await?, &host));
    Ok(())
}

/// The console itself, ready to take commands; a proxy's page for an unknown host is neither.
fn judge(response: &Arc<Exchange>, host: &str) -> Option<Finding> {
    if !console::is_console(response) || !console::takes_commands(response) {
        return None;
    }
    let evidence = Evidence::new(response, format!("the console's page under Host: {host}, with EVALEX = true"));
    let location = Location::at(Method::GET, response.request.path()).parameter("header", "Host");
    let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence).detail(
        "So does Werkzeug before 3.0.3 (CVE-2024-34069), and a later one behind a proxy that replaces the Host header.",
    );
    Some(errors::console_secret(response).into_iter().fold(finding, Finding::hiding))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    fn console(commands: bool) -> String {
        format!(
            "<!doctype html><html><title>Console // Werkzeug Debugger</title><script>var CONSOLE_MODE = true,\n  EVALEX = {commands},\n  \
             EVALEX_TRUSTED = false,\n  SECRET = \"abcdefghij0123456789\";</script>"
        )
    }

    #[test]
    fn only_the_console_that_takes_commands_counts() {
        let fires = |status: u16, body: &str| judge(&exchange("/console", status, body), "canary.example").is_some();
        assert!(fires(200, &console(true)));
        assert!(!fires(200, &console(false)));
        assert!(!fires(400, "<title>400 Bad Request</title>"));
        assert!(!fires(421, &console(true)));
    }

    #[test]
    fn other_answers_to_a_foreign_host_are_silent() {
        let fires = |headers: &[(&str, &str)], body: &str| {
            judge(&answered("/console", 200, headers, body), "canary.example").is_some()
        };
        assert!(!fires(&[], "<title>Shop</title><p>You asked canary.example for /console, EVALEX = true,</p>"));
        assert!(!fires(&[("Content-Type", "text/plain")], &console(true)), "source code, not the page");
        assert!(!fires(&[], "{\"host\": \"canary.example\"}"));
    }

    #[test]
    fn the_secret_of_the_console_is_hidden() {
        let finding = judge(&exchange("/console", 200, &console(true)), "canary.example").unwrap();
        assert_eq!(finding.secrets.len(), 1);
    }
}
