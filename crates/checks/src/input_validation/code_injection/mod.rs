use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Parameter, Rule, Severity, Tag};

use super::reflection;
use crate::calling::inputs;
use crate::experiments::{payload_refusal, repetition};
use crate::vocabulary::parameters::{Kind, suggests};
use crate::vocabulary::words;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

mod differential;
mod language;

use language::Language;

pub(crate) static RULE: Rule = Rule {
    id: "code-injection",
    aliases: &[],
    title: "Code injection in a request parameter",
    category: Category::InputValidation,
    severity: Severity::Critical,
    cwe: &[95, 94],
    tags: &[Tag::Injection],
    risk: "An attacker runs code in the server's process.",
    fix: "Never evaluate request data as code; use a parser of the few forms that are meant.",
    references: &[
        "https://docs.python.org/3/library/functions.html#eval",
        "https://owasp.org/www-community/attacks/Code_Injection",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(reflection::REQUESTS + 15).more_when_deep(42).proof(repetition::REQUESTS),
    schedule: Schedule::sharing(reflection::SHARES),
    detectors: Detectors {
        applies: |operation, _| inputs::takes_any_text(operation),
        in_bodies: Some(inputs::body_takes_text),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Parameters whose name, or whose path, suggests an expression, then others that make a difference.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let marked = reflection::of(probe).await?;
    let deep = probe.target.depth == model::Depth::Deep;
    let computes = words(&probe.operation.path).any(|word| suggests(&word, Kind::Expression));
    let mut chosen: Vec<&Parameter> = inputs::texts(probe.operation)
        .filter(|p| {
            // What fails to evaluate may fail alike for every word.
            let is_named = computes || suggests(&p.name, Kind::Expression);
            let differs = || reflection::makes_a_difference(probe, &marked, p.place, &p.name);
            let may_be_read = || reflection::may_be_read(probe, &marked, p.place, &p.name);
            let in_statement = reflection::complained(&marked, p.place, &p.name).is_some();
            deep || !in_statement && (is_named || differs() && may_be_read())
        })
        .collect();
    if chosen.is_empty() {
        payload_refusal::works(probe.plain()?)?;
        return Err(NotTested::inconclusive("no parameter made a difference that this weakness could explain"));
    }
    chosen.sort_by_key(|p| !suggests(&p.name, Kind::Expression));
    let languages = language::of(probe.surface, deep);
    for (at, parameter) in chosen.into_iter().take(if deep { inputs::MOST } else { 2 }).enumerate() {
        // The likeliest parameter is asked in every language.
        let most = if deep || at == 0 { languages.len() } else { 1 };
        for language in languages.iter().take(most) {
            let (plain, mut finding) = shown(probe, parameter, language).await?;
            if finding.is_none() && !reflection::is_as_the_mark(&plain, parameter.place, &parameter.name, &marked) {
                finding = differential::prove(probe, parameter, language, &RULE).await?;
            }
            if let Some(finding) = finding {
                found.push(finding);
                return Ok(());
            }
        }
    }
    payload_refusal::end(probe, found).await
}

/// Code whose value is shown: two products, each written backwards. What the first was answered with comes along.
async fn shown(
    probe: &OperationProbe<'_>,
    parameter: &Parameter,
    language: &Language,
) -> Result<(Arc<Exchange>, Option<Finding>), NotTested> {
    let (exchange, value) = evaluate(probe, parameter, language, "first").await?;
    let Some(value) = value else { return Ok((exchange, None)) };
    let (second, other) = evaluate(probe, parameter, language, "again").await?;
    let finding = other.map(|other| {
        let location = probe.location().parameter(parameter.place.id(), &parameter.name);
        let evidence = Evidence::new(&exchange, format!("the expression was evaluated: {value}"));
        let again = Evidence::new(&second, format!("and with other numbers: {other}"));
        Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(again)
    });
    Ok((exchange, finding))
}

/// What an expression is answered with, and its value when the response holds it.
async fn evaluate(
    probe: &OperationProbe<'_>,
    parameter: &Parameter,
    language: &Language,
    purpose: &str,
) -> Result<(Arc<Exchange>, Option<String>), NotTested> {
    let word = probe.canary(&format!("{} {purpose}", parameter.name));
    let (a, b) = reflection::factors(probe.target.seed, &word);
    let exchange = probe.send(inputs::with(probe, parameter, &language.backwards(a, b))).await?;
    let value = Some(backwards(a, b)).filter(|value| exchange.text().contains(value));
    Ok((exchange, value))
}

fn backwards(a: u32, b: u32) -> String {
    (u64::from(a) * u64::from(b)).to_string().chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_backwards_is_no_product() {
        assert_eq!(backwards(1_111, 2_345), "5925062");
        assert!(!(1_111_u64 * 2_345).to_string().contains("5925062"));
    }
}
