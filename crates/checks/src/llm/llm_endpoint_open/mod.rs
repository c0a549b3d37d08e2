use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity};

use super::reply;
use crate::llm::interview::{self, Said};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "llm-endpoint-open",
    aliases: &[],
    title: "Missing authentication: LLM endpoint open to anyone",
    category: Category::Llm,
    severity: Severity::High,
    cwe: &[306, 770],
    tags: &[],
    risk: "An unauthenticated client uses the model at the owner's expense, for any purpose.",
    fix: "Require credentials before the prompt reaches the model, and limit what each account may spend.",
    references: &[
        "https://genai.owasp.org/llmrisk/llm102025-unbounded-consumption/",
        "https://flask.palletsprojects.com/en/stable/api/#flask.Request.authorization",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::queries(1),
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
    let said = interview::anonymously(probe).await?;
    if matches!(said.exchange.status(), 401 | 403) {
        return Ok(());
    }
    interview::takes_prompts(&said)?;
    found.extend(judge(&said, probe.location()));
    Ok(())
}

/// The instruction was followed, or the answer counts the tokens that it cost.
fn judge(said: &Said, location: Location) -> Option<Finding> {
    let usage = reply::usage(&said.exchange);
    let (confidence, shows) = if said.obeyed() {
        let shows = format!("instructed without credentials to join two words, it replies {:?}", said.proof);
        (Confidence::Confirmed, shows)
    } else if said.exchange.is_success() && !usage.is_empty() {
        (Confidence::Firm, format!("a prompt without credentials got a reply: {}", usage.join(", ")))
    } else {
        return None;
    };
    Some(Finding::new(&RULE, confidence, location, Evidence::new(&said.exchange, shows)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::interview::tests::{replied, said};

    #[test]
    fn only_what_a_model_does_counts() {
        let confidence = |said: &Said| judge(said, Location::host()).map(|f| f.confidence);
        assert_eq!(confidence(&replied("plain", "qxv7w3kz")), Some(Confidence::Confirmed));
        let counted = said("plain", 200, r#"{"reply":"Books only.","usage":{"total_tokens":12}}"#);
        assert_eq!(confidence(&counted), Some(Confidence::Firm));
        assert_eq!(confidence(&replied("plain", "I am a bot. Choose 1 or 2.")), None);
        assert_eq!(confidence(&said("plain", 401, r#"{"usage":{"total_tokens":0}}"#)), None);
    }
}
