use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Surface};

use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "deprecated-operation-served",
    aliases: &[],
    title: "Deprecated operation still served",
    category: Category::Inventory,
    severity: Severity::Low,
    cwe: &[477, 1059],
    tags: &[],
    risk: "An attacker uses the operation to avoid checks that newer ones have.",
    fix: "Switch the operation off, or announce until when it is served.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    if surface.specification.is_none() {
        return Err(NotTested::NoSpecification);
    }
    if !surface.operations.iter().any(|o| o.deprecated) {
        return Err(NotTested::not_applicable("no operation is marked as deprecated"));
    }
    if !observations.called(surface).any(|(o, _)| o.deprecated) {
        return Err(NotTested::inconclusive("no deprecated operation was called"));
    }
    for (operation, exchange) in observations.called(surface).filter(|(o, _)| o.deprecated) {
        let served = matches!(exchange.status(), 200..=299 | 400 | 401 | 403 | 422);
        if served && exchange.header("sunset").is_none() {
            let evidence = Evidence::new(exchange, format!("status {} for a deprecated operation", exchange.status()));
            found.push(Finding::new(&RULE, Confidence::Confirmed, Location::of(operation), evidence));
        }
    }
    Ok(())
}
