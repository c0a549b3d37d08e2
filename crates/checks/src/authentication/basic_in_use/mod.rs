use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, SecurityScheme, Severity, Surface,
};

use crate::judging::{access, transport};
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "basic-in-use",
    aliases: &[],
    title: "HTTP Basic authentication in use",
    category: Category::Authentication,
    severity: Severity::Info,
    cwe: &[522],
    tags: &[],
    risk: "An attacker who sees any one request obtains the password, because every request carries it.",
    fix: "Exchange the password for a short-lived token.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc7617",
        "https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html",
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
    let is_basic = |scheme: &SecurityScheme| matches!(scheme, SecurityScheme::Http { scheme } if scheme == "basic");
    let declared = surface.specification.as_ref().is_some_and(|facts| facts.security_schemes.values().any(is_basic));
    let asks = |e: &&Arc<Exchange>| transport::challenges(e).iter().any(|scheme| scheme == "basic");
    let clean = || observations.exchanges.iter().filter(|e| e.request.is_clean() && e.response().is_some());
    let (exchange, what) = match (clean().find(asks), declared) {
        (Some(exchange), _) => (exchange, "401 with WWW-Authenticate: Basic"),
        (None, true) => (clean().next().ok_or(NotTested::NoAnswer)?, "the API description declares HTTP Basic"),
        (None, false) if access::is_guarded_somewhere(surface, observations) => return Ok(()),
        (None, false) => return Err(NotTested::not_applicable("no operation requires credentials")),
    };
    found.push(Finding::new(&RULE, Confidence::Firm, Location::host(), Evidence::new(exchange, what)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn without_any_lock_there_is_nothing_to_hold() {
        let of = |seen: Arc<Exchange>| {
            let mut found = Findings::default();
            let observations = Observations::plainly(Vec::new(), vec![seen]);
            let result = judge(&Surface::default(), &observations, &mut found);
            (result.is_ok(), found.into_vec().len())
        };
        assert_eq!(of(answered("/", 401, &[("WWW-Authenticate", "Basic realm=x")], "{}")), (true, 1));
        assert_eq!(of(answered("/", 401, &[("WWW-Authenticate", "Bearer")], "{}")), (true, 0));
        assert_eq!(of(exchange("/", 200, "{}")), (false, 0));
    }
}
