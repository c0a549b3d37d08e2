use model::{
    Category, Confidence, Evidence, Finding, Location, NotTested, ParameterIn, Rule, Severity, Source, Surface,
};

use crate::{Check, Findings, Observations, RunsOn, Twins};

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
    on_end: Some(judge),
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
    for (operation, exchange) in
        observations.called(surface).filter(|(o, _)| o.source == Source::Specification && !o.deprecated)
    {
        let gone = match exchange.status() {
            405 | 410 | 501 => true,
            404 => operation.parameters_in(ParameterIn::Path).next().is_none(),
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
