use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity};
use serde_json::{Value, json};

use crate::calling::graphql;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "graphql-batching",
    aliases: &[],
    title: "GraphQL batching bypasses request limits",
    category: Category::RateLimiting,
    severity: Severity::Low,
    cwe: &[770, 799],
    tags: &[],
    risk: "An attacker puts a thousand login attempts into one request, past every limit that counts requests.",
    fix: "Reject lists of operations, or limit their length and count each one.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html",
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::queries(graphql::REQUESTS + 1),
    schedule: Schedule {
        depth: model::Depth::Standard,
        shares: Some(graphql::SHARES),
        has_hint: graphql::is_hinted,
        ..Schedule::ANY
    },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

const OPERATIONS: usize = 20;

/// Sends the smallest query twenty times in one list.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let endpoint = graphql::find(probe).await?;
    let list = Value::Array(vec![json!({"query": "{__typename}"}); OPERATIONS]);
    let response = probe.response_to(graphql::post(probe, &endpoint, &list)).await?;
    found.extend(judge(&response, &endpoint.path));
    Ok(())
}

/// As many answers as operations, each a GraphQL answer: an echo of the list has none.
fn judge(response: &Arc<Exchange>, path: &str) -> Option<Finding> {
    let json = response.json();
    let responses = json.as_deref().and_then(Value::as_array)?;
    let real = responses.iter().filter(|one| one.pointer("/data/__typename").is_some_and(Value::is_string)).count();
    (real == OPERATIONS).then(|| {
        let evidence = Evidence::new(response, format!("one request with {OPERATIONS} queries, {real} results"));
        Finding::new(&RULE, Confidence::Confirmed, Location::at(Method::POST, path), evidence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn every_operation_must_be_answered() {
        let list = |one: &str, count: usize| format!("[{}]", vec![one; count].join(","));
        let found = |body: String| judge(&exchange("/graphql", 200, &body), "/graphql").is_some();
        assert!(found(list(r#"{"data":{"__typename":"Query"}}"#, OPERATIONS)));
        assert!(!found(list(r#"{"query":"{__typename}"}"#, OPERATIONS)), "an echo");
        assert!(!found(list(r#"{"data":{"__typename":"Query"}}"#, 5)), "limited");
        assert!(!found(r#"{"errors":[{"message":"Batching is not enabled"}]}"#.to_owned()));
    }
}
