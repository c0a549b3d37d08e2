use std::collections::BTreeMap;
use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Rule, Severity, Surface,
};

use super::identifiers;
use crate::judging::access;
use crate::vocabulary::{self, Meaning};
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "path-parameter-without-security",
    aliases: &[],
    title: "Object declared public while its collection requires security",
    category: Category::Bola,
    severity: Severity::Low,
    cwe: &[306, 639],
    tags: &[],
    risk: "Anyone who knows an ID can read the object, although its collection requires credentials.",
    fix: "Declare and check the same security for an object as for its collection.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
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
    if !surface.operations.iter().any(|operation| identifiers::parameter(operation).is_some()) {
        return Err(NotTested::not_applicable("no path names an object"));
    }
    let witness = access::witness(observations).ok_or(NotTested::NoAnswer)?;
    let by_path = by_path(&surface.operations);
    for (at, operation) in surface.operations.iter().enumerate() {
        let response = observations.plain(at);
        found.extend(judge(operation, &by_path, response, witness));
    }
    Ok(())
}

/// Operations by their path, without a slash at its end.
type ByPath<'a> = BTreeMap<&'a str, Vec<&'a Arc<Operation>>>;

fn by_path(operations: &[Arc<Operation>]) -> ByPath<'_> {
    let mut by_path = ByPath::new();
    for operation in operations {
        by_path.entry(operation.path.trim_end_matches('/')).or_default().push(operation);
    }
    by_path
}

/// The operations on this one's object and on the collection that it stands in.
fn near<'a>(operation: &Operation, by_path: &'a ByPath<'_>) -> impl Iterator<Item = &'a Operation> {
    let object = operation.path.trim_end_matches('/');
    let collection = object.rsplit_once('/').map(|(parent, _)| parent);
    let at = |path: &str| by_path.get(path).into_iter().flatten().map(AsRef::as_ref);
    at(object).chain(collection.into_iter().flat_map(at))
}

/// A refusal in practice means that only the document is wrong, which is another matter.
fn judge(
    operation: &Operation,
    by_path: &ByPath<'_>,
    response: Option<&Arc<Exchange>>,
    witness: &Arc<Exchange>,
) -> Option<Finding> {
    let parameter = identifiers::parameter(operation)?;
    let refused = response.is_some_and(|e| access::is_refused(e));
    if operation.declares_security() || vocabulary::says(&operation.path, Meaning::Entrance) || refused {
        return None;
    }
    if operation.method == Method::GET && near(operation, by_path).any(|other| is_public_list(operation, other)) {
        return None;
    }
    let sibling = near(operation, by_path).find(|other| other.declares_security() && is_sibling(operation, other))?;
    let (confidence, exchange) = match response.filter(|e| e.is_success()) {
        Some(response) => (Confidence::Firm, response),
        None => (Confidence::Tentative, witness),
    };
    let said = format!("{} declares no security, {} does", operation.name(), sibling.name());
    let location = Location::of(operation).parameter("path", &parameter.name);
    Some(Finding::new(&RULE, confidence, location, Evidence::new(exchange, &said)).detail(said))
}

/// Whether the other lists the objects of this one's collection for everybody: then reading one of them is meant to be public too.
fn is_public_list(operation: &Operation, other: &Operation) -> bool {
    let path = other.path.trim_end_matches('/');
    let object = operation.path.trim_end_matches('/');
    other.method == Method::GET
        && !other.declares_security()
        && object.rsplit_once('/').is_some_and(|(collection, _)| collection == path)
}

/// Whether the other's security should be this one's as well: the same collection, and not merely writing where reading is public,
/// unless what is read belongs to somebody.
fn is_sibling(operation: &Operation, other: &Operation) -> bool {
    let object = operation.path.trim_end_matches('/');
    let collection = object.rsplit_once('/').map_or("", |(parent, _)| parent);
    let path = other.path.trim_end_matches('/');
    let near = path == object || path == collection;
    let reading = operation.method == Method::GET;
    near && (!reading
        || other.method == Method::GET
        || vocabulary::says(vocabulary::collection(&operation.path), Meaning::Owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(method: Method, path: &str, sibling: (Method, &str), status: u16) -> Option<Confidence> {
        let operation = samples::operation(method, path);
        let mut secured = samples::operation(sibling.0, sibling.1);
        secured.security = Some(vec![vec!["token".to_owned()]]);
        let response = samples::exchange("/x", status, "{}");
        judge(&operation, &by_path(&[Arc::new(secured)]), Some(&response), &response).map(|f| f.confidence)
    }

    #[test]
    fn a_gap_in_a_secured_collection_is_found() {
        assert_eq!(found(Method::GET, "/orders/{id}", (Method::GET, "/orders"), 200), Some(Confidence::Firm));
        assert_eq!(
            found(Method::DELETE, "/posts/{id}", (Method::PUT, "/posts/{id}"), 405),
            Some(Confidence::Tentative)
        );
    }

    #[test]
    fn a_public_catalogue_with_guarded_writes_is_not() {
        assert_eq!(found(Method::GET, "/products/{id}", (Method::POST, "/products"), 200), None);
        assert_eq!(found(Method::GET, "/orders/{id}", (Method::GET, "/users"), 200), None);
        assert_eq!(found(Method::GET, "/orders/{id}", (Method::GET, "/orders"), 401), None);
        assert_eq!(found(Method::GET, "/password/reset/{token}", (Method::GET, "/password/reset"), 200), None);
    }

    #[test]
    fn what_everybody_may_list_everybody_may_read() {
        let employee = samples::operation(Method::GET, "/employees/{id}");
        let mut hire = samples::operation(Method::POST, "/employees");
        hire.security = Some(vec![vec!["token".to_owned()]]);
        let hire = Arc::new(hire);
        let response = samples::exchange("/employees/1", 200, "{}");
        let found = |all: &[Arc<Operation>]| judge(&employee, &by_path(all), Some(&response), &response).is_some();
        assert!(found(&[Arc::clone(&hire)]));
        assert!(!found(&[hire, Arc::new(samples::operation(Method::GET, "/employees/"))]));
    }
}
