use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use super::hosts;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "host-header-injection",
    aliases: &[],
    title: "Host header injection in links of a response",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[644, 20],
    tags: &[Tag::Injection, Tag::Misconfiguration],
    risk: "An attacker makes links in emails and cached pages lead to another site.",
    fix: "Build links from a configured hostname, and let the proxy reject unknown hosts.",
    references: &[
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/07-Input_Validation_Testing/17-Testing_for_Host_Header_Injection",
        "https://flask.palletsprojects.com/en/stable/config/#TRUSTED_HOSTS",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(hosts::MOST as u32),
    schedule: Schedule { has_hint: |_, called| called.is_some_and(hosts::names_itself), ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Answers that name the API by its full address are asked for again under another name.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let host = hosts::probe_host(probe);
    let plain = hosts::naming_themselves(probe);
    if plain.is_empty() {
        return Err(hosts::nothing_named());
    }
    for exchange in plain {
        let other = probe.send(hosts::claiming(&exchange.request, "Host", &host)).await?;
        if let Some(address) = hosts::names(&other, &host) {
            let evidence = Evidence::new(&other, format!("`{address}` in the response to `Host: {host}`"));
            let control = Evidence::new(&exchange, "the same address with the real host");
            let location =
                Location::at(exchange.request.method.clone(), exchange.request.path()).parameter("header", "Host");
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control));
        }
    }
    Ok(())
}
