use std::collections::BTreeSet;

use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Surface};

use crate::shared::documentation;
use crate::{Check, Findings, Observations, RunsOn, Twins, place};

pub(crate) static RULE: Rule = Rule {
    id: "api-docs-exposed",
    aliases: &[],
    title: "The description of the API can be read by everybody",
    category: Category::Inventory,
    severity: Severity::Info,
    cwe: &[200],
    tags: &[],
    risk: "Every operation, parameter and model is listed for whoever wants to try them.",
    fix: "Serve the document to those who need it, unless the API is meant for the public.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    on_end: Some(judge),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let anonymous = observations.exchanges.iter().filter(|e| e.is_success() && e.request.identity.is_none());
    let mut seen = BTreeSet::new();
    let mut any = false;
    for exchange in anonymous {
        any = true;
        let document = exchange
            .json()
            .is_some_and(|j| (j.get("openapi").is_some() || j.get("swagger").is_some()) && j.get("paths").is_some());
        let page = documentation::is_page(exchange);
        let what = if document { "an OpenAPI document" } else { "a page that shows the API's description" };
        let location = place(surface, exchange);
        if (document || page) && seen.insert(location.clone()) {
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(exchange, what)));
        }
    }
    if any { Ok(()) } else { Err(NotTested::inconclusive("no request without credentials succeeded")) }
}
