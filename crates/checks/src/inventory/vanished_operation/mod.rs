use model::{
    Category, Confidence, Depth, Evidence, Finding, Location, Method, NotTested, Operation, ParameterIn, Rule,
    Severity, Source, Surface,
};

use crate::shared::fill;
use crate::{Check, Cost, Findings, Observations, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "vanished-operation",
    aliases: &[],
    title: "The description lists an operation that is not served",
    category: Category::Inventory,
    severity: Severity::Info,
    cwe: &[1059],
    tags: &[],
    risk: "A description that does not fit hides which operations there really are.",
    fix: "Remove the operation from the document, or bring it back.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: MOST as u32, touch: Touch::Reads },
    depth: Depth::Standard,
    on_surface: Some(|survey, found| Box::pin(ask(survey, found))),
    on_end: Some(judge),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Operations with path parameters that are asked about once more.
const MOST: usize = 4;

/// Where a 404 may mean the object: Flask answers OPTIONS on every route that there is, whatever the object, and 404 elsewhere.
async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if survey.surface.specification.is_none() {
        return Err(NotTested::NoSpecification);
    }
    if !survey.surface.has("Flask") {
        return Err(NotTested::not_applicable("only Flask answers OPTIONS for what it has a route for"));
    }
    let doubtful = survey
        .observations
        .called(survey.surface)
        .filter(|(o, e)| is_promised(o) && has_path_parameters(o) && e.status() == 404)
        .take(MOST);
    let mut any = false;
    for (operation, exchange) in doubtful {
        any = true;
        let options = Operation { method: Method::OPTIONS, ..operation.clone() };
        let answer = survey.ask(fill::request(&options, survey.surface, survey.target, &[])).await?;
        if answer.status() == 404 {
            let evidence = Evidence::new(exchange, "status 404 for an operation of the document");
            let control = Evidence::new(&answer, "OPTIONS is answered with 404 too, so there is no such route");
            found.push(Finding::new(&RULE, Confidence::Firm, Location::of(operation), evidence).also(control));
        }
    }
    if any { Ok(()) } else { Err(NotTested::not_applicable("no operation on an object was answered with 404")) }
}

fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    if surface.specification.is_none() {
        return Err(NotTested::NoSpecification);
    }
    for (operation, exchange) in observations.called(surface).filter(|(o, _)| is_promised(o)) {
        let gone = match exchange.status() {
            405 | 410 | 501 => true,
            404 => !has_path_parameters(operation),
            _ => false,
        };
        if gone {
            let evidence =
                Evidence::new(exchange, format!("status {} for an operation of the document", exchange.status()));
            found.push(Finding::new(&RULE, Confidence::Firm, Location::of(operation), evidence));
        }
    }
    Ok(())
}

fn is_promised(operation: &Operation) -> bool {
    operation.source == Source::Specification && !operation.deprecated
}

fn has_path_parameters(operation: &Operation) -> bool {
    operation.parameters_in(ParameterIn::Path).next().is_some()
}
