use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Request, Rule, Severity, Surface};

use crate::judging::documentation;
use crate::vocabulary::specifications;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins, place};

pub(crate) static RULE: Rule = Rule {
    id: "api-docs-exposed",
    aliases: &[],
    title: "API documentation exposed",
    category: Category::Inventory,
    severity: Severity::Info,
    cwe: &[200],
    tags: &[],
    risk: "Anyone can read every operation, parameter and model of the API.",
    fix: "Serve the document to those who need it, unless the API is public.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(MOST),
    schedule: Schedule { guesses: true, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Most default paths that are asked for where the user gave a document, so that discovery looked for none.
const MOST: u32 = 8;

/// Reads what was seen; where nobody looked for documents, looks for one.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let seen = judge(probe.surface, &probe.observations.exchanges, found);
    let given = probe.surface.specification.is_some() && !probe.surface.specification_is_public;
    if !given || !found.is_empty() {
        return seen;
    }
    let paths = specifications::usual_paths(probe.surface, &probe.target.path, probe.target.depth);
    let mut looked = Vec::new();
    for path in paths.into_iter().take(MOST as usize) {
        let exchange = probe.response_to(Request { large: true, ..probe.get(path) }).await?;
        let is_there = exchange.is_success() && specifications::is_document(&exchange);
        looked.push(exchange);
        if is_there {
            break;
        }
    }
    seen.or(judge(probe.surface, &looked, found))
}

fn judge(surface: &Surface, exchanges: &[Arc<Exchange>], found: &mut Findings) -> Result<(), NotTested> {
    // What the user's own document refers to may be somewhere else.
    let ours = |e: &&Arc<Exchange>| surface.origin.as_ref().is_none_or(|origin| *origin == e.request.origin);
    let anonymous = exchanges.iter().filter(ours).filter(|e| e.is_success() && e.request.identity.is_none());
    let mut seen = BTreeSet::new();
    let mut any = false;
    for exchange in anonymous {
        any = true;
        let document = specifications::is_document(exchange);
        let page = documentation::is_page(exchange);
        let what = if document { "an OpenAPI document" } else { "a page that shows the API's description" };
        let location = place(surface, exchange);
        if (document || page) && seen.insert(location.clone()) {
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(exchange, what)));
        }
    }
    if any { Ok(()) } else { Err(NotTested::inconclusive("no request without credentials succeeded")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{exchange, origin};

    fn fires(surface: &Surface, exchange: Arc<Exchange>) -> bool {
        let mut found = Findings::default();
        let _ = judge(surface, &[exchange], &mut found);
        !found.is_empty()
    }

    #[test]
    fn documents_of_this_target_count() {
        let document = || exchange("/openapi.json", 200, r#"{"openapi": "3.0.0", "paths": {}}"#);
        let elsewhere = Surface { origin: Some(origin(model::Scheme::Https)), ..Surface::default() };
        assert!(fires(&Surface::default(), document()));
        assert!(!fires(&elsewhere, document()), "a document that the user gave by its address on another host");
        assert!(!fires(&Surface::default(), exchange("/openapi.json", 401, r#"{"openapi": "3.0.0", "paths": {}}"#)));
        assert!(!fires(&Surface::default(), exchange("/", 200, r#"{"openapi": "/openapi.json"}"#)));
        assert!(fires(&Surface::default(), exchange("/docs", 200, "<script src=/swagger-ui-bundle.js></script>")));
    }
}
