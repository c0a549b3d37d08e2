use model::{Category, Confidence, Depth, Evidence, Finding, Location, Method, NotTested, Rule, Severity, Tag};

use crate::calling::graphql;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "graphql-ide",
    aliases: &[],
    title: "GraphQL IDE exposed",
    category: Category::Inventory,
    severity: Severity::Low,
    cwe: &[489],
    tags: &[Tag::Misconfiguration],
    risk: "Anyone can explore and query the API with a convenient tool.",
    fix: "Disable the IDE outside development.",
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

const MARKS: [&str; 9] = [
    "id=\"graphiql\"",
    "GraphiQL.createFetcher",
    "graphiql.min.js",
    // GraphiQL 5 is a module that an import map names.
    "createGraphiQLFetcher",
    "/graphiql@",
    "GraphQLPlayground.init",
    "EmbeddedSandbox",
    "AltairGraphQL.init",
    "<title>Apollo Server</title>",
];

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let endpoint = graphql::find(probe).await?;
    let page = probe.response_to(probe.get(&endpoint.path).header("Accept", "text/html")).await?;
    let text = page.text();
    let mark = MARKS.iter().find(|mark| page.is_html() && page.is_success() && text.contains(*mark));
    if let Some(mark) = mark {
        let location = Location::at(Method::GET, &endpoint.path);
        found.push(Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(&page, *mark)));
    }
    Ok(())
}
