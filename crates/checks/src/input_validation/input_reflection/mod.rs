use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use super::reflection::{self, Marked};
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "input-reflection",
    aliases: &[],
    title: "Request input reflected in the response",
    category: Category::InputValidation,
    severity: Severity::Info,
    cwe: &[20],
    tags: &[Tag::Injection],
    risk: "Every such place has to encode its output correctly, and some can show text of an attacker's choice.",
    fix: "Do not echo unknown values; accept a known set and return a constant text for others.",
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/Input_Validation_Cheat_Sheet.html"],
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
    subsumed_by: &[
        "reflected-xss",
        "template-injection",
        "format-string-injection",
        "header-injection",
        "command-injection",
        "code-injection",
    ],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Reads where the marks came back: in a page or in a header. JSON that repeats a query is how APIs answer.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for marked in reflection::of(probe).await? {
        found.extend(judge(&marked, &probe.location()));
    }
    payload_refusal::end(probe, found).await
}

fn judge(marked: &Marked, location: &Location) -> Vec<Finding> {
    let exchange = &marked.exchange;
    let is_page = exchange.is_html() && exchange.json().is_none();
    let finding = |(mark, echo): (&reflection::Mark, reflection::Echo)| {
        let place = match &echo.in_header {
            // Where a redirect leads, encoded, is no page; that it leads anywhere is another rule's.
            Some(name) if !name.eq_ignore_ascii_case("location") => format!("in the header {name}"),
            None if is_page && echo.in_body => "in the page".to_owned(),
            _ => return None,
        };
        let evidence = Evidence::new(exchange, format!("the value comes back {place}: {}", echo.excerpt));
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
