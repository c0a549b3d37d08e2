use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "forwarded-proto-trusted",
    aliases: &[],
    title: "Any client can claim to have come over HTTPS",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[348, 319],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "The redirect to HTTPS, and secure cookies with it, can be switched off by a request header.",
    fix: "Read X-Forwarded-Proto from exactly the proxies that set it (Flask: ProxyFix).",
    references: &[
        "https://flask.palletsprojects.com/en/stable/deploying/proxy_fix/",
        "https://github.com/wntrblm/flask-talisman",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(3),
    // Where everything leads to HTTPS, there is little else to ask.
    schedule: Schedule { has_hint: |_, called| called.is_some_and(transport::is_sent_on), ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

const HEADER: &str = "X-Forwarded-Proto";

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let plain = transport::in_the_clear(probe).await?;
    if transport::to_https(&plain).is_none() {
        return Err(NotTested::not_applicable("plain HTTP is not redirected to HTTPS"));
    }
    let claiming = |scheme: &str| plain.request.clone().header(HEADER, scheme).altered("header", HEADER, scheme);
    let secure = probe.response_to(claiming("https")).await?;
    // gunicorn and uvicorn believe the header by default from this machine, and only from it.
    let believed_here = ["gunicorn", "uvicorn"].iter().any(|server| probe.surface.has(server));
    if probe.origin().is_loopback() && believed_here {
        return Err(NotTested::inconclusive("the server believes the header from clients on its own machine"));
    }
    if transport::to_https(&secure).is_some() {
        return Ok(());
    }
    if !transport::serves(&secure) {
        return Err(NotTested::inconclusive(format!("with the header it is answered with {}", secure.status())));
    }
    let control = probe.response_to(claiming("http")).await?;
    found.extend(judge(&secure, &control));
    if found.is_empty() {
        return Err(NotTested::inconclusive("served with the header, whatever it claims"));
    }
    Ok(())
}

/// Served with the claim, redirected with the opposite claim: the claim alone decides.
fn judge(secure: &Arc<Exchange>, control: &Arc<Exchange>) -> Option<Finding> {
    if !secure.is_success() && secure.status() != 401 || transport::to_https(control).is_none() {
        return None;
    }
    let origin = &secure.request.origin;
    let evidence = Evidence::new(secure, format!("{} over plain HTTP with {HEADER}: https", secure.status()));
    let refused = Evidence::new(control, format!("{} to HTTPS with {HEADER}: http", control.status()));
    let confidence = transport::forwarded_confidence(origin, Confidence::Confirmed);
    let location = Location::host().parameter("header", HEADER);
    Some(Finding::new(&RULE, confidence, location, evidence).also(refused).detail(transport::forwarded_caveat(origin)))
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::{answered, over};

    #[test]
    fn the_claim_has_to_make_the_difference() {
        let served = over(Scheme::Http, 200, &[], "x");
        let redirected = over(Scheme::Http, 301, &[("Location", "https://api.example.com/")], "");
        assert_eq!(judge(&served, &redirected).map(|f| f.confidence), Some(Confidence::Confirmed));
        assert!(judge(&served, &served).is_none());
        assert!(judge(&redirected, &redirected).is_none());
        let away = answered("/", 301, &[("Location", "https://localhost/")], "");
        let here = judge(&answered("/", 200, &[], "x"), &away).unwrap();
        assert!(here.confidence == Confidence::Tentative && !here.detail.is_empty());
    }
}
