use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Rule, Severity,
};

use super::identifiers;
use crate::calling::request;
use crate::judging::access;
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{self, Meaning};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "object-id-enumeration",
    aliases: &[],
    title: "Object or username enumeration without authentication",
    category: Category::Bola,
    severity: Severity::Low,
    cwe: &[204],
    tags: &[],
    risk: "An unauthenticated attacker collects valid IDs or usernames, to guess passwords or to aim other attacks.",
    fix: "Authenticate before looking anything up, and respond alike whether or not the object exists.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/03-Identity_Management_Testing/04-Testing_for_Account_Enumeration_and_Guessable_User_Account",
        "https://cwe.mitre.org/data/definitions/204.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(3),
    detectors: Detectors {
        applies: |operation, _| operation.method == Method::GET && identifiers::parameter(operation).is_some(),
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

/// Asks without credentials for the known object and for two that do not exist.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let parameter = identifiers::parameter(probe.operation).ok_or_else(identifiers::none)?;
    let known = probe.response_to(probe.request().anonymous()).await?;
    if !access::is_refused(&known) && !is_a_user(probe.operation, &known) {
        access::is_kept_out(&known)?;
        return Err(access::nothing_refused());
    }
    let id = request::ordinary(parameter, probe.operation, probe.surface);
    let mut absent = Vec::new();
    for purpose in ["object", "another"] {
        let value = identifiers::absent(&id, probe.target.seed, purpose);
        absent.push(probe.response_to(probe.request_with(&[request::Value::of(parameter, &value)]).anonymous()).await?);
        if !is_absent(absent.last()) {
            return Ok(());
        }
    }
    let guarded = access::is_guarded_somewhere(probe.surface, probe.observations);
    let location = probe.location().parameter("path", &parameter.name);
    found.extend(judge(probe.operation, &known, &absent, guarded, location));
    Ok(())
}

fn is_absent(exchange: Option<&Arc<Exchange>>) -> bool {
    exchange.is_some_and(|e| matches!(e.status(), 404 | 410))
}

/// A user's object, where users are kept.
fn is_a_user(operation: &Operation, exchange: &Exchange) -> bool {
    vocabulary::says(vocabulary::collection(&operation.path), Meaning::Users)
        && exchange.is_success()
        && exchange
            .json()
            .as_deref()
            .and_then(fields::the_object)
            .is_some_and(|object| !fields::names_of(object, Holds::Identity).is_empty())
}

/// A refusal for what exists and "not found" for what does not is an oracle. Showing users to anybody is one too, but may be meant.
fn judge(
    operation: &Operation,
    known: &Arc<Exchange>,
    absent: &[Arc<Exchange>],
    guarded: bool,
    location: Location,
) -> Option<Finding> {
    let control = absent.first()?;
    if !absent.iter().all(|e| is_absent(Some(e))) {
        return None;
    }
    let confidence = if access::is_refused(known) {
        Confidence::Confirmed
    } else if guarded && is_a_user(operation, known) {
        Confidence::Tentative
    } else {
        return None;
    };
    let evidence = Evidence::new(known, format!("status {} for an existing ID", known.status()));
    let other = Evidence::new(control, format!("status {} for an ID that no object has", control.status()));
    let detail = format!("without credentials {} when it exists, {} when not", known.status(), control.status());
    Some(Finding::new(&RULE, confidence, location, evidence).also(other).detail(detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(path: &str, known: (u16, &str), absent: u16, guarded: bool) -> Option<Confidence> {
        let operation = samples::operation(Method::GET, path);
        let known = samples::exchange("/x", known.0, known.1);
        let absent = [samples::exchange("/y", absent, "{}"), samples::exchange("/z", absent, "{}")];
        judge(&operation, &known, &absent, guarded, Location::host()).map(|f| f.confidence)
    }

    #[test]
    fn an_oracle_is_found() {
        assert_eq!(found("/documents/{id}", (401, "{}"), 404, false), Some(Confidence::Confirmed));
        assert_eq!(found("/users/{username}", (200, r#"{"username":"ann"}"#), 404, true), Some(Confidence::Tentative));
    }

    #[test]
    fn equal_answers_and_public_objects_are_not() {
        assert_eq!(found("/documents/{id}", (401, "{}"), 401, true), None);
        assert_eq!(found("/documents/{id}", (404, "{}"), 404, true), None);
        assert_eq!(found("/products/{id}", (200, r#"{"id":1}"#), 404, true), None);
        assert_eq!(found("/users/{id}", (200, "<html>app</html>"), 404, true), None);
        assert_eq!(found("/users/{id}", (403, "blocked"), 403, true), None, "a firewall blocks everything");
    }
}
