use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Scheme, Severity, Tag,
};

use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "plain-http",
    aliases: &[],
    title: "Cleartext transmission: served over plain HTTP",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[319],
    tags: &[Tag::Misconfiguration],
    risk: "Anyone on the network path can read and change every request and response.",
    fix: "Redirect every request to HTTPS before it reaches a view.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html",
        "https://flask.palletsprojects.com/en/stable/deploying/proxy_fix/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(1),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Judges the scan's own path and whatever else was asked: a root without a page says nothing about the rest.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let plain = transport::in_the_clear(probe).await?;
    let observed = probe.observations;
    let host = &probe.origin().host;
    let others = observed.plain_calls().chain(observed.exchanges.iter().filter(|e| e.request.is_clean()));
    let others = others.filter(|e| e.request.origin.host == *host);
    let exchanges: Vec<&Arc<Exchange>> = std::iter::once(&plain).chain(others).collect();
    match judge(&exchanges) {
        Some(finding) => found.push(finding),
        // A forbidden front door may be all that plain HTTP gets to see.
        None if plain.status() == 403 || exchanges.iter().any(|e| refuses(e)) => {}
        None => return Err(NotTested::inconclusive("plain HTTP returned nothing but errors")),
    }
    Ok(())
}

/// Whether an answer sends the client to HTTPS: a redirect, or 426 (RFC 9110 section 15.5.22).
fn refuses(exchange: &Exchange) -> bool {
    let plain = exchange.request.origin.scheme == Scheme::Http;
    plain && (transport::to_https(exchange).is_some() || exchange.status() == 426)
}

/// The first answer that is the product itself.
fn judge(exchanges: &[&Arc<Exchange>]) -> Option<Finding> {
    let in_the_clear = |e: &&&Arc<Exchange>| {
        e.request.origin.scheme == Scheme::Http
            && !e.request.path().starts_with("/.well-known/")
            // Frameworks answer OPTIONS by themselves, even where the product answers nothing but errors.
            && e.request.method != Method::OPTIONS
            && transport::serves(e)
    };
    let served = exchanges.iter().find(in_the_clear)?;
    let origin = &served.request.origin;
    let evidence = Evidence::new(served, format!("{} over plain HTTP, no redirect to HTTPS", served.status()));
    let confidence = transport::confidence(origin, Confidence::Confirmed);
    Some(Finding::new(&RULE, confidence, Location::host(), evidence).detail(transport::caveat(origin)))
}

#[cfg(test)]
mod tests {
    use model::Request;

    use super::*;
    use crate::samples::{asked, origin, over};

    #[test]
    fn content_and_challenges_count_and_redirects_to_https_do_not() {
        let found = |status, headers: &[(&str, &str)]| judge(&[&over(Scheme::Http, status, headers, "x")]);
        assert_eq!(found(200, &[]).unwrap().confidence, Confidence::Confirmed);
        assert!(found(401, &[]).is_some());
        assert!(found(302, &[("Location", "/login")]).is_some());
        assert!(found(301, &[("Location", "https://api.example.com/")]).is_none());
        assert!(found(404, &[]).is_none() && found(503, &[]).is_none());
        assert!(judge(&[&over(Scheme::Https, 200, &[], "x")]).is_none());
        let options = Request::new(Method::OPTIONS, &origin(Scheme::Http), "/thing");
        assert!(judge(&[&asked(options, 200, &[("Allow", "GET")], "")]).is_none(), "the framework's own answer");
    }

    #[test]
    fn errors_alone_refuse_nothing() {
        let says = |status, headers: &[(&str, &str)]| refuses(&over(Scheme::Http, status, headers, "x"));
        assert!(says(308, &[("Location", "https://api.example.com/")]) && says(426, &[]));
        assert!(!says(404, &[]) && !says(500, &[]) && !says(405, &[]));
        let (nothing, something) = (over(Scheme::Http, 404, &[], ""), over(Scheme::Http, 401, &[], ""));
        assert!(judge(&[&nothing, &something]).is_some());
    }
}
