use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use super::hosts;
use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "forwarded-host-trusted",
    aliases: &[],
    title: "X-Forwarded-Host trusted from any client",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[348, 644],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An attacker makes links in emails and cached pages lead to another site, past a proxy that checks Host.",
    fix: "Trust X-Forwarded-Host from the proxies that set it only.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/deploying/proxy_fix/",
        "https://werkzeug.palletsprojects.com/en/stable/middleware/proxy_fix/",
        "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Forwarded-Host",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(hosts::REROUTED + hosts::MOST as u32 + 1),
    schedule: Schedule::sharing(hosts::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::FORWARDING,
    },
    ..Check::of(&RULE)
};

const HEADER: &str = "X-Forwarded-Host";

/// Answers that name the API by its full address, and a redirect of the router, with a forwarded host of our own.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let host = hosts::probe_host(probe);
    let mut requests: Vec<_> = hosts::naming_themselves(probe).iter().map(|e| e.request.clone()).collect();
    requests.extend(hosts::rerouted(probe).await?.map(|(request, _)| request));
    if requests.is_empty() {
        return Err(hosts::nothing_named());
    }
    for request in requests {
        let exchange = probe.send(hosts::claiming(&request, HEADER, &host)).await?;
        let Some(address) = hosts::names(&exchange, &host) else { continue };
        let plain = probe.send(request).await?;
        if hosts::names(&plain, &host).is_none() {
            let evidence = Evidence::new(&exchange, format!("with {HEADER}: {host} the response has {address}"));
            let control = Evidence::new(&plain, "without it the response has the true host");
            let location = Location::host().parameter("header", HEADER);
            let confidence = transport::forwarded_confidence(probe.origin(), Confidence::Confirmed);
            let finding = Finding::new(&RULE, confidence, location, evidence).also(control);
            found.push(finding.detail(transport::forwarded_caveat(probe.origin())));
            return Ok(());
        }
    }
    Ok(())
}
