use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use crate::llm::interview::{self, Said};
use crate::llm::prompts::Kind;
use crate::{Check, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "llm-output-unescaped",
    aliases: &[],
    title: "Improper output handling: LLM output is not escaped in HTML",
    category: Category::Llm,
    severity: Severity::Medium,
    cwe: &[79, 116],
    tags: &[Tag::Injection],
    risk: "An attacker who controls what the model reads runs script in the browser of anyone who sees its reply.",
    fix: "Escape the model's reply like any other untrusted text.",
    references: &[
        "https://genai.owasp.org/llmrisk/llm052025-improper-output-handling/",
        "https://markupsafe.palletsprojects.com/en/stable/escaping/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: interview::COST,
    detectors: Detectors {
        applies: interview::applies,
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

async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let interview = interview::hold(probe).await?;
    if !interview.plain().is_some_and(|plain| plain.exchange.is_html()) {
        return Err(NotTested::not_applicable("its responses are not HTML"));
    }
    found.extend(interview.of(Kind::Markup)?.into_iter().find_map(|said| judge(said, probe.location())));
    Ok(())
}

/// An element whose name the prompt did not hold stands in a page.
fn judge(said: &Said, location: Location) -> Option<Finding> {
    let element = format!("<{}", said.proof);
    let found = said.exchange.is_html() && said.exchange.is_success() && said.exchange.text().contains(&element);
    let shows = format!("the page contains the element {element}> that the prompt requested");
    found.then(|| Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(&said.exchange, shows)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::interview::tests::said;

    #[test]
    fn only_an_element_in_a_page_counts() {
        let found = |body: &str| judge(&said("markup", 200, body), Location::host()).is_some();
        assert!(found("<p><qxv7w3kz>ok</qxv7w3kz></p>"));
        assert!(!found("<p>&lt;qxv7w3kz&gt;ok&lt;/qxv7w3kz&gt;</p>"));
        assert!(!found(r#"{"reply": "<qxv7w3kz>ok</qxv7w3kz>"}"#));
    }
}
