use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Method, NotTested, Operation, Parameter, ParameterIn, Rule,
    Severity, Source, Surface, Tag,
};

use super::missing_path_fails::is_of_a_proxy;
use crate::calling::harvested;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "unhandled-server-error",
    aliases: &[],
    title: "Unhandled error: an ordinary GET request fails with status 500",
    category: Category::InputValidation,
    severity: Severity::Low,
    cwe: &[755],
    tags: &[Tag::Misconfiguration],
    risk: "Any client can make the operation fail and fill the log with exceptions.",
    fix: "Find the exception in the log and handle the case where it arises.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/errorhandling/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(AGAIN),
    detectors: Detectors {
        applies: is_ordinary,
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    subsumed_by: &["sql-error", "stack-trace", "debug-page", "werkzeug-debugger", "werkzeug-debugger-without-pin"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// How often a failure is repeated: a server that fails now and then does not keep to it.
const AGAIN: u32 = 2;

/// Whether the ordinary call of an operation sends nothing that the target did not give: a value that was made up for what a document
/// declares may be what it fails on, and input errors have a rule of their own.
fn is_ordinary(operation: &Operation, surface: &Surface) -> bool {
    let met = !matches!(operation.source, Source::Specification | Source::WellKnown);
    let given = |p: &Parameter| {
        let harvested = || !harvested::fitting(p, &operation.path, surface).is_empty();
        met && p.example.is_some()
            || p.schema.example.is_some()
            || !p.schema.enumeration.is_empty()
            || p.place == ParameterIn::Path && harvested()
    };
    operation.method == Method::GET
        && operation.source != Source::WellKnown
        && operation.parameters.iter().all(|p| given(p) || !p.required && p.example.is_none())
}

async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let plain = probe.plain()?;
    match plain.status() {
        500 => {}
        404 | 405 | 410 => return Err(NotTested::not_applicable("the operation is not there")),
        _ => return Ok(()),
    }
    if probe.surface.unknown_path.as_ref().is_none_or(|missing| missing.status() == 500) {
        return Err(NotTested::inconclusive("a path that does not exist returns 500 too"));
    }
    if is_of_a_proxy(plain) {
        return Err(NotTested::inconclusive("a proxy responds, not the application"));
    }
    let mut again: Option<Arc<Exchange>> = None;
    for _ in 0..AGAIN {
        let exchange = probe.send(plain.request.clone().fresh()).await?;
        if exchange.status() != 500 {
            return Err(NotTested::inconclusive("the server fails now and then"));
        }
        again = Some(exchange);
    }
    let evidence = Evidence::new(plain, "status 500 for an ordinary request, each of three times");
    let finding = Finding::new(&RULE, Confidence::Firm, probe.location(), evidence);
    found.push(match again {
        Some(exchange) => finding.also(Evidence::new(&exchange, "the same again")),
        None => finding,
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::scripted::{Ran, Said, Scripted};

    async fn run(script: impl Fn(usize) -> Said + Send + Sync + 'static, missing: u16) -> Ran {
        let operation = samples::operation(Method::GET, "/news");
        let mut surface = samples::surface(vec![operation]);
        surface.unknown_path = Some(samples::exchange("/none", missing, "{}"));
        Scripted::new(move |_, before| script(before)).run(&CHECK, &surface).await
    }

    #[test]
    fn values_of_our_own_are_no_ordinary_call() {
        let mut surface = samples::surface(Vec::new());
        let met = samples::link("url", "https://example.com/");
        assert!(is_ordinary(&met, &surface));
        let declared = Operation { source: Source::Specification, ..met.clone() };
        assert!(!is_ordinary(&declared, &surface), "the value was made up");
        assert!(!is_ordinary(&Operation { source: Source::WellKnown, ..met }, &surface), "a guess");
        let object = samples::operation(Method::GET, "/books/{id}");
        assert!(!is_ordinary(&object, &surface));
        surface.harvested.insert("books/id".to_owned(), vec!["7".into()]);
        assert!(is_ordinary(&object, &surface));
    }

    #[tokio::test]
    async fn what_fails_each_time_is_reported() {
        let fails = |_| Said::json(500, "{}");
        assert_eq!(run(fails, 404).await.found.len(), 1);
        assert!(run(fails, 500).await.says_nothing(), "everything fails");
        let once = run(|before| if before == 0 { Said::json(500, "{}") } else { Said::json(200, "{}") }, 404).await;
        assert!(once.says_nothing(), "now and then");
        let refused = run(|before| if before == 0 { Said::json(500, "{}") } else { Said::Nothing }, 404).await;
        assert!(refused.says_nothing());
        let proxy = run(|_| Said::html(500, "<center>nginx</center>"), 404).await;
        assert!(proxy.says_nothing(), "the page of a proxy");
        for status in [200, 404, 501, 502, 503] {
            let ran = run(move |_| Said::json(status, "{}"), 404).await;
            assert!(ran.found.is_empty() && ran.sent.len() == 1 && ran.end().is_ok() == (status != 404), "{status}");
        }
    }
}
