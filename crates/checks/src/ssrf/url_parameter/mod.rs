use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Parameter, Rule, Severity, Tag,
};

use super::fetches;
use crate::{Check, Cost, Findings, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "url-parameter",
    aliases: &[],
    title: "A value that the caller sends is a URL",
    category: Category::Ssrf,
    severity: Severity::Info,
    cwe: &[918],
    tags: &[Tag::Injection],
    risk: "If the server fetches it, callers reach what only the server reaches.",
    fix: "Take a name from a list instead of a URL, or check the host against one.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: 0, touch: Touch::Nothing },
    on_surface: Some(|survey, found| Box::pin(async move { look(survey, found) })),
    told_by: &["ssrf", "ssrf-in-body", "ssrf-file-scheme", "open-redirect"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Reads the operations; asks nothing.
fn look(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let mut any = false;
    for operation in &survey.surface.operations {
        let exchange = evidence(survey, operation);
        for (place, name) in urls(operation) {
            any = true;
            if let Some(exchange) = &exchange {
                let evidence = Evidence::new(exchange, format!("{name} of {} takes a URL", operation.name()));
                let location = Location::of(operation).parameter(place, &name);
                found.push(Finding::new(&RULE, Confidence::Tentative, location, evidence));
            }
        }
    }
    if any { Ok(()) } else { Err(NotTested::not_applicable("no parameter or field takes a URL")) }
}

/// Names of parameters and of body fields that take a URL.
fn urls(operation: &Operation) -> Vec<(&'static str, String)> {
    let shown =
        |p: &Parameter| p.example.as_deref().is_some_and(|e| e.starts_with("http://") || e.starts_with("https://"));
    let parameters = fetches::parameters(operation)
        .filter(|p| fetches::is_plainly_a_url(&p.name) || fetches::is_url(&p.schema) || shown(p))
        .map(|p| (p.place.id(), p.name.clone()));
    parameters.chain(fetches::body_fields(operation).map(|name| ("body", name.clone()))).collect()
}

/// The call of the operation, or the document or page that tells of it.
fn evidence(survey: &Survey<'_>, operation: &Operation) -> Option<Arc<Exchange>> {
    let called = survey.observations.called(survey.surface).find(|(o, _)| std::ptr::eq(*o, operation));
    called.map(|(_, exchange)| Arc::clone(exchange)).or_else(|| {
        let mut told = survey.observations.exchanges.iter().filter(|e| e.is_success());
        told.find(|e| e.text().contains(operation.path.split('{').next().unwrap_or("/")) && operation.path.len() > 1)
            .cloned()
    })
}
