use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use super::reflection::{self, Marked};
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "json-served-as-html",
    aliases: &[],
    title: "Cross-site scripting (XSS): JSON served as HTML",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[79, 116],
    tags: &[Tag::Injection],
    risk: "An attacker who gets a user to open a crafted link to this API runs script on its origin.",
    fix: "Send JSON with the Content-Type application/json.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/api/#flask.json.jsonify",
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross_Site_Scripting_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(reflection::REQUESTS),
    schedule: Schedule::sharing(reflection::SHARES),
    detectors: Detectors {
        applies: |operation, _| inputs::takes_any_text(operation),
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

/// Reads what became of the marks: JSON text under an HTML type, with our element in it as sent.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for marked in reflection::of(probe).await? {
        found.extend(judge(&marked, &probe.location()));
    }
    payload_refusal::end(probe, found).await
}

fn judge(marked: &Marked, location: &Location) -> Vec<Finding> {
    let exchange = &marked.exchange;
    if exchange.json().is_none() || !exchange.is_html() {
        return Vec::new();
    }
    let finding = |(mark, echo): (&reflection::Mark, reflection::Echo)| {
        echo.standing.breaks_out?;
        let evidence = Evidence::new(exchange, format!("JSON as text/html with the element as sent: {}", echo.excerpt));
        Some(Finding::new(
            &RULE,
            Confidence::Confirmed,
            location.clone().parameter(mark.place.id(), &mark.name),
            evidence,
        ))
    };
    let mut findings: Vec<Finding> = marked.echoes().filter_map(finding).collect();
    findings.dedup_by(|a, b| a.location == b.location);
    findings
}
