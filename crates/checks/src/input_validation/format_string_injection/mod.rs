use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use super::reflection::{self, Marked};
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::judging::response_fingerprint::forms;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "format-string-injection",
    aliases: &[],
    title: "Python format string injection in a request parameter",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[134],
    tags: &[Tag::Injection, Tag::Flask],
    risk: "An attacker reads objects of the program, such as its configuration and keys, through attribute lookups.",
    fix: "Format with a constant string and pass the value as an argument.",
    references: &[
        "https://docs.python.org/3/library/string.html#format-string-syntax",
        "https://lucumr.pocoo.org/2016/12/29/careful-with-str-format/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(reflection::REQUESTS + 2),
    schedule: Schedule::sharing(reflection::SHARES),
    detectors: Detectors {
        applies: |operation, surface| surface.may_be_flask() && inputs::takes_any_text(operation),
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

/// Where doubled braces came back single: once more to be sure, and with a field that no caller passes.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let all = reflection::of(probe).await?;
    let hit = all.iter().flat_map(Marked::echoes).find(|(_, echo)| echo.halved && !echo.computed);
    let Some((mark, _)) = hit else { return payload_refusal::end(probe, found).await };
    let Some(parameter) = probe.operation.parameters.iter().find(|p| p.place == mark.place && p.name == mark.name)
    else {
        return payload_refusal::end(probe, found).await;
    };
    let word = probe.canary(&mark.canary);
    let doubled = probe.send(inputs::with(probe, parameter, &format!("{word}{{{{{word}}}}}{word}"))).await?;
    let field = probe.send(inputs::with(probe, parameter, &format!("{word}{{{word}}}{word}"))).await?;
    let location = probe.location().parameter(mark.place.id(), &mark.name);
    found.extend(judge(&word, &doubled, &field, location));
    payload_refusal::end(probe, found).await
}

/// `{{x}}` must come back as `{x}`, and `{x}`, which names nothing, must not come back.
fn judge(word: &str, doubled: &Arc<Exchange>, field: &Arc<Exchange>, location: Location) -> Option<Finding> {
    let single = format!("{word}{{{word}}}{word}");
    let double = format!("{word}{{{{{word}}}}}{word}");
    let shows = |exchange: &Exchange, form: &str| forms(form).iter().any(|f| exchange.text().contains(f.as_str()));
    if !shows(doubled, &single) || shows(doubled, &double) || shows(field, &single) {
        return None;
    }
    let confidence = if field.status() >= 500 { Confidence::Confirmed } else { Confidence::Firm };
    let evidence = Evidence::new(doubled, format!("{double} came back as {single}"));
    let failed = Evidence::new(field, format!("{single}, a field that does not exist, returns {}", field.status()));
    Some(Finding::new(&RULE, confidence, location, evidence).also(failed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    #[test]
    fn an_echo_keeps_both_braces_and_a_lone_unescaper_keeps_the_field() {
        let judge = |doubled: &str, status: u16, field: &str| {
            judge(
                "w",
                &answered("/", 200, &[("Content-Type", "text/html")], doubled),
                &answered("/", status, &[("Content-Type", "text/html")], field),
                Location::host(),
            )
        };
        assert!(judge("hi w{w}w", 500, "error").is_some());
        assert!(judge("hi w{{w}}w", 200, "hi w{w}w").is_none(), "an echo");
        assert!(judge("hi w{w}w", 200, "hi w{w}w").is_none(), "braces merged, fields kept");
        assert!(judge("blocked", 500, "blocked").is_none());
    }
}
