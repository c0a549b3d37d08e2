use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Rule, Severity};
use serde_json::Value;

use crate::vocabulary::fields::{self, Field, Holds};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "internal-fields-in-response",
    aliases: &[],
    title: "Internal fields exposed in a response",
    category: Category::PropertyAuthorization,
    severity: Severity::Low,
    cwe: &[213],
    tags: &[],
    risk: "Anyone who reads the response learns who the administrators are and how the application keeps its records.",
    fix: "Choose the fields of each response by name instead of returning the stored object.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://cwe.mitre.org/data/definitions/213.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(on_exchange), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn on_exchange(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let anonymous = observed.exchange.request.identity.is_none();
    let json = observed.exchange.json();
    let Some(json) = json.as_deref().filter(|_| observed.exchange.is_success() && anonymous) else {
        return false;
    };
    if fields::describes_an_api(json) || !(json.is_object() || json.is_array()) {
        return false;
    }
    found.extend(judge(observed.exchange, observed.location(), json));
    true
}

fn judge(exchange: &Arc<Exchange>, location: Location, json: &Value) -> Option<Finding> {
    let mut paths = BTreeSet::new();
    fields::walk(json, &mut |field| {
        if is_internal(field) {
            paths.insert(field.path.clone());
        }
    });
    let list = paths.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
    (!paths.is_empty()).then(|| {
        let evidence = Evidence::new(exchange, format!("an anonymous client reads {list}"));
        Finding::new(&RULE, Confidence::Firm, location, evidence).detail(format!("fields: {list}"))
    })
}

/// By its name, or a role that tells administrators from others beside a user's name.
fn is_internal(field: &Field<'_>) -> bool {
    const TELLING: [&str; 6] = ["admin", "administrator", "superuser", "staff", "root", "moderator"];
    let role = matches!(field.name, "role" | "user_role" | "userRole")
        && field.value.as_str().is_some_and(|v| TELLING.contains(&v.to_ascii_lowercase().as_str()))
        && ["username", "email", "login"].iter().any(|name| field.object.contains_key(*name));
    let of_an_object = field.object.len() > 1;
    role || of_an_object && !field.value.is_object() && fields::holds(field.name, Holds::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(body: &str) -> Option<Finding> {
        let exchange = samples::exchange("/users", 200, body);
        judge(&exchange, Location::host(), &exchange.json().unwrap())
    }

    #[test]
    fn internal_fields_are_named() {
        let finding = found(r#"[{"name":"a","is_admin":false,"_sa_registry":"x"}]"#).unwrap();
        assert_eq!(finding.detail, "fields: []._sa_registry, [].is_admin");
        assert!(found(r#"{"username":"a","role":"admin"}"#).is_some());
    }

    #[test]
    fn a_team_page_is_not() {
        assert!(found(r#"[{"name":"Ann","role":"CEO"},{"name":"Bo","role":"admin"}]"#).is_none());
        assert!(found(r#"{"version":"1.2","internals":"/docs"}"#).is_none());
        assert!(found(r#"{"is_admin":"boolean, whether you are"}"#).is_none());
    }
}
