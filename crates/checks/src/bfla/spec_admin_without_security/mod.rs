use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Rule, Severity, Surface,
};

use crate::judging::access;
use crate::vocabulary::{self, Meaning};
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "spec-admin-without-security",
    aliases: &[],
    title: "Write or admin operation declared without security",
    category: Category::Bfla,
    severity: Severity::Medium,
    cwe: &[306, 862],
    tags: &[],
    risk: "Anyone who reads the OpenAPI document knows where data can be changed without credentials.",
    fix: "Declare a global security requirement, and lift it only for operations that are meant to be public.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
        "https://spec.openapis.org/oas/v3.0.3#security-requirement-object",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(on_end), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn on_end(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let Some(facts) = &surface.specification else { return Err(NotTested::NoSpecification) };
    if facts.security_schemes.is_empty() {
        return Err(NotTested::not_applicable("the document declares no security scheme"));
    }
    let witness = access::witness(observations).ok_or(NotTested::NoAnswer)?;
    for (at, operation) in surface.operations.iter().enumerate() {
        let response = observations.plain(at);
        found.extend(judge(operation, response, witness));
    }
    Ok(())
}

/// An administrator's operation that answers anybody is firm; what was not called may still be guarded.
fn judge(operation: &Operation, response: Option<&Arc<Exchange>>, witness: &Arc<Exchange>) -> Option<Finding> {
    let declared = operation.source == model::Source::Specification && !operation.declares_security();
    let admin = vocabulary::says(&operation.path, Meaning::Admin);
    let writes =
        matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE") && !is_for_everybody(operation);
    let refused = response.is_some_and(|e| access::is_refused(e));
    if !declared || !(admin || writes) || refused || vocabulary::says(&operation.path, Meaning::Login) {
        return None;
    }
    let (confidence, exchange) = match response.filter(|e| e.is_success()) {
        Some(response) => (Confidence::Firm, response),
        None => (Confidence::Tentative, witness),
    };
    let said = format!("{} is declared without security", operation.name());
    Some(Finding::new(&RULE, confidence, Location::of(operation), Evidence::new(exchange, &said)).detail(said))
}

/// Logging in, registering, searching by POST: open to people without an account by nature.
fn is_for_everybody(operation: &Operation) -> bool {
    let id = operation.id.as_deref().unwrap_or("");
    vocabulary::says(&operation.path, Meaning::Entrance) || vocabulary::says(id, Meaning::Entrance)
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples;

    fn found(method: Method, path: &str, status: Option<u16>) -> Option<Confidence> {
        let response = status.map(|status| samples::exchange("/x", status, "{}"));
        let witness = samples::exchange("/openapi.json", 200, "{}");
        judge(&samples::operation(method, path), response.as_ref(), &witness).map(|f| f.confidence)
    }

    #[test]
    fn writes_and_administration_are_found() {
        assert_eq!(found(Method::DELETE, "/users/{id}", None), Some(Confidence::Tentative));
        assert_eq!(found(Method::GET, "/admin/stats", Some(200)), Some(Confidence::Firm));
    }

    #[test]
    fn entrances_reads_and_refusals_are_not() {
        assert_eq!(found(Method::POST, "/auth/login", None), None);
        assert_eq!(found(Method::POST, "/users/register", None), None);
        assert_eq!(found(Method::GET, "/products", Some(200)), None);
        assert_eq!(found(Method::GET, "/admin/stats", Some(401)), None);
    }
}
