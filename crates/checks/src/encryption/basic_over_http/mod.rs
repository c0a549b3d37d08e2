use model::{
    Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Scheme, SecurityScheme, Severity, Surface, Tag,
};

use crate::judging::transport;
use crate::{Check, Detectors, Findings, Observations, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "basic-over-http",
    aliases: &[],
    title: "HTTP Basic credentials requested over plain HTTP",
    category: Category::Encryption,
    severity: Severity::High,
    cwe: &[523, 319],
    tags: &[Tag::Crypto],
    risk: "Anyone on the network path can read username and password from one request.",
    fix: "Redirect to HTTPS before requesting credentials.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc7617#section-4",
        "https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), on_end: Some(read), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    if !transport::challenges(observed.exchange).iter().any(|scheme| scheme == "basic") {
        // A client that is redirected to HTTPS sends its credentials there.
        return transport::is_sent_on(observed.exchange);
    }
    let origin = &observed.exchange.request.origin;
    if origin.scheme == Scheme::Http {
        let evidence = Evidence::new(observed.exchange, "401 with WWW-Authenticate: Basic over plain HTTP");
        let confidence = transport::confidence(origin, Confidence::Confirmed);
        found.push(Finding::new(&RULE, confidence, Location::host(), evidence).detail(transport::caveat(origin)));
    }
    true
}

/// What the API description promises: Basic, and a server without TLS that also answers.
fn read(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let Some(facts) = &surface.specification else { return Err(NotTested::NoSpecification) };
    let is_basic = |scheme: &SecurityScheme| matches!(scheme, SecurityScheme::Http { scheme } if scheme == "basic");
    if !facts.security_schemes.values().any(is_basic) {
        return Err(NotTested::not_applicable("no Basic scheme is declared"));
    }
    let in_the_clear =
        observations.exchanges.iter().find(|e| e.request.origin.scheme == Scheme::Http && transport::serves(e));
    let declared = facts.servers.iter().any(|server| server.to_ascii_lowercase().starts_with("http://"));
    let Some(exchange) = in_the_clear.or_else(|| observations.exchanges.iter().find(|e| declared && e.is_success()))
    else {
        return Ok(());
    };
    let origin = &exchange.request.origin;
    let confidence =
        if in_the_clear.is_some() { transport::confidence(origin, Confidence::Firm) } else { Confidence::Tentative };
    let evidence = Evidence::new(exchange, "the API description declares HTTP Basic for a server without TLS");
    found.push(Finding::new(&RULE, confidence, Location::host(), evidence).detail(transport::caveat(origin)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{observed, over};

    #[test]
    fn only_a_challenge_over_plain_http() {
        let basic = [("WWW-Authenticate", r#"Basic realm="x""#)];
        assert_eq!(observed(look, &over(Scheme::Http, 401, &basic, "")).1[0].confidence, Confidence::Confirmed);
        assert!(observed(look, &over(Scheme::Https, 401, &basic, "")).1.is_empty());
        assert!(!observed(look, &over(Scheme::Http, 401, &[("WWW-Authenticate", "Bearer")], "")).0);
        assert!(!observed(look, &over(Scheme::Http, 200, &basic, "")).0);
    }
}
