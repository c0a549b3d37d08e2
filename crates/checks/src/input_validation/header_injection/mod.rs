use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use super::reflection::{self, Marked};
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "header-injection",
    aliases: &[],
    title: "HTTP response header injection (CRLF)",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[113],
    tags: &[Tag::Injection],
    risk: "A crafted link sets cookies, adds headers or writes a whole response of the attacker's choice.",
    fix: "Reject CR and LF in values that become headers, and set headers through the framework.",
    references: &["https://owasp.org/www-community/attacks/HTTP_Response_Splitting"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(reflection::REQUESTS + 1),
    schedule: Schedule::sharing(reflection::SHARES),
    detectors: Detectors {
        applies: |operation, _| inputs::takes_any_text(operation),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

/// Where a mark came back in a header: once more with a line break and a header of our own.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let all = reflection::of(probe).await?;
    let hit = all.iter().flat_map(Marked::echoes).find(|(_, echo)| echo.in_header.is_some());
    let Some((mark, _)) = hit else { return payload_refusal::end(probe, found).await };
    let Some(parameter) = probe.operation.parameters.iter().find(|p| p.place == mark.place && p.name == mark.name)
    else {
        return payload_refusal::end(probe, found).await;
    };
    let word = probe.canary(&mark.canary);
    let payload = format!("{word}%0d%0aX-{word}:%20{word}");
    let exchange = probe.send(inputs::with_raw(probe, parameter, &payload)).await?;
    found.extend(judge(&word, &exchange, probe.location().parameter(mark.place.id(), &mark.name)));
    payload_refusal::end(probe, found).await
}

/// The header must be there under its name: an echo of the text inside another header is none.
fn judge(word: &str, exchange: &Arc<Exchange>, location: Location) -> Option<Finding> {
    let value = exchange.header(&format!("x-{word}"))?;
    let evidence = Evidence::new(exchange, format!("the response has the header X-{word}: {value}"));
    Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    #[test]
    fn an_encoded_line_break_in_a_header_adds_none() {
        let response = |headers: &[(&str, &str)]| answered("/", 302, headers, "");
        assert!(judge("w", &response(&[("Location", "/w%0D%0AX-w: w")]), Location::host()).is_none());
        assert!(judge("w", &response(&[("Location", "/w"), ("X-w", "w")]), Location::host()).is_some());
    }
}
