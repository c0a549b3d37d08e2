use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Parameter, Rule, Severity, Tag};

use crate::shared::names::{Kind, suggests};
use crate::shared::{heard, inputs, reflection};
use crate::{Check, Cost, Findings, Probe, RunsOn, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "code-injection",
    aliases: &[],
    title: "A parameter is run as program code",
    category: Category::InputValidation,
    severity: Severity::Critical,
    cwe: &[95, 94],
    tags: &[Tag::Injection],
    risk: "Whoever sends an expression can run code in the server's process.",
    fix: "Never pass request data to eval or exec; parse it with ast.literal_eval or a parser of the few forms that are meant.",
    references: &[
        "https://docs.python.org/3/library/functions.html#eval",
        "https://owasp.org/www-community/attacks/Code_Injection",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: reflection::REQUESTS + 3, touch: Touch::Reads },
    more_when_deep: 8,
    applies: |operation, _| inputs::takes_any_text(operation),
    on_operation: Some(|probe, found| Box::pin(ask(probe, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// An expression whose value is a product written backwards. A calculator that only knows arithmetic cannot do it.
struct Language {
    expression: fn(u32, u32) -> String,
    suits: fn(&model::Surface) -> bool,
}

static LANGUAGES: [Language; 2] = [
    Language { expression: |a, b| format!("str({a}*{b})[::-1]"), suits: |s| s.may_be_flask() || s.has("Django") },
    Language {
        expression: |a, b| format!("String({a}*{b}).split('').reverse().join('')"),
        suits: |s| s.has("Express") || s.has("Next.js"),
    },
];

/// Parameters that make a difference, those whose name suggests an expression first.
async fn ask(probe: &Probe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let marked = reflection::of(probe).await?;
    let deep = probe.target.depth == model::Depth::Deep;
    let mut chosen: Vec<&Parameter> = inputs::texts(probe.operation)
        .filter(|p| {
            // What fails to evaluate may fail alike for every word.
            suggests(&p.name, Kind::Expression) || reflection::makes_a_difference(probe, &marked, p.place, &p.name)
        })
        .collect();
    if chosen.is_empty() {
        return Err(NotTested::inconclusive("no parameter changed the answer"));
    }
    let languages: Vec<&Language> = LANGUAGES.iter().filter(|l| deep || (l.suits)(probe.surface)).collect();
    if languages.is_empty() {
        return Err(NotTested::OverBudget); // a deep scan asks in all of them
    }
    chosen.sort_by_key(|p| !suggests(&p.name, Kind::Expression));
    for parameter in chosen.into_iter().take(if deep { inputs::MOST } else { 2 }) {
        for language in &languages {
            let first = evaluate(probe, parameter, language, "first").await?;
            let Some((exchange, value)) = first else { continue };
            if let Some((second, other)) = evaluate(probe, parameter, language, "again").await? {
                let location = probe.location().parameter(parameter.place.id(), &parameter.name);
                let evidence = Evidence::new(&exchange, format!("the expression was evaluated: {value}"));
                let again = Evidence::new(&second, format!("and with other numbers: {other}"));
                found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(again));
                return Ok(());
            }
        }
    }
    heard::end(probe, found).await
}

/// The answer and the value when it holds the value.
async fn evaluate(
    probe: &Probe<'_>,
    parameter: &Parameter,
    language: &Language,
    purpose: &str,
) -> Result<Option<(Arc<Exchange>, String)>, NotTested> {
    let word = probe.canary(&format!("{} {purpose}", parameter.name));
    let (a, b) = reflection::factors(probe.target.seed, &word);
    let exchange = probe.send(inputs::with(probe, parameter, &(language.expression)(a, b))).await?;
    let value = backwards(a, b);
    Ok(exchange.text().contains(&value).then_some((exchange, value)))
}

fn backwards(a: u32, b: u32) -> String {
    (u64::from(a) * u64::from(b)).to_string().chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_an_echo_nor_a_calculator_shows_the_value() {
        let value = backwards(1_111, 2_345);
        assert_eq!(value, "5925062");
        for language in &LANGUAGES {
            assert!(!(language.expression)(1_111, 2_345).contains(&value));
        }
        assert!(!"2605295".contains(&value));
    }
}
