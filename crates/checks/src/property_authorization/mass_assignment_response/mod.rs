use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Rule, Severity, Surface,
};

use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{self, Meaning};
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "mass-assignment-response",
    aliases: &[],
    title: "Possible mass assignment: privileged fields are writable",
    category: Category::PropertyAuthorization,
    severity: Severity::Low,
    cwe: &[915],
    tags: &[],
    risk: "A client that sends back what it read, with one value changed, may raise its own privileges.",
    fix: "Declare in the request schema what clients may set, and reject everything else.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html",
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

/// Most operations that write what one operation reads.
const MOST: usize = 100;

fn on_end(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let mut looked = false;
    let mut done = BTreeSet::new();
    // Whatever writes an object stands in a collection of its name.
    let mut of_collection: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for write in &surface.operations {
        of_collection.entry(vocabulary::collection(&write.path)).or_default().push(write);
    }
    for (operation, exchange) in observations.called(surface).filter(|(o, e)| o.method == Method::GET && e.is_success())
    {
        let names = privileged(exchange);
        let namesakes = of_collection.get(vocabulary::collection(&operation.path)).into_iter().flatten().copied();
        for write in namesakes.filter(|o| writes(o, operation)).take(MOST) {
            looked = true;
            let open: Vec<&str> = names.iter().map(String::as_str).filter(|n| is_open_to(write, n)).collect();
            if !open.is_empty() && done.insert(write.name()) {
                found.push(finding(write, operation, exchange, &open));
            }
        }
    }
    if looked { Ok(()) } else { Err(NotTested::not_applicable("no object can be both read and written")) }
}

fn finding(write: &Operation, read: &Operation, exchange: &Arc<Exchange>, names: &[&str]) -> Finding {
    let list = names.join(", ");
    let evidence = Evidence::new(exchange, format!("{} returns {list}", read.name()));
    let detail = format!(
        "{} returns {list}, and no schema keeps {} from accepting them; whether it does was not tried",
        read.name(),
        write.name()
    );
    Finding::new(&RULE, Confidence::Tentative, Location::of(write), evidence).detail(detail)
}

/// Privileged fields beside what identifies an object.
fn privileged(exchange: &Exchange) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let json = exchange.json();
    let Some(json) = json.as_deref().filter(|json| !fields::describes_an_api(json)) else { return names };
    fields::walk(json, &mut |field| {
        let scalar = field.value.is_boolean() || field.value.is_number() || field.value.is_string();
        let object = field.stands_beside_an_identity();
        if scalar && object && fields::holds(field.name, Holds::Privileged) {
            names.insert(field.name.to_owned());
        }
    });
    names
}

/// Whether it writes the object that the other reads: the same path, the same collection with and without the id, or a collection of the
/// same name elsewhere.
fn writes(write: &Operation, read: &Operation) -> bool {
    let same = write.path.trim_end_matches('/') == read.path.trim_end_matches('/');
    let member = |object: &str, list: &str| {
        vocabulary::names_an_object(object)
            && object.rsplit_once('/').is_some_and(|(parent, _)| parent == list.trim_end_matches('/'))
    };
    let namesakes = vocabulary::collection(&write.path) == vocabulary::collection(&read.path);
    matches!(write.method.as_str(), "PUT" | "PATCH" | "POST")
        && (same
            || namesakes
            || member(&write.path, &read.path)
            || write.method == Method::POST && member(&read.path, &write.path))
        && !vocabulary::says(&write.path, Meaning::Admin)
        && !vocabulary::says(&write.path, Meaning::Login)
}

/// Whether nothing keeps the field out: no request schema, or one that neither forbids unknown fields nor declares this one. One
/// that declares it is the rule about request schemas' own.
fn is_open_to(write: &Operation, name: &str) -> bool {
    write.body.as_ref().is_none_or(|body| {
        body.schema.additional_properties != Some(false) && !body.schema.properties.contains_key(name)
    })
}

#[cfg(test)]
mod tests {
    use model::{Body, Schema, SchemaType};

    use super::*;
    use crate::samples;

    fn count(body: Option<Schema>, response: &str) -> usize {
        let mut write = samples::operation(Method::PUT, "/users/{id}");
        write.body = body.map(|schema| Body { media_type: "application/json".to_owned(), schema, required: true });
        let surface = samples::surface(vec![samples::operation(Method::GET, "/users/{id}"), write]);
        let plain = vec![Some(samples::exchange("/users/1", 200, response)), None];
        let mut found = Findings::default();
        let result = on_end(&surface, &Observations::plainly(plain, Vec::new()), &mut found);
        assert_eq!(result, Ok(()));
        found.into_vec().len()
    }

    #[test]
    fn open_writes_are_found_and_closed_ones_are_not() {
        let object = || Schema::of(SchemaType::Object);
        let admin = r#"{"id":1,"username":"ann","is_admin":false}"#;
        assert_eq!(count(None, admin), 1);
        assert_eq!(count(Some(object()), admin), 1);
        assert_eq!(count(Some(Schema { additional_properties: Some(false), ..object() }), admin), 0);
        assert_eq!(count(None, r#"{"id":1,"username":"ann"}"#), 0);
    }
}
