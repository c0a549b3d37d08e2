use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use super::hosts;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "host-reflected-in-redirect",
    aliases: &[],
    title: "Host header injection in redirects",
    category: Category::InputValidation,
    severity: Severity::Low,
    cwe: &[644],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An attacker can poison a cache in front so that it redirects visitors to another site.",
    fix: "Reject unknown hosts at the proxy or in the application.",
    references: &[
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/07-Input_Validation_Testing/17-Testing_for_Host_Header_Injection",
        "https://flask.palletsprojects.com/en/stable/config/#TRUSTED_HOSTS",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(hosts::REROUTED + 1),
    schedule: Schedule::sharing(hosts::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// A path that the router redirects to the same path written otherwise, under another name.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some((request, plain)) = hosts::rerouted(probe).await? else {
        return Err(NotTested::not_applicable("no path that a router redirects is known"));
    };
    let host = hosts::probe_host(probe);
    let other = probe.send(hosts::claiming(&request, "Host", &host)).await?;
    match judge(&plain, &other, &host) {
        Some(finding) => found.push(finding),
        // Redirected elsewhere, or refused for the host: 400 by Flask, 403 and 421 by proxies.
        None if other.header("location").is_some() || matches!(other.status(), 400 | 403 | 421) => {}
        None => return Err(NotTested::not_applicable("a doubled slash is not redirected")),
    }
    Ok(())
}

fn judge(plain: &Arc<Exchange>, other: &Arc<Exchange>, host: &str) -> Option<Finding> {
    let address = other.header("location").filter(|_| hosts::is_rerouting(other))?;
    // A redirect to a path names nobody; its page may.
    hosts::names(other, host).filter(|named| named == address)?;
    let evidence = Evidence::new(other, format!("{} with Location: {address}", other.status()));
    let control = Evidence::new(plain, format!("with the true host: {}", plain.header("location").unwrap_or("none")));
    let location = Location::host().parameter("header", "Host");
    Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    #[test]
    fn only_a_redirect_that_follows_the_name_counts() {
        let to = |status: u16, location: &str, body: &str| answered("/a", status, &[("Location", location)], body);
        let plain = to(308, "http://localhost/a/", "");
        let fires = |other: &Arc<Exchange>| judge(&plain, other, "evil.example").is_some();
        assert!(fires(&to(308, "http://evil.example/a/", "")));
        assert!(fires(&to(301, "//evil.example/a/", "")));
        assert!(!fires(&plain), "the true host");
        assert!(!fires(&to(308, "/a/", "<a href=http://evil.example/a/>")), "a relative redirect");
        assert!(!fires(&to(302, "http://evil.example/login", "")), "the application's own redirect is another rule's");
        assert!(!fires(&answered("/a", 400, &[], "")), "refused");
    }
}
