use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Parameter, Rule, Severity,
    Source, Tag,
};

use super::reflection;
use super::shell::{self, Print};
use crate::calling::{inputs, request};
use crate::experiments::payload_refusal;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "command-injection",
    aliases: &[],
    title: "OS command injection in a request parameter",
    category: Category::InputValidation,
    severity: Severity::Critical,
    cwe: &[78],
    tags: &[Tag::Injection],
    risk: "An attacker runs commands on the server.",
    fix: "Run the program without a shell, with its arguments as a list, after checking them.",
    references: &[
        "https://owasp.org/www-community/attacks/Command_Injection",
        "https://docs.python.org/3/library/subprocess.html#security-considerations",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(reflection::REQUESTS + 5).more_when_deep(12),
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

/// How many of the ways a scan that is not deep tries for parameters whose name suggests commands, and for the others.
const NAMED: usize = 2;
const OTHERS: usize = 1;

/// Parameters named like commands first, each with a command that prints a product. A mark whose quotes do not pair makes a shell print
/// nothing but on its error stream, so that no difference says little: it only keeps a scan that is not deep from asking where nothing
/// else points to a command.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let marked = reflection::of(probe).await?;
    let deep = probe.target.depth == model::Depth::Deep;
    let operation = probe.operation;
    let is_named = |p: &Parameter| shell::is_named(operation, p);
    let mut chosen: Vec<&Parameter> = inputs::texts(operation)
        .filter(|p| {
            let differs = || {
                reflection::makes_a_difference(probe, &marked, p.place, &p.name)
                    || reflection::comes_back(&marked, p.place, &p.name)
            };
            let may_be_read = || reflection::may_be_read(probe, &marked, p.place, &p.name);
            let in_statement = reflection::complained(&marked, p.place, &p.name).is_some();
            let is_asked = operation.source == Source::Form || is_named(p);
            deep || !in_statement && (is_asked || differs() && may_be_read())
        })
        .collect();
    if chosen.is_empty() {
        payload_refusal::works(probe.plain()?)?;
        return Err(NotTested::inconclusive("no parameter made a difference that this weakness could explain"));
    }
    chosen.sort_by_key(|p| !is_named(p));
    for parameter in chosen.into_iter().take(if deep { inputs::MOST } else { 2 }) {
        let ways = match is_named(parameter) {
            _ if deep => shell::WAYS.len(),
            true => NAMED,
            false => OTHERS,
        };
        let value = inputs::ordinary(probe, parameter);
        for way in &shell::WAYS[..ways] {
            if let Some(finding) = prove(probe, operation, parameter, &value, way).await? {
                found.push(finding);
                return Ok(());
            }
        }
    }
    payload_refusal::end(probe, found).await
}

/// Two commands by this way into a shell, each of which prints a product.
///
/// # Errors
/// As [`TargetProbe::send`].
pub(super) async fn prove(
    probe: &TargetProbe<'_>,
    operation: &Operation,
    parameter: &Parameter,
    value: &str,
    way: &str,
) -> Result<Option<Finding>, NotTested> {
    let mut shown: Vec<(Arc<Exchange>, Print)> = Vec::new();
    for purpose in ["first", "again"] {
        let print = Print::new(probe.target.seed, operation, &parameter.name, purpose);
        let payload = shell::payload(way, value, &print.command());
        let values = [request::Value::of(parameter, &payload)];
        let exchange = probe.send(request::build(operation, probe.surface, probe.target, &values)).await?;
        if !print.is_in(&exchange.text()) {
            return Ok(None);
        }
        shown.push((exchange, print));
    }
    let location = Location::of(operation).parameter(parameter.place.id(), &parameter.name);
    let mut evidence =
        shown.iter().map(|(exchange, print)| Evidence::new(exchange, format!("the shell printed {}", print.output())));
    let finding = evidence.next().map(|first| Finding::new(&RULE, Confidence::Confirmed, location, first));
    Ok(finding.map(|finding| evidence.fold(finding, Finding::also)))
}
