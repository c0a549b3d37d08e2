use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Parameter, Rule, Severity, Tag,
};

use crate::shared::{inputs, reflection};
use crate::{Check, Cost, Findings, Probe, RunsOn, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "unhandled-input-error",
    aliases: &[],
    title: "Unexpected input makes the server fail",
    category: Category::InputValidation,
    severity: Severity::Low,
    cwe: &[20, 755],
    tags: &[Tag::Injection],
    risk: "Input is used before it is checked, which is where injection begins, and errors fill the logs.",
    fix: "Convert and check parameters, and answer 400 with a constant text.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Input_Validation_Cheat_Sheet.html",
        "https://flask.palletsprojects.com/en/stable/errorhandling/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: reflection::REQUESTS + 4, touch: Touch::Reads },
    applies: |operation, _| operation.method == Method::GET && inputs::all(operation).next().is_some(),
    on_operation: Some(|probe, found| Box::pin(ask(probe, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Where the marks made the server fail and the ordinary call succeeds: a plain word in each parameter, and on a failure again.
async fn ask(probe: &Probe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let plain = probe.plain()?;
    if plain.status() >= 400 {
        return Err(NotTested::inconclusive("the ordinary call does not succeed either"));
    }
    let failed = reflection::of(probe).await?.iter().any(|marked| marked.exchange.status() == 500);
    let declared: Vec<&Parameter> =
        inputs::all(probe.operation).filter(|p| !inputs::takes_text(p, probe.operation)).collect();
    let suspects: Vec<&Parameter> = if failed { inputs::all(probe.operation).collect() } else { declared };
    for parameter in suspects.into_iter().take(2) {
        let request = inputs::with(probe, parameter, &probe.canary("word"));
        let first = probe.send(request.clone()).await?;
        if first.status() != 500 {
            continue;
        }
        let again = probe.send(request.fresh()).await?;
        found.extend(judge(plain, &first, &again, probe.location().parameter(parameter.place.id(), &parameter.name)));
    }
    Ok(())
}

/// 500 twice for a word, where the ordinary value succeeds. It is no more than a hint: what fails is not known.
fn judge(plain: &Arc<Exchange>, first: &Arc<Exchange>, again: &Arc<Exchange>, location: Location) -> Option<Finding> {
    if first.status() != 500 || again.status() != 500 {
        return None;
    }
    let evidence = Evidence::new(first, "500 for a plain word, twice");
    let control = Evidence::new(plain, format!("{} for the ordinary value", plain.status()));
    Some(Finding::new(&RULE, Confidence::Tentative, location, evidence).also(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::exchange;

    #[test]
    fn a_failure_that_does_not_come_back_is_chance() {
        let answer = |status: u16| exchange("/", status, "<p>x</p>");
        assert!(judge(&answer(200), &answer(500), &answer(500), Location::host()).is_some());
        assert!(judge(&answer(200), &answer(500), &answer(200), Location::host()).is_none());
        assert!(judge(&answer(200), &answer(503), &answer(503), Location::host()).is_none());
    }
}
