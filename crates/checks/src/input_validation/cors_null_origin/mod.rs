use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Findings, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-null-origin",
    aliases: &[],
    title: "The origin null is allowed",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "A sandboxed frame on any website can read the answers of this API.",
    fix: "Take null out of the list of allowed origins.",
    references: &["https://fetch.spec.whatwg.org/#http-cors-protocol", "https://portswigger.net/web-security/cors"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: cors::REQUESTS * 2, touch: Touch::Reads },
    on_surface: Some(|survey, found| Box::pin(ask(survey, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Where a foreign origin is refused: whether `null` is let in, which every sandboxed frame can be.
async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let mut every = true;
    for asked in cors::foreign(survey).await? {
        if asked.allows_it() || cors::allowed(&asked.exchange) == Some("*") {
            continue;
        }
        every = false;
        let null = survey.send(cors::request(survey, asked.operation, "null")).await?;
        if cors::allowed(&null) == Some("null") && cors::allowed(&asked.exchange) != Some("null") {
            let evidence = Evidence::new(&null, "Origin: null is answered with Access-Control-Allow-Origin: null");
            let control = Evidence::new(&asked.exchange, "another origin is not allowed");
            found.push(Finding::new(&RULE, Confidence::Confirmed, asked.location(), evidence).also(control));
        }
    }
    if every { Err(NotTested::not_applicable("every origin is allowed")) } else { Ok(()) }
}
