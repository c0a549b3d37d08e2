use std::sync::{Arc, LazyLock};

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, ParameterIn, Rule, Scheme, SecurityScheme,
    Severity, Surface, Tag,
};
use regex::Regex;

use crate::judging::transport;
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "api-key-over-http",
    aliases: &[],
    title: "API key requested over plain HTTP",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[319],
    tags: &[Tag::Crypto],
    risk: "Anyone on the network path can read the key from one request.",
    fix: "Reject API keys over plain HTTP.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html",
        "https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let mut plain =
        observations.exchanges.iter().filter(|e| e.request.origin.scheme == Scheme::Http && e.request.is_clean());
    let declared = surface.specification.as_ref().is_some_and(|facts| {
        let is_key = |scheme: &SecurityScheme| {
            matches!(scheme, SecurityScheme::ApiKey { place: ParameterIn::Header | ParameterIn::Query, .. })
        };
        facts.security_schemes.values().any(is_key)
    });
    let (exchange, excerpt) = if let Some(exchange) = plain.clone().find(|e| demands_a_key(e)) {
        (exchange, "a response over plain HTTP requests an API key")
    } else if declared {
        let Some(exchange) = plain.find(|e| transport::serves(e)) else { return Ok(()) };
        (exchange, "the API description declares an API key, and plain HTTP is served")
    } else if plain.any(|e| transport::is_sent_on(e)) {
        // A client that is redirected to HTTPS sends its credentials there.
        return Ok(());
    } else {
        return Err(NotTested::not_applicable("nothing asks for an API key over plain HTTP"));
    };
    let origin = &exchange.request.origin;
    let confidence = transport::confidence(origin, Confidence::Firm);
    let evidence = Evidence::new(exchange, excerpt);
    found.push(Finding::new(&RULE, confidence, Location::host(), evidence).detail(transport::caveat(origin)));
    Ok(())
}

fn demands_a_key(exchange: &Arc<Exchange>) -> bool {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\b(?:x-)?api[-_ ]?key\b").ok());
    let short = exchange.body_len() < 2_000;
    matches!(exchange.status(), 401 | 403)
        && (transport::challenges(exchange).iter().any(|scheme| scheme == "apikey")
            || short && WORDS.as_ref().is_some_and(|words| words.is_match(&exchange.text())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::over;

    #[test]
    fn only_a_refusal_that_speaks_of_a_key() {
        assert!(demands_a_key(&over(Scheme::Http, 401, &[], "missing X-API-Key header")));
        assert!(demands_a_key(&over(Scheme::Http, 403, &[], r#"{"error":"Invalid API key"}"#)));
        assert!(!demands_a_key(&over(Scheme::Http, 200, &[], "your api_key is below")));
        assert!(!demands_a_key(&over(Scheme::Http, 401, &[], "please log in")));
    }
}
