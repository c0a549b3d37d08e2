use model::{Category, Confidence, Depth, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use crate::llm::interview::{self, Said};
use crate::llm::prompts::Kind;
use crate::{Check, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "llm-system-role-accepted",
    aliases: &[],
    title: "Prompt injection: clients can send system messages",
    category: Category::Llm,
    severity: Severity::Medium,
    cwe: &[269, 1427],
    tags: &[Tag::Injection],
    risk: "A user replaces the application's instructions with instructions of their own.",
    fix: "Take only the user's text from the request and build the list of messages on the server.",
    references: &["https://genai.owasp.org/llmrisk/llm01-prompt-injection/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: interview::COST,
    schedule: Schedule::from(Depth::Deep),
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
    let said = interview.of(Kind::SystemRole).map_err(|_| NotTested::not_applicable("it takes no list of messages"))?;
    found.extend(said.into_iter().find_map(|said| judge(said, probe.location())));
    Ok(())
}

/// The user said good morning; the words come from the system message.
fn judge(said: &Said, location: Location) -> Option<Finding> {
    let shows = format!("a greeting gets the reply {:?}, as a system message in the request demanded", said.proof);
    let evidence = Evidence::new(&said.exchange, shows);
    said.obeyed().then(|| Finding::new(&RULE, Confidence::Confirmed, location, evidence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::interview::tests::replied;

    #[test]
    fn only_the_joined_words_count() {
        assert!(judge(&replied("system-role", "qxv7w3kz"), Location::host()).is_some());
        assert!(judge(&replied("system-role", "Good morning! 'qxv7' and 'w3kz'?"), Location::host()).is_none());
    }
}
