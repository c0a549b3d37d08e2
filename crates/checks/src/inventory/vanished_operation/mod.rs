use model::{
    Category, Confidence, Depth, Evidence, Finding, Location, Method, NotTested, Operation, Rule, Severity, Source,
    Surface,
};

use crate::calling::request;
use crate::judging::soft_404;
use crate::{Check, Cost, Detectors, Findings, Observations, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "vanished-operation",
    aliases: &[],
    title: "Documented operation is not served",
    category: Category::Inventory,
    severity: Severity::Info,
    cwe: &[1059],
    tags: &[],
    risk: "Clients and reviewers rely on a document that hides which operations exist.",
    fix: "Remove the operation from the document, or restore it.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(2 * MOST as u32),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors {
        on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))),
        on_end: Some(judge),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Operations answered with 404 that are asked about once more.
const MOST: usize = 6;

/// A 404 may be the route's own: it may mean the object, or what a required parameter names. Frameworks answer OPTIONS on every route
/// that there is, if only with 405, whatever the object, and 404 elsewhere. Other than with Flask, whose 404 of OPTIONS is proof, a path
/// that does not exist is requested as well, to see what that is answered with.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if probe.surface.specification.is_none() {
        return Err(NotTested::NoSpecification);
    }
    let called = probe.observations.called(probe.surface);
    let doubtful = called.filter(|(o, e)| is_promised(o) && e.status() == 404);
    let flask = probe.surface.shows_flask();
    let mut any = false;
    for (operation, exchange) in doubtful.filter(|(o, _)| flask || may_be_missing(o)).take(MOST) {
        any = true;
        let options = Operation { method: Method::OPTIONS, ..operation.clone() };
        let response = probe.response_to(request::build(&options, probe.surface, probe.target, &[])).await?;
        if response.status() != 404 {
            continue;
        }
        let control = if flask {
            Some(Evidence::new(&response, "OPTIONS returns 404 too, so there is no such route"))
        } else {
            let missing = probe.missing_beside(exchange.request.path()).await?;
            let said = "OPTIONS too, and a path that does not exist gets the same response";
            soft_404::alike(&missing, exchange).then(|| Evidence::new(&missing, said))
        };
        if let Some(control) = control {
            let evidence = Evidence::new(exchange, "status 404 for an operation of the document");
            found.push(Finding::new(&RULE, Confidence::Firm, Location::of(operation), evidence).also(control));
        }
    }
    if any { Ok(()) } else { Err(NotTested::not_applicable("no operation of the document returned 404")) }
}

/// What says by its status that the operation is not served as described. A 404 does not say it.
fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    if surface.specification.is_none() {
        return Err(NotTested::NoSpecification);
    }
    let gone = observations.called(surface).filter(|(o, e)| is_promised(o) && matches!(e.status(), 405 | 410 | 501));
    for (operation, exchange) in gone.filter(|(o, e)| !declares(o, e.status())) {
        let evidence =
            Evidence::new(exchange, format!("status {} for an operation of the document", exchange.status()));
        found.push(Finding::new(&RULE, Confidence::Firm, Location::of(operation), evidence));
    }
    Ok(())
}

fn is_promised(operation: &Operation) -> bool {
    operation.source == Source::Specification && !operation.deprecated
}

/// Whether the document itself says that the operation can be answered so.
fn declares(operation: &Operation, status: u16) -> bool {
    let (exact, range) = (status.to_string(), format!("{}XX", status / 100));
    operation.responses.iter().any(|r| r.status == exact || r.status.eq_ignore_ascii_case(&range))
}

/// Whether a 404 can be told from the route's own by the page alone: nothing was sent that it could be about, and the document does not
/// announce it.
fn may_be_missing(operation: &Operation) -> bool {
    operation.method == Method::GET
        && !operation.parameters.iter().any(|p| p.required)
        && operation.body.as_ref().is_none_or(|body| !body.required)
        && !declares(operation, 404)
}

#[cfg(test)]
mod tests {
    use model::{DeclaredResponse, ParameterIn};

    use super::*;
    use crate::samples;
    use crate::scripted::{Said, Scripted};

    fn declaring(status: &str) -> Operation {
        let response = DeclaredResponse { status: status.to_owned(), media_type: None, schema: None };
        Operation { responses: vec![response], ..samples::operation(Method::GET, "/") }
    }

    #[test]
    fn a_404_may_be_the_routes_own() {
        assert!(may_be_missing(&declaring("200")));
        assert!(!may_be_missing(&declaring("404")) && !may_be_missing(&declaring("4xx")));
        assert!(!may_be_missing(&samples::operation(Method::GET, "/books/{id}")), "the object may be missing");
        let mut named = declaring("200");
        named.parameters = samples::operation(Method::GET, "/{key}").parameters;
        named.parameters[0].place = ParameterIn::Query;
        assert!(!may_be_missing(&named), "what the parameter names may be missing");
        named.parameters[0].required = false;
        assert!(may_be_missing(&named));
    }

    #[test]
    fn statuses_that_say_it_count_unless_announced() {
        let found = |operation: Operation, status: u16| {
            let surface = samples::surface(vec![operation]);
            let plain = vec![Some(samples::exchange("/", status, "{}"))];
            let mut found = Findings::default();
            judge(&surface, &Observations::plainly(plain, Vec::new()), &mut found).unwrap();
            found.into_vec().len()
        };
        assert_eq!([405, 410, 501, 404, 200].map(|status| found(declaring("200"), status)), [1, 1, 1, 0, 0]);
        assert_eq!(found(declaring("501"), 501), 0);
    }

    async fn run(options: fn() -> Said, missing: fn() -> Said) -> crate::scripted::Ran {
        let script = Scripted::new(move |request, _| match (request.method.as_str(), request.path()) {
            ("OPTIONS", _) => options(),
            (_, "/gone") => Said::json(404, "{}"),
            _ => missing(),
        });
        script.run(&CHECK, &crate::samples::surface(vec![crate::samples::operation(Method::GET, "/gone")])).await
    }

    #[tokio::test]
    async fn options_has_to_be_answered() {
        assert_eq!(run(|| Said::json(404, "{}"), || Said::json(404, "{}")).await.found.len(), 1);
        assert!(run(|| Said::Nothing, || Said::json(404, "{}")).await.says_nothing());
        assert!(run(|| Said::json(429, "{}"), || Said::json(404, "{}")).await.found.is_empty());
        assert!(run(|| Said::json(404, "{}"), || Said::json(503, "{}")).await.says_nothing(), "the control is refused");
    }
}
