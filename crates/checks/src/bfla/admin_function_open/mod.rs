use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Rule, Severity,
};

use super::administration::{self, Shows};
use crate::judging::soft_404;
use crate::vocabulary::{self, Meaning};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "admin-function-open",
    aliases: &[],
    title: "Broken access control: administrative function open to anyone",
    category: Category::Bfla,
    severity: Severity::High,
    cwe: &[285, 862],
    tags: &[],
    risk: "An unauthenticated client can read, and perhaps do, what is meant for administrators.",
    fix: "Check the role in one place for everything under the administration path, and deny by default.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
        "https://cwe.mitre.org/data/definitions/862.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(4),
    schedule: Schedule { guesses: true, ..Schedule::ANY },
    detectors: Detectors {
        applies: |operation, _| is_for_administrators(operation),
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

/// Where such functions are usually kept, asked for when the surface does not name them.
const USUAL: [&str; 2] = ["/admin/users", "/api/admin/users"];

fn is_for_administrators(operation: &Operation) -> bool {
    let id = operation.id.as_deref().unwrap_or("");
    operation.method == Method::GET
        && (vocabulary::says(&operation.path, Meaning::Admin) || vocabulary::says(id, Meaning::Admin))
}

/// Calls a known function without credentials.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let response = probe.response_to(probe.request().anonymous()).await?;
    if administration::shows(&response).is_none() {
        return administration::is_kept_from(&response, probe.operation);
    }
    let missing = probe.missing_beside(response.request.path()).await?;
    found.extend(judge(&response, &missing, probe.operation.declares_security(), probe.location()));
    Ok(())
}

/// Looks at the usual places.
async fn look(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for path in USUAL {
        if probe.surface.operations.iter().any(|o| o.path.trim_end_matches('/') == path) {
            continue;
        }
        let response = probe.response_to(probe.get(path)).await?;
        if administration::shows(&response).is_some() {
            // A router that takes any word before the collection (`/x/users`) shows nothing that is for administrators.
            let word = format!("/{}/", probe.canary("another word"));
            let elsewhere = probe.response_to(probe.get(path.replace("/admin/", &word))).await?;
            if soft_404::alike(&elsewhere, &response) {
                continue;
            }
            let missing = probe.missing_beside(path).await?;
            found.extend(judge(&response, &missing, false, Location::at(Method::GET, path)));
            break;
        }
    }
    Ok(())
}

fn judge(response: &Arc<Exchange>, missing: &Arc<Exchange>, declared: bool, location: Location) -> Option<Finding> {
    let shown = administration::shows(response)?;
    // A server that has records for a path that is not there has them for every path.
    let everywhere = missing.is_success() && administration::shows(missing).is_some();
    if everywhere || soft_404::alike(missing, response) {
        return None;
    }
    let (what, confidence) = match shown {
        Shows::Records => ("records", if declared { Confidence::Confirmed } else { Confidence::Firm }),
        Shows::Figures => ("figures and settings", Confidence::Firm),
        Shows::Page => ("a page of administration without a login", Confidence::Firm),
    };
    let evidence = Evidence::new(response, format!("{} with {what} for an anonymous client", response.status()));
    let control = Evidence::new(missing, format!("{} for a path that is not there", missing.status()));
    Some(Finding::new(&RULE, confidence, location, evidence).also(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::scripted::{Said, Scripted};

    fn found(body: &str, missing: (u16, &str)) -> bool {
        let response = samples::exchange("/admin/users", 200, body);
        let missing = samples::exchange("/admin/abc", missing.0, missing.1);
        judge(&response, &missing, false, Location::host()).is_some()
    }

    #[test]
    fn records_are_found_and_what_answers_everything_is_not() {
        let users = r#"[{"id":1,"username":"ann","role":"admin"}]"#;
        assert!(found(users, (404, "{}")));
        assert!(!found(users, (200, users)), "an answer for every path");
        assert!(!found(r#"{"error":"login required"}"#, (404, "{}")));
        assert!(!found("<html><title>Admin</title><input type=password></html>", (404, "<p>no</p>")));
        assert!(!found("<html><title>Shop</title><div id=root></div></html>", (404, "<p>no</p>")));
    }

    #[test]
    fn only_reading_functions_are_called() {
        use crate::samples::operation;
        assert!(is_for_administrators(&operation(Method::GET, "/api/admin/stats")));
        assert!(!is_for_administrators(&operation(Method::POST, "/api/admin/users")));
        assert!(!is_for_administrators(&operation(Method::GET, "/users")));
    }

    const RECORDS: &str =
        r#"[{"id":1,"email":"ada@example.com","role":"admin"},{"id":2,"email":"bob@example.com","role":"user"}]"#;

    async fn run(missing: fn() -> Said) -> crate::scripted::Ran {
        let script = Scripted::new(move |request, _| match request.path() {
            "/admin/users" => Said::json(200, RECORDS),
            _ => missing(),
        });
        script.run(&CHECK, &samples::surface(vec![samples::operation(Method::GET, "/admin/users")])).await
    }

    #[tokio::test]
    async fn the_control_decides() {
        assert_eq!(run(|| Said::json(404, "{}")).await.found.len(), 1);
        assert!(run(|| Said::json(200, RECORDS)).await.found.is_empty(), "the records are everywhere");
        for missing in [(|| Said::json(429, "{}")) as fn() -> Said, || Said::Nothing] {
            assert!(run(missing).await.found.is_empty(), "without a control nothing is proved");
        }
    }
}
