use model::{Category, Confidence, Evidence, Finding, Location, Rule, Scheme, Severity, Tag};

use crate::judging::transport;
use crate::text::jwt;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "token-over-http",
    aliases: &[],
    title: "Bearer token requested over plain HTTP",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[319],
    tags: &[Tag::Crypto],
    risk: "Anyone on the network path can read the token and act as the user until it expires.",
    fix: "Reject tokens over plain HTTP.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6750#section-5.3",
        "https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let asked = transport::challenges(observed.exchange).iter().any(|scheme| scheme == "bearer");
    let issued = jwt::issued(observed.exchange);
    if !asked && issued.is_empty() {
        // A client that is redirected to HTTPS sends its credentials there.
        return transport::is_sent_on(observed.exchange);
    }
    let origin = &observed.exchange.request.origin;
    if origin.scheme == Scheme::Http {
        let what =
            if asked { "401 with WWW-Authenticate: Bearer over plain HTTP" } else { "a token issued over plain HTTP" };
        let confidence = transport::confidence(origin, Confidence::Confirmed);
        let mut finding = Finding::new(&RULE, confidence, Location::host(), Evidence::new(observed.exchange, what));
        for token in issued {
            finding = finding.hiding(token.token);
        }
        found.push(finding.detail(transport::caveat(origin)));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{observed, over};

    #[test]
    fn tokens_over_https_are_well() {
        let bearer = [("WWW-Authenticate", "Bearer")];
        assert_eq!(observed(look, &over(Scheme::Http, 401, &bearer, "")).1.len(), 1);
        assert_eq!(observed(look, &over(Scheme::Https, 401, &bearer, "")).1.len(), 0);
        assert!(!observed(look, &over(Scheme::Http, 200, &[], "{}")).0);
    }
}
