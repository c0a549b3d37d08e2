mod judge;
mod queries;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity};
use serde_json::Value;

use self::queries::List;
use crate::calling::graphql;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "graphql-data-open",
    aliases: &[],
    title: "Missing authentication: GraphQL query returns users' data",
    category: Category::PropertyAuthorization,
    severity: Severity::High,
    cwe: &[200, 862],
    tags: &[],
    risk: "An unauthenticated client reads personal data or credentials of every user with one query.",
    fix: "Check the caller in the resolver, and remove fields that no client needs from the schema.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html",
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::queries(graphql::REQUESTS + 1 + LISTS as u32).more_when_deep((LISTS_DEEP - LISTS) as u32),
    schedule: Schedule { depth: Depth::Standard, shares: Some(graphql::SHARES), ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Lists that are asked for.
const LISTS: usize = 5;
/// The same in a deep scan.
const LISTS_DEEP: usize = 12;

/// Reads the schema, and asks for the lists it offers as any client without credentials may.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let endpoint = graphql::find(probe).await?;
    if endpoint.identity.is_some() {
        return Ok(());
    }
    let introspection = probe.response_to(graphql::query(probe, &endpoint, graphql::SCHEMA)).await?;
    let Some(lists) = introspection.json().as_deref().and_then(queries::lists) else {
        return Err(NotTested::inconclusive("the schema is not shown, so no query could be made"));
    };
    if lists.is_empty() {
        return Err(NotTested::not_applicable("the schema has no list that can be queried without arguments"));
    }
    let most = if probe.target.depth >= Depth::Deep { LISTS_DEEP } else { LISTS };
    for list in lists.iter().take(most) {
        let response = probe.response_to(graphql::plain_query(probe, &endpoint.path, &list.query)).await?;
        found.extend(judge(&response, list, &endpoint.path));
    }
    Ok(())
}

fn judge(response: &Arc<Exchange>, list: &List, path: &str) -> Option<Finding> {
    let json = response.json();
    let items = json.as_deref()?.get("data")?.get(&list.field).and_then(Value::as_array)?;
    let exposed = judge::exposed(items, judge::is_of_users(&list.field, &list.of));
    let names: BTreeSet<&str> = exposed.iter().map(|(name, _)| *name).collect();
    if names.is_empty() {
        return None;
    }
    let credential = names.iter().any(|name| judge::is_credential(name));
    let confidence = if credential { Confidence::Confirmed } else { Confidence::Firm };
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let evidence = Evidence::new(response, format!("{} item(s) of {} with {names}", items.len(), list.field));
    let location = Location::at(Method::POST, path).parameter("query", &list.field);
    let finding = Finding::new(&RULE, confidence, location, evidence);
    Some(exposed.into_iter().take(50).fold(finding, |finding, (_, value)| finding.hiding(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn only_what_is_answered_counts() {
        let list = List { field: "users".to_owned(), of: "User".to_owned(), query: String::new() };
        let found = |body: &str| judge(&exchange("/graphql", 200, body), &list, "/graphql").map(|f| f.confidence);
        assert_eq!(found(r#"{"data":{"users":[{"id":"1","email":"ann@x.example"}]}}"#), Some(Confidence::Firm));
        assert_eq!(found(r#"{"data":{"users":[{"id":"1","apiKey":"k3Jd82hs"}]}}"#), Some(Confidence::Confirmed));
        assert_eq!(found(r#"{"data":{"users":null},"errors":[{"message":"log in"}]}"#), None);
        assert_eq!(found(r#"{"data":{"users":[]}}"#), None);
        assert_eq!(found(r#"{"data":"{users{id email}}"}"#), None);
    }
}
