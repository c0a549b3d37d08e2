use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Rule, Schema, Severity, Surface,
};

use crate::judging::access;
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{self, Meaning};
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "mass-assignment-schema",
    aliases: &[],
    title: "Mass assignment: a request schema accepts privileged fields",
    category: Category::PropertyAuthorization,
    severity: Severity::Medium,
    cwe: &[915],
    tags: &[],
    risk: "A client that sends the field may make itself an administrator or raise its own balance.",
    fix: "Accept only what clients may set; set roles, owners and balances on the server.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html",
        "https://marshmallow.readthedocs.io/en/stable/quickstart.html#handling-unknown-fields",
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
    if surface.specification.is_none() {
        return Err(NotTested::NoSpecification);
    }
    let witness = access::witness(observations).ok_or(NotTested::NoAnswer)?;
    let writes: Vec<&Operation> = surface.operations.iter().map(Arc::as_ref).filter(|o| is_write(o)).collect();
    found.extend(writes.iter().filter_map(|operation| judge(operation, witness)));
    if writes.is_empty() { Err(NotTested::not_applicable("no operation declares a request body")) } else { Ok(()) }
}

/// Writes that are not an administrator's own.
fn is_write(operation: &Operation) -> bool {
    let id = operation.id.as_deref().unwrap_or("");
    matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH")
        && operation.body.as_ref().is_some_and(|body| !body.schema.properties.is_empty())
        && !vocabulary::says(&operation.path, Meaning::Admin)
        && !vocabulary::says(id, Meaning::Admin)
}

fn judge(operation: &Operation, witness: &Arc<Exchange>) -> Option<Finding> {
    let mut names = Vec::new();
    collect(&operation.body.as_ref()?.schema, 0, &mut names);
    let list = names.join(", ");
    let evidence = Evidence::new(witness, format!("{} declares {list} in its request body", operation.name()));
    let location = Location::of(operation);
    (!names.is_empty()).then(|| {
        Finding::new(&RULE, Confidence::Tentative, location, evidence).detail(format!("the request body takes {list}"))
    })
}

/// Privileged names that a client may send. Read-only ones it may not, and a choice without an administrator's role is harmless.
fn collect(schema: &Schema, depth: usize, names: &mut Vec<String>) {
    if depth > 3 {
        return;
    }
    for (name, property) in &schema.properties {
        if property.read_only || name == "role" && depth > 0 && is_message(schema) {
            continue;
        }
        if fields::holds(name, Holds::Privileged) && !is_harmless_choice(property) {
            names.push(name.clone());
        }
        collect(property, depth + 1, names);
    }
    if let Some(items) = &schema.items {
        collect(items, depth + 1, names);
    }
}

/// Whether it is a message to a language model, whose `role` says who speaks.
fn is_message(schema: &Schema) -> bool {
    ["content", "parts"].iter().any(|name| schema.properties.contains_key(*name))
}

fn is_harmless_choice(property: &Schema) -> bool {
    const POWERFUL: [&str; 6] = ["admin", "administrator", "superuser", "staff", "root", "owner"];
    let powerful = |value: &serde_json::Value| {
        value.is_boolean() || value.as_str().is_some_and(|v| POWERFUL.contains(&v.to_ascii_lowercase().as_str()))
    };
    !property.enumeration.is_empty() && !property.enumeration.iter().any(powerful)
}

#[cfg(test)]
mod tests {
    use model::{Body, Method, SchemaType};
    use serde_json::json;

    use super::*;
    use crate::samples;

    fn found(path: &str, name: &str, property: Schema) -> Option<Finding> {
        let mut schema = Schema::of(SchemaType::Object);
        schema.properties.insert("email".to_owned(), Schema::of(SchemaType::String));
        schema.properties.insert(name.to_owned(), property);
        let mut operation = samples::operation(Method::PUT, path);
        operation.body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
        is_write(&operation).then(|| judge(&operation, &samples::exchange("/openapi.json", 200, "{}"))).flatten()
    }

    #[test]
    fn privileged_fields_are_found_where_clients_may_send_them() {
        let text = || Schema::of(SchemaType::String);
        assert!(found("/me", "is_admin", Schema::of(SchemaType::Boolean)).is_some());
        assert!(found("/me", "role", text()).is_some());
        assert!(found("/me", "role", Schema { read_only: true, ..text() }).is_none());
        assert!(
            found("/me", "role", Schema { enumeration: vec![json!("buyer"), json!("seller")], ..text() }).is_none()
        );
        assert!(found("/admin/users/{id}", "role", text()).is_none());
        assert!(found("/me", "nickname", text()).is_none());
    }

    #[test]
    fn who_speaks_is_no_privilege() {
        let mut message = Schema::of(SchemaType::Object);
        message.properties.insert("role".to_owned(), Schema::of(SchemaType::String));
        let list = |item: &Schema| Schema { items: Some(Box::new(item.clone())), ..Schema::of(SchemaType::Array) };
        assert!(found("/chat", "messages", list(&message)).is_some());
        message.properties.insert("content".to_owned(), Schema::of(SchemaType::String));
        assert!(found("/chat", "messages", list(&message)).is_none());
    }
}
