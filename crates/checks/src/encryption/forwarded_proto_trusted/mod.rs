use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Request, Rule, Severity, Tag};

use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "forwarded-proto-trusted",
    aliases: &[],
    title: "X-Forwarded-Proto trusted from any client",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[348, 319],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "Any client can switch off the redirect to HTTPS, and with it secure cookies, by a request header.",
    fix: "Trust X-Forwarded-Proto from the proxies that set it only.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/deploying/proxy_fix/",
        "https://github.com/wntrblm/flask-talisman",
        "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Forwarded-Proto",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(2).proof(CLAIMS.len() as u32 + 1),
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

/// A header by which proxies say how a request came to them, with what it says of HTTPS and of plain HTTP.
struct Claim {
    header: &'static str,
    secure: &'static str,
    plain: &'static str,
}

const fn claim(header: &'static str, secure: &'static str, plain: &'static str) -> Claim {
    Claim { header, secure, plain }
}

/// Sources: RFC 7239; developer.mozilla.org (X-Forwarded-Proto); docs.gunicorn.org (`secure_scheme_headers`); guides.rubyonrails.org and
/// `Rack::Request` (X-Forwarded-Ssl, X-Forwarded-Scheme, X-Scheme); learn.microsoft.com (Front-End-Https).
const CLAIMS: [Claim; 7] = [
    claim("X-Forwarded-Proto", "https", "http"),
    claim("Forwarded", "proto=https", "proto=http"),
    claim("X-Forwarded-Ssl", "on", "off"),
    claim("X-Forwarded-Scheme", "https", "http"),
    claim("X-Forwarded-Protocol", "https", "http"),
    claim("X-Scheme", "https", "http"),
    claim("Front-End-Https", "on", "off"),
];

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let plain = transport::in_the_clear(probe).await?;
    if transport::to_https(&plain).is_none() {
        return Err(NotTested::not_applicable("plain HTTP is not redirected to HTTPS"));
    }
    let saying =
        |request: Request, header: &str, value: &str| request.header(header, value).altered("header", header, value);
    let all = CLAIMS.iter().fold(plain.request.clone(), |request, c| saying(request, c.header, c.secure));
    let secure = probe.response_to(all).await?;
    // gunicorn and uvicorn believe the header by default from this machine, and only from it.
    let believed_here = ["gunicorn", "uvicorn"].iter().any(|server| probe.surface.has(server));
    if probe.origin().is_loopback() && believed_here {
        return Err(NotTested::inconclusive("the server believes such headers from clients on its own machine"));
    }
    if transport::to_https(&secure).is_some() {
        return Ok(());
    }
    if !transport::serves(&secure) {
        return Err(NotTested::inconclusive(format!("with such headers it returns {}", secure.status())));
    }
    for claim in &CLAIMS {
        let secure = probe.response_to(saying(plain.request.clone(), claim.header, claim.secure)).await?;
        if transport::serves(&secure) {
            let control = probe.response_to(saying(plain.request.clone(), claim.header, claim.plain)).await?;
            found.extend(judge(claim, &secure, &control));
            break;
        }
    }
    if found.is_empty() {
        return Err(NotTested::inconclusive("served with such headers, whatever one of them claims"));
    }
    Ok(())
}

/// Served with the claim, redirected with the opposite claim: the claim alone decides.
fn judge(claim: &Claim, secure: &Arc<Exchange>, control: &Arc<Exchange>) -> Option<Finding> {
    if !secure.is_success() && secure.status() != 401 || transport::to_https(control).is_none() {
        return None;
    }
    let Claim { header, secure: yes, plain: no } = claim;
    let origin = &secure.request.origin;
    let evidence = Evidence::new(secure, format!("{} over plain HTTP with {header}: {yes}", secure.status()));
    let refused = Evidence::new(control, format!("{} to HTTPS with {header}: {no}", control.status()));
    let confidence = transport::forwarded_confidence(origin, Confidence::Confirmed);
    let location = Location::host().parameter("header", header);
    Some(Finding::new(&RULE, confidence, location, evidence).also(refused).detail(transport::forwarded_caveat(origin)))
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::{answered, over};
    use crate::scripted::{Said, Scripted};

    #[test]
    fn the_claim_has_to_make_the_difference() {
        let served = over(Scheme::Http, 200, &[], "x");
        let redirected = over(Scheme::Http, 301, &[("Location", "https://api.example.com/")], "");
        assert_eq!(judge(&CLAIMS[0], &served, &redirected).map(|f| f.confidence), Some(Confidence::Confirmed));
        assert!(judge(&CLAIMS[0], &served, &served).is_none());
        assert!(judge(&CLAIMS[0], &redirected, &redirected).is_none());
        let away = answered("/", 301, &[("Location", "https://localhost/")], "");
        let here = judge(&CLAIMS[0], &answered("/", 200, &[], "x"), &away).unwrap();
        assert!(here.confidence == Confidence::Tentative && !here.detail.is_empty());
    }

    /// What is found where everything leads to HTTPS but what carries this header with this value.
    async fn run(header: &'static str, value: &'static str) -> Vec<String> {
        let script = Scripted::new(move |request, _| {
            if request.header_value(header).is_some_and(|said| said == value) {
                return Said::With(Vec::new(), 200, "text/html", "<h1>Frames</h1>".to_owned());
            }
            let to = vec![("Location", "https://localhost/".to_owned())];
            Said::With(to, 301, "text/html", String::new())
        });
        let found = script.run(&CHECK, &crate::samples::surface(Vec::new())).await.found;
        found.iter().map(|finding| format!("{:?}", finding.location)).collect()
    }

    #[tokio::test]
    async fn the_header_that_is_believed_is_named_whichever_it_is() {
        for claim in &CLAIMS {
            let places = run(claim.header, claim.secure).await;
            assert!(places.len() == 1 && places[0].contains(claim.header), "{}: {places:?}", claim.header);
        }
        assert_eq!(run("X-Forwarded-For", "127.0.0.1").await, [""; 0]);
    }
}
