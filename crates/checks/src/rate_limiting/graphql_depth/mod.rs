mod schema;

use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity};

use crate::calling::graphql;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "graphql-depth",
    aliases: &[],
    title: "GraphQL denial of service: unlimited query depth",
    category: Category::RateLimiting,
    severity: Severity::Low,
    cwe: &[674, 770],
    tags: &[],
    risk: "An attacker makes the server load the same objects again and again with a short query, growing with each level.",
    fix: "Limit the depth or the cost of queries when they are validated.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html",
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::queries(graphql::REQUESTS + 2),
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

/// Usual limits are five to fifteen.
const LEVELS: usize = 40;

/// Reads the schema for two types that refer to each other, and has a query validated that goes round them. Nothing of it is
/// executed: `@include(if: false)` stands at its top.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let endpoint = graphql::find(probe).await?;
    let introspection = probe.response_to(graphql::query(probe, &endpoint, graphql::SCHEMA)).await?;
    let Some(fields) = introspection.json().as_deref().and_then(schema::fields) else {
        return Err(NotTested::inconclusive("the schema is not shown, so no deep query could be made"));
    };
    let Some(query) = schema::deep_query(&fields, LEVELS) else {
        return Err(NotTested::not_applicable("no types refer to each other"));
    };
    let response = probe.response_to(graphql::query(probe, &endpoint, &query)).await?;
    found.extend(judge(&response, &endpoint.path));
    Ok(())
}

/// Accepted without an error, and answered as a query of which nothing but the type's name is included.
fn judge(response: &Arc<Exchange>, path: &str) -> Option<Finding> {
    (graphql::is_graphql(response) && graphql::errors(response).is_empty()).then(|| {
        let evidence =
            Evidence::new(response, format!("a query of {LEVELS} levels was accepted; none of them was executed"));
        Finding::new(&RULE, Confidence::Confirmed, Location::at(Method::POST, path), evidence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn errors_and_echoes_are_no_acceptance() {
        let found = |body: &str| judge(&exchange("/graphql", 200, body), "/graphql").is_some();
        assert!(found(r#"{"data":{"__typename":"Query"}}"#));
        assert!(!found(r#"{"data":null,"errors":[{"message":"exceeds maximum depth of 10"}]}"#));
        assert!(!found(r#"{"query":"{__typename books @include(if:false){title}}"}"#));
    }
}
