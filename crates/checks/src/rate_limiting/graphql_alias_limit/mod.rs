use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity};
use serde_json::Value;

use crate::calling::graphql;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "graphql-alias-limit",
    aliases: &[],
    title: "GraphQL denial of service: unlimited aliases",
    category: Category::RateLimiting,
    severity: Severity::Low,
    cwe: &[770, 799],
    tags: &[],
    risk: "An attacker runs the same field hundreds of times in one request, past every limit that counts requests.",
    fix: "Limit the number of aliases or the cost of a query.",
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

const ALIASES: usize = 100;

/// Asks for the cheapest field under a hundred names.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let endpoint = graphql::find(probe).await?;
    let fields: Vec<String> = (0..ALIASES).map(|n| format!("a{n}:__typename")).collect();
    let query = format!("{{{}}}", fields.join(" "));
    let response = probe.response_to(graphql::query(probe, &endpoint, &query)).await?;
    found.extend(judge(&response, &endpoint.path));
    Ok(())
}

fn judge(response: &Arc<Exchange>, path: &str) -> Option<Finding> {
    let json = response.json();
    let data = json.as_deref()?.get("data")?.as_object()?;
    let answered = (0..ALIASES).filter(|n| data.get(&format!("a{n}")).is_some_and(Value::is_string)).count();
    (answered == ALIASES && graphql::errors(response).is_empty()).then(|| {
        let evidence =
            Evidence::new(response, format!("one field under {ALIASES} names was resolved {answered} times"));
        Finding::new(&RULE, Confidence::Confirmed, Location::at(Method::POST, path), evidence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn all_names_must_be_answered() {
        let names = |count: usize| (0..count).map(|n| format!(r#""a{n}":"Query""#)).collect::<Vec<_>>().join(",");
        let found = |body: String| judge(&exchange("/graphql", 200, &body), "/graphql").is_some();
        assert!(found(format!(r#"{{"data":{{{}}}}}"#, names(ALIASES))));
        assert!(!found(format!(r#"{{"data":{{{}}}}}"#, names(15))));
        assert!(!found(r#"{"data":null,"errors":[{"message":"too many aliases"}]}"#.to_owned()));
        assert!(!found(r#"{"data":"a0:__typename"}"#.to_owned()), "an echo");
    }
}
