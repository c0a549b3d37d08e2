use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, ParameterIn, Request, Rule,
    Severity,
};

use crate::calling::request::Value;
use crate::experiments::repetition;
use crate::judging::access;
use crate::vocabulary::{self, Meaning};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Sampled, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "role-from-client",
    aliases: &[],
    title: "Privilege escalation: role taken from a request parameter",
    category: Category::Bfla,
    severity: Severity::High,
    cwe: &[807, 290, 302],
    tags: &[],
    risk: "An attacker who adds one parameter, header or cookie gets administrator access.",
    fix: "Take the role from the session or the verified token, never from the request.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
        "https://cwe.mitre.org/data/definitions/807.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(9).proof(repetition::REQUESTS),
    schedule: Schedule {
        depth: Depth::Standard,
        sampled: Sampled::ByGuard,
        has_hint: |operation, _| vocabulary::says(&operation.path, Meaning::Admin),
        ..Schedule::ANY
    },
    detectors: Detectors {
        applies: |operation, _| operation.method == Method::GET,
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Where a client could claim a role, the claim, and the claim that must not help.
const CLAIMS: [(ParameterIn, &str, &str, &str); 11] = [
    (ParameterIn::Query, "admin", "true", "false"),
    (ParameterIn::Query, "is_admin", "true", "false"),
    (ParameterIn::Query, "isAdmin", "true", "false"),
    (ParameterIn::Query, "role", "admin", "guest"),
    (ParameterIn::Header, "X-Admin", "true", "false"),
    (ParameterIn::Header, "X-Role", "admin", "guest"),
    (ParameterIn::Header, "X-User-Role", "admin", "guest"),
    (ParameterIn::Cookie, "admin", "true", "false"),
    (ParameterIn::Cookie, "is_admin", "true", "false"),
    (ParameterIn::Cookie, "isAdmin", "true", "false"),
    (ParameterIn::Cookie, "role", "admin", "guest"),
];

type Claim = (ParameterIn, &'static str, &'static str, &'static str);

/// Where an anonymous client is refused: all claims in one request, then all of them denied, then one after the other.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let refused = probe.response_to(probe.request().anonymous()).await?;
    if !access::is_refused(&refused) {
        return Err(access::nothing_refused());
    }
    let claimed = probe.response_to(claiming(probe, &CLAIMS, true)).await?;
    if !claimed.is_success() {
        return access::is_kept_out(&claimed);
    }
    let denied = probe.response_to(claiming(probe, &CLAIMS, false)).await?;
    if denied.is_success() {
        return Err(NotTested::inconclusive("let in whatever the claims say"));
    }
    for place in [ParameterIn::Query, ParameterIn::Header, ParameterIn::Cookie] {
        let here: Vec<Claim> = CLAIMS.iter().copied().filter(|claim| claim.0 == place).collect();
        if !probe.response_to(claiming(probe, &here, true)).await?.is_success() {
            continue;
        }
        for claim in here {
            let granted = probe.response_to(claiming(probe, &[claim], true)).await?;
            if granted.is_success() {
                for claimed in repetition::ORDER {
                    let request = claiming(probe, &[claim], claimed).fresh();
                    if probe.response_to(request).await?.is_success() != claimed {
                        return Err(NotTested::inconclusive("the same request is refused now and then"));
                    }
                }
                found.extend(judge(&refused, &granted, &denied, claim, probe.location()));
                return Ok(());
            }
        }
    }
    Err(NotTested::inconclusive("let in once with all claims together, but with none of them alone"))
}

fn claiming(probe: &OperationProbe<'_>, claims: &[Claim], claimed: bool) -> Request {
    let values: Vec<Value<'_>> = claims
        .iter()
        .map(|(place, name, yes, no)| Value { place: *place, name, value: if claimed { yes } else { no }, raw: false })
        .collect();
    probe.request_with(&values).anonymous()
}

fn judge(
    refused: &Arc<Exchange>,
    granted: &Arc<Exchange>,
    denied: &Arc<Exchange>,
    (place, name, yes, no): Claim,
    location: Location,
) -> Option<Finding> {
    if !access::is_refused(refused) || !granted.is_success() || denied.is_success() {
        return None;
    }
    let evidence =
        Evidence::new(granted, format!("status {} with {name}={yes} in the {}", granted.status(), place.id()));
    let without = Evidence::new(refused, format!("status {} without it", refused.status()));
    let control = Evidence::new(denied, format!("status {} with {name}={no}", denied.status()));
    let location = location.parameter(place.id(), name);
    Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(without).also(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn only_a_claim_that_makes_the_difference_is_found() {
        let found = |refused: u16, granted: u16, denied: u16| {
            let [a, b, c] = [refused, granted, denied].map(|status| exchange("/reports", status, "{}"));
            judge(&a, &b, &c, CLAIMS[0], Location::host()).is_some()
        };
        assert!(found(403, 200, 403));
        assert!(!found(403, 200, 200), "any parameter helps");
        assert!(!found(403, 403, 403));
        assert!(!found(200, 200, 403), "open anyway");
        assert!(!found(403, 500, 403));
    }
}
