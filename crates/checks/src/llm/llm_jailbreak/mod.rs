use model::{Category, Confidence, Depth, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use crate::llm::interview::{self, Interview};
use crate::llm::prompts::Kind;
use crate::{Check, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "llm-jailbreak",
    aliases: &[],
    title: "LLM jailbreak: role-play or encoded prompts bypass refusals",
    category: Category::Llm,
    severity: Severity::Medium,
    cwe: &[1427, 693],
    tags: &[Tag::Injection],
    risk: "An attacker gets what the guard should stop by asking in Base64, in a game or in another language.",
    fix: "Judge the reply, not the words of the prompt: return only what the application is for.",
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
    interview.of(Kind::Disguise)?;
    if interview.plain().is_some_and(interview::Said::obeyed) {
        return Err(NotTested::OpenAnyway);
    }
    found.extend(judge(&interview, probe.location()));
    Ok(())
}

/// What was refused in plain words is done in disguise.
fn judge(interview: &Interview, location: Location) -> Option<Finding> {
    let plain = interview.plain().filter(|plain| !plain.obeyed())?;
    let disguised = interview.of(Kind::Disguise).ok()?;
    let through: Vec<_> = disguised.into_iter().filter(|said| said.obeyed()).collect();
    let first = through.first()?;
    let names: Vec<&str> = through.iter().map(|said| said.prompt.id.as_str()).collect();
    let shows = format!("refused in plain words, done as {}: {:?}", first.prompt.id, first.proof);
    Some(
        Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(&first.exchange, shows))
            .also(Evidence::new(&plain.exchange, "the same in plain words is refused"))
            .detail(format!("What gets through: {}.", names.join(", "))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::interview::tests::replied;

    #[test]
    fn a_disguise_counts_where_plain_words_are_refused() {
        let judged = |plain: &str, base64: &str| {
            let said = vec![replied("plain", plain), replied("base64", base64), replied("rot13", "No.")];
            judge(&Interview { said }, Location::host()).is_some()
        };
        assert!(judged("I only talk about books.", "qxv7w3kz"));
        assert!(!judged("qxv7w3kz", "qxv7w3kz"), "nothing is refused");
        assert!(!judged("I only talk about books.", "I only talk about books."));
    }
}
