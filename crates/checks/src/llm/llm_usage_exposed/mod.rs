use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity};

use super::reply;
use crate::llm::interview::{self, Interview};
use crate::{Check, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "llm-usage-exposed",
    aliases: &[],
    title: "LLM model name and token usage exposed",
    category: Category::Llm,
    severity: Severity::Info,
    cwe: &[200, 201],
    tags: &[],
    risk: "An attacker learns the model, the length of the hidden instructions, and what a flood of prompts would cost.",
    fix: "Return the reply alone, and keep the usage in the log.",
    references: &["https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/"],
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
    found.extend(judge(&interview, probe.location()));
    Ok(())
}

fn judge(interview: &Interview, location: Location) -> Option<Finding> {
    let plain = interview.plain().filter(|plain| plain.exchange.is_success())?;
    let mut shown = reply::usage(&plain.exchange);
    if shown.is_empty() {
        return None;
    }
    let json = plain.exchange.json();
    let name = json.as_deref().and_then(|json| json.get("model")).and_then(serde_json::Value::as_str);
    shown.extend(name.map(|name| format!("model={name}")));
    Some(Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(&plain.exchange, shown.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::interview::tests::said;

    #[test]
    fn counters_are_shown_with_the_model() {
        let judged = |body: &str| judge(&Interview { said: vec![said("plain", 200, body)] }, Location::host());
        let found = judged(r#"{"model":"small-1","reply":"x","usage":{"prompt_tokens":40}}"#).unwrap();
        assert_eq!(found.evidence[0].excerpt(), "usage.prompt_tokens=40, model=small-1");
        assert!(judged(r#"{"reply":"x","usage":"see the manual"}"#).is_none());
        assert!(judged(r#"{"model":"small-1","reply":"x"}"#).is_none());
    }
}
