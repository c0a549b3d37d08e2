use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Rule, Severity,
};

use super::administration;
use crate::judging::soft_404;
use crate::vocabulary::{self, Meaning};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "debug-function-open",
    aliases: &[],
    title: "Debug endpoint open to anyone",
    category: Category::Bfla,
    severity: Severity::Medium,
    cwe: &[489, 862],
    tags: &[],
    risk: "An unauthenticated client reads the records or internal state that the endpoint dumps.",
    fix: "Remove debug endpoints from deployments, or register them in development only.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
        "https://cwe.mitre.org/data/definitions/489.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(3),
    schedule: Schedule { guesses: true, ..Schedule::ANY },
    detectors: Detectors {
        applies: |operation, _| is_for_developers(operation),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        on_surface: Some(|probe, found| Box::pin(look(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Where such functions are usually kept, requested when the surface does not name it.
const USUAL: &str = "/debug";

fn is_for_developers(operation: &Operation) -> bool {
    operation.method == Method::GET && vocabulary::says(&operation.path, Meaning::Debug)
}

async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let response = probe.response_to(probe.request().anonymous()).await?;
    if administration::shows(&response).is_none() {
        return administration::is_kept_from(&response, probe.operation);
    }
    let missing = probe.missing_beside(response.request.path()).await?;
    found.extend(judge(&response, &missing, probe.location()));
    Ok(())
}

async fn look(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if probe.surface.operations.iter().any(|o| o.path.trim_end_matches('/') == USUAL) {
        return Ok(());
    }
    let response = probe.response_to(probe.get(USUAL)).await?;
    if administration::shows(&response).is_some() {
        let missing = probe.missing_beside(USUAL).await?;
        found.extend(judge(&response, &missing, Location::at(Method::GET, USUAL)));
    }
    Ok(())
}

/// Records or figures in JSON. Pages are the debugger's and the toolbar's, which have rules of their own.
fn judge(response: &Arc<Exchange>, missing: &Arc<Exchange>, location: Location) -> Option<Finding> {
    if response.json().is_none() || administration::shows(response).is_none() || soft_404::alike(missing, response) {
        return None;
    }
    let evidence = Evidence::new(response, format!("{} with a dump for an anonymous client", response.status()));
    let control = Evidence::new(missing, format!("{} for a path that is not there", missing.status()));
    Some(Finding::new(&RULE, Confidence::Firm, location, evidence).also(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(body: &str, missing: (u16, &str)) -> bool {
        let response = samples::exchange("/v1/users/debug", 200, body);
        let missing = samples::exchange("/users/v1/abc", missing.0, missing.1);
        judge(&response, &missing, Location::host()).is_some()
    }

    #[test]
    fn a_dump_is_found() {
        let dump = r#"{"users":[{"username":"ann","email":"a@b.example"}]}"#;
        assert!(found(dump, (404, "{}")));
        assert!(found(r#"{"queries":120,"cache_hits":40,"workers":4}"#, (404, "{}")));
        assert!(!found(dump, (200, dump)));
        assert!(!found(r#"{"debug":false}"#, (404, "{}")));
        assert!(!found("<html>Debug</html>", (404, "<p>no</p>")));
    }
}
