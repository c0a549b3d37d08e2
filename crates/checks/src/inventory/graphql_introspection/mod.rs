use model::{Category, Confidence, Depth, Evidence, Finding, Location, Method, NotTested, Rule, Severity};

use crate::calling::graphql;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "graphql-introspection",
    aliases: &[],
    title: "GraphQL introspection enabled",
    category: Category::Inventory,
    severity: Severity::Low,
    cwe: &[200],
    tags: &[],
    risk: "Anyone can read the whole schema, unused and internal fields included.",
    fix: "Disable introspection for unauthenticated clients.",
    references: &[
        "https://graphql-core-3.readthedocs.io/",
        "https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html",
        "https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::queries(graphql::REQUESTS + 1),
    schedule: Schedule { depth: Depth::Standard, shares: Some(graphql::SHARES), ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let endpoint = graphql::find(probe).await?;
    let query = graphql::query(probe, &endpoint, "{__schema{queryType{name} types{name}}}");
    let response = probe.response_to(query).await?;
    let json = response.json();
    let types = json.as_deref().and_then(|j| j.pointer("/data/__schema/types")).and_then(serde_json::Value::as_array);
    if let Some(types) = types.filter(|types| !types.is_empty()) {
        let evidence = Evidence::new(&response, format!("{} listed", model::counted(types.len(), "type")));
        let location = Location::at(Method::POST, &endpoint.path);
        let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence);
        let only_with = "Anonymous callers are refused; with the credentials of the scan the schema is shown.";
        found.push(if endpoint.identity.is_some() { finding.detail(only_with) } else { finding });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::scripted::{Said, Scripted};

    async fn run(script: impl Fn(&str) -> Said + Send + Sync + 'static) -> crate::scripted::Ran {
        let script = Scripted::new(move |request, _| script(&String::from_utf8_lossy(&request.body)));
        script.run(&CHECK, &samples::surface(vec![samples::operation(Method::POST, "/graphql")])).await
    }

    #[tokio::test]
    async fn only_the_schema_proves() {
        const NAME: &str = r#"{"data":{"__typename":"Query"}}"#;
        const TYPES: &str = r#"{"data":{"__schema":{"types":[{"name":"Query"}]}}}"#;
        let types = |body: &str| Said::json(200, if body.contains("__schema") { TYPES } else { NAME });
        assert_eq!(run(types).await.found.len(), 1);
        let refused =
            run(|body| if body.contains("__schema") { Said::html(429, "slow down") } else { Said::json(200, NAME) });
        assert!(refused.await.found.is_empty());
        let silent = run(|body| if body.contains("__schema") { Said::Nothing } else { Said::json(200, NAME) }).await;
        assert_eq!(silent.end(), &Err(NotTested::NoAnswer));
    }

    #[tokio::test]
    async fn a_page_for_everything_is_no_endpoint() {
        let ran = run(|_| Said::html(200, "<html>data __typename Query</html>")).await;
        assert!(matches!(ran.end(), Err(NotTested::NotApplicable(_))));
    }

    #[tokio::test]
    async fn what_only_draws_graphs_gets_no_query() {
        let charts = Scripted::new(|request, _| {
            let saves = request.method == Method::POST;
            if saves { Said::json(201, r#"{"saved":1}"#) } else { Said::json(200, r#"{"points":[3,5,8]}"#) }
        });
        let ran = charts.run(&CHECK, &samples::surface(vec![samples::operation(Method::GET, "/graph")])).await;
        assert!(ran.sent.iter().all(|request| request.method == Method::GET));
    }
}
