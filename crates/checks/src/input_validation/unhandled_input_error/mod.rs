use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Method, NotTested, Operation, Parameter, ParameterIn, Request,
    Rule, Severity, Tag,
};

use super::{reflection, statement_error};
use crate::calling::inputs;
use crate::experiments::{payload_refusal, provoke};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "unhandled-input-error",
    aliases: &[],
    title: "Unhandled error: unexpected input causes status 500",
    category: Category::InputValidation,
    severity: Severity::Low,
    cwe: &[20, 755],
    tags: &[Tag::Injection],
    risk: "An attacker can fill the logs with errors, and finds where input is used before it is validated.",
    fix: "Validate and convert parameters, and respond with 400 and a constant text.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Input_Validation_Cheat_Sheet.html",
        "https://flask.palletsprojects.com/en/stable/errorhandling/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(reflection::REQUESTS + 10),
    schedule: Schedule::sharing(reflection::SHARES),
    detectors: Detectors {
        applies: |operation, _| operation.method == Method::GET && inputs::all(operation).next().is_some(),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    subsumed_by: &[
        "sql-injection",
        "nosql-injection",
        "command-injection",
        "command-injection-blind",
        "code-injection",
        "template-injection",
        "format-string-injection",
        "path-traversal",
    ],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// How often a failure is repeated: a server that fails now and then does not keep to it, and the scan asks once more at its end whether
/// the server is steady.
const AGAIN: u32 = 2;

/// Where the ordinary call succeeds: what is no number, and what is too large a number.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let plain = probe.plain()?;
    payload_refusal::works(plain)?;
    if !words_fail(probe, plain, found).await? {
        large_numbers_fail(probe, plain, found).await?;
    }
    payload_refusal::end(probe, found).await
}

/// A plain word in each parameter that takes none, or in all where the marks made the server fail otherwise than in a statement, which the
/// rule about those looks into.
async fn words_fail(
    probe: &OperationProbe<'_>,
    plain: &Arc<Exchange>,
    found: &mut Findings,
) -> Result<bool, NotTested> {
    let crashed =
        |exchange: &Exchange| exchange.status() == 500 && statement_error::in_text(&exchange.text()).is_none();
    let failed = reflection::of(probe).await?.iter().any(|marked| crashed(&marked.exchange));
    let declared: Vec<&Parameter> = inputs::all(probe.operation)
        .filter(|p| !inputs::takes_text(p, probe.operation) && !is_asked_elsewhere(probe, p))
        .collect();
    let suspects: Vec<&Parameter> = if failed { inputs::all(probe.operation).collect() } else { declared };
    for parameter in suspects.into_iter().take(2) {
        let failing = inputs::with(probe, parameter, &probe.canary("word"));
        let first = probe.send(failing.clone()).await?;
        if crashed(&first) {
            if !is_steady(probe, &failing, &plain.request, AGAIN).await? {
                return Err(NotTested::inconclusive("the server fails now and then"));
            }
            let evidence = Evidence::new(&first, "500 for a plain word, each time");
            let control = Evidence::new(plain, format!("{} for the ordinary value, each time", plain.status()));
            let location = probe.location().parameter(parameter.place.id(), &parameter.name);
            found.push(Finding::new(&RULE, Confidence::Tentative, location, evidence).also(control));
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a word for a parameter of the path is sent to an operation with the same path up to it: a converter that refuses it there does
/// so here.
fn is_asked_elsewhere(probe: &OperationProbe<'_>, parameter: &Parameter) -> bool {
    let name = format!("{{{}}}", parameter.name);
    let until = |o: &Operation| o.path.split_once(&name).map(|(before, _)| before.to_owned());
    let Some(before) = until(probe.operation).filter(|_| parameter.place == ParameterIn::Path) else { return false };
    let called = probe.observations.called(probe.surface);
    let mut same =
        called.filter(|(o, e)| o.method == Method::GET && e.is_success() && until(o).as_ref() == Some(&before));
    same.next().is_some_and(|(first, _)| first.path != probe.operation.path)
}

/// 2^63, which a database of 64-bit integers cannot take, where a smaller one is nothing special: 2^63 - 1, or for a page, which is
/// multiplied, what 32 bits hold. A server that fails on everything unusual fails on both.
async fn large_numbers_fail(
    probe: &OperationProbe<'_>,
    plain: &Arc<Exchange>,
    found: &mut Findings,
) -> Result<(), NotTested> {
    let number = |place| provoke::integer(probe.operation, probe.surface, place);
    let Some(parameter) = number(ParameterIn::Path).or_else(|| number(ParameterIn::Query)) else { return Ok(()) };
    let failing = inputs::with(probe, parameter, provoke::BEYOND_64_BIT);
    let first = probe.send(failing.clone()).await?;
    if first.status() != 500 {
        return Ok(());
    }
    for within in [provoke::WITHIN_64_BIT, provoke::WITHIN_32_BIT] {
        let smaller = probe.response_to(inputs::with(probe, parameter, within)).await?;
        if smaller.status() >= 500 {
            continue;
        }
        // The smaller number has shown already that not everything fails.
        if is_steady(probe, &failing, &plain.request, AGAIN - 1).await? {
            let evidence = Evidence::new(&first, "500 for 2^63, each time");
            let control = Evidence::new(&smaller, format!("{} for {within}", smaller.status()));
            let location = probe.location().parameter(parameter.place.id(), &parameter.name);
            found.push(Finding::new(&RULE, Confidence::Firm, location, evidence).also(control));
        }
        break;
    }
    Ok(())
}

/// Whether the value fails each time and the ordinary value never does, when both are really sent again.
async fn is_steady(
    probe: &OperationProbe<'_>,
    failing: &Request,
    ordinary: &Request,
    times: u32,
) -> Result<bool, NotTested> {
    for _ in 0..times {
        if probe.send(failing.clone().fresh()).await?.status() != 500 {
            return Ok(false);
        }
    }
    let ordinary = probe.send(ordinary.clone().fresh()).await?;
    Ok(ordinary.response().is_some() && ordinary.status() < 400)
}
