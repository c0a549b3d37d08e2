use model::{Category, Confidence, Depth, Evidence, Finding, Location, Method, NotTested, Rule, Severity};

use crate::calling::graphql;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "graphql-suggestions",
    aliases: &[],
    title: "GraphQL field suggestions enabled",
    category: Category::Inventory,
    severity: Severity::Info,
    cwe: &[209],
    tags: &[],
    risk: "An attacker can reconstruct the schema even without introspection.",
    fix: "Remove suggestions from error messages.",
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

/// Everyday field names, each misspelt by a letter; all of them are unknown, so nothing runs.
const MISSPELT: &str = "{usr userz usrs boook bookz ordr orderz prodct productz itemz itmes postz commentz acount custmer mee nodee serch versoin helath}";

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let endpoint = graphql::find(probe).await?;
    let response = probe.response_to(graphql::query(probe, &endpoint, MISSPELT)).await?;
    let suggestion = graphql::errors(&response).into_iter().find(|message| message.contains("Did you mean"));
    if let Some(message) = suggestion {
        let location = Location::at(Method::POST, &endpoint.path);
        found.push(Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(&response, message)));
    }
    Ok(())
}
