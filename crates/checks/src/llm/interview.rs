//! The conversation that all rules of this category read: the same prompts in the same order whoever asks, so that each is sent
//! once and one after the other.

use std::sync::Arc;

use model::{Depth, Exchange, NotTested, Operation, Surface};

use super::prompts::{self, Kind, Prompt};
use super::{endpoint, question, reply};
use crate::canary::canary;
use crate::judging::response_fingerprint;
use crate::{Cost, OperationProbe};

/// Most prompts of a standard scan, all endpoints together.
const STANDARD: usize = 5;

/// Most prompts of a deep scan for one endpoint; a test compares it with the table.
const DEEP: usize = 16;

/// What the interview costs.
pub(super) const COST: Cost = Cost::queries(STANDARD as u32).more_when_deep((DEEP - STANDARD) as u32);

/// A prompt and what came of it.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// The row of the table.
    pub(super) prompt: &'static Prompt,
    /// The request and its answer.
    pub(super) exchange: Arc<Exchange>,
    /// The words of the model, without what repeats the prompt.
    pub(super) reply: String,
    /// What stands in the reply of a model that followed the instruction.
    pub(super) proof: String,
}

impl Said {
    /// Whether the instruction was followed.
    pub(super) fn obeyed(&self) -> bool {
        self.exchange.is_success() && self.reply.contains(&self.proof)
    }

    /// Whether the reply is little else than the proof.
    pub(super) fn says_nothing_else(&self) -> bool {
        const BESIDES: usize = 60;
        self.reply.len() <= self.proof.len() + BESIDES
    }
}

/// The conversation with one endpoint.
#[derive(Debug)]
pub(super) struct Interview {
    /// What was said, in order.
    pub(super) said: Vec<Said>,
}

impl Interview {
    /// What was said to prompts of this kind.
    ///
    /// # Errors
    /// [`NotTested::OverBudget`] when none was sent.
    pub(super) fn of(&self, kind: Kind) -> Result<Vec<&Said>, NotTested> {
        let said: Vec<&Said> = self.said.iter().filter(|s| s.prompt.kind == kind).collect();
        if said.is_empty() { Err(NotTested::OverBudget) } else { Ok(said) }
    }

    /// The first prompt, the control of the others.
    pub(super) fn plain(&self) -> Option<&Said> {
        self.said.first()
    }
}

/// Whether the operation is an endpoint that is asked.
pub(super) fn applies(operation: &Operation, surface: &Surface) -> bool {
    endpoint::rank(operation, surface).is_some()
}

/// Prompts for this endpoint: all in a deep scan; in a standard scan one for each but the first, which gets the rest. With
/// credentials the first prompt of each is asked once more without them, which is all that the others get.
fn allowance(depth: Depth, rank: usize, count: usize, has_credentials: bool) -> usize {
    let apart = usize::from(has_credentials);
    match (depth, rank) {
        (Depth::Quick, _) => 0,
        (Depth::Deep, _) => DEEP,
        (Depth::Standard, 0) => STANDARD.saturating_sub(count.saturating_sub(1) + apart),
        (Depth::Standard, _) => 1 - apart,
    }
}

/// Asks the endpoint everything that the depth allows.
///
/// # Errors
/// Why there was no conversation: the depth, no credentials, no answer, no model.
pub(super) async fn hold(probe: &OperationProbe<'_>) -> Result<Interview, NotTested> {
    let rank = endpoint::rank(probe.operation, probe.surface).ok_or_else(none_recognised)?;
    let most = allowance(probe.target.depth, rank, endpoint::count(probe.surface), !probe.target.identities.is_empty());
    let mut said: Vec<Said> = Vec::new();
    let mut is_html = false;
    for prompt in prompts::all() {
        if said.len() >= most {
            break;
        }
        if prompt.only_html && !is_html || prompt.deep && probe.target.depth < Depth::Deep {
            continue;
        }
        let Some(next) = put(probe, prompt, false).await? else { continue };
        if said.is_empty() {
            takes_prompts(&next)?;
            is_html = next.exchange.is_html();
        } else if next.exchange.status() == 429 {
            break;
        }
        said.push(next);
    }
    if said.is_empty() { Err(NotTested::OverBudget) } else { Ok(Interview { said }) }
}

/// The first prompt without credentials.
///
/// # Errors
/// As [`hold`].
pub(super) async fn anonymously(probe: &OperationProbe<'_>) -> Result<Said, NotTested> {
    let plain = prompts::all().first().filter(|_| probe.target.depth > Depth::Quick).ok_or(NotTested::OverBudget)?;
    put(probe, plain, true).await?.ok_or_else(none_recognised)
}

fn none_recognised() -> NotTested {
    NotTested::not_applicable("no LLM endpoint was recognised")
}

async fn put(probe: &OperationProbe<'_>, prompt: &'static Prompt, anonymous: bool) -> Result<Option<Said>, NotTested> {
    const LENGTH: usize = 6;
    let owner = probe.operation.name();
    let word = |which: &str| -> String {
        canary(probe.target.seed, &["llm", &owner, &prompt.id, which]).chars().take(LENGTH).collect()
    };
    let (a, b) = (word("a"), word("b"));
    let text = prompt.text(&a, &b);
    let Some(request) = question::prompt(probe, &text, prompt.system(&a, &b).as_deref()) else { return Ok(None) };
    let exchange = probe.response_to(if anonymous { request.anonymous() } else { request }).await?;
    let reply = reply::text(&exchange, &text);
    Ok(Some(Said { prompt, exchange, reply, proof: format!("{a}{b}") }))
}

/// Whether the first answer is that of something that takes prompts.
///
/// # Errors
/// Why there is no use in going on.
pub(super) fn takes_prompts(first: &Said) -> Result<(), NotTested> {
    match first.exchange.status() {
        401 | 403 => return Err(NotTested::NoCredentials),
        404 | 405 | 410 | 501 => return Err(NotTested::not_applicable("the endpoint takes no prompt")),
        200..=299 => {}
        status => return Err(NotTested::inconclusive(format!("the prompt returned {status}"))),
    }
    let sent = first.exchange.request.altered.first().map_or("", |altered| altered.value.as_str());
    let raw = first.exchange.text();
    let repeats = response_fingerprint::forms(sent).iter().any(|form| raw.contains(form.as_str()));
    if first.reply.is_empty() || repeats && !first.obeyed() && reply::usage(&first.exchange).is_empty() {
        return Err(NotTested::not_applicable("the endpoint does not answer prompts"));
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::samples::answered;

    /// The reply to the prompt of this id, in JSON or HTML by how it begins.
    pub(in crate::llm) fn said(id: &str, status: u16, body: &str) -> Said {
        let prompt = prompts::all().iter().find(|p| p.id == id).unwrap();
        let text = prompt.text("qxv7", "w3kz");
        let exchange = answered("/chat", status, &[], body);
        let mut exchange = Arc::into_inner(exchange).unwrap();
        exchange.request = exchange.request.altered("body", "prompt", &text);
        let exchange = Arc::new(exchange);
        Said { prompt, reply: reply::text(&exchange, &text), exchange, proof: "qxv7w3kz".to_owned() }
    }

    /// The same in an answer `{"reply": …}`.
    pub(in crate::llm) fn replied(id: &str, reply: &str) -> Said {
        said(id, 200, &serde_json::json!({ "reply": reply }).to_string())
    }

    #[test]
    fn every_instruction_has_a_reply_that_proves_it_and_one_that_does_not() {
        for prompt in prompts::all() {
            let hit = replied(&prompt.id, &prompts::fill(&prompt.hit, "qxv7", "w3kz"));
            let miss = replied(&prompt.id, &prompts::fill(&prompt.miss, "qxv7", "w3kz"));
            if matches!(prompt.kind, Kind::Plain | Kind::Override | Kind::SystemRole | Kind::Disguise) {
                assert!(hit.obeyed() && hit.says_nothing_else(), "{}", prompt.id);
                assert!(!miss.obeyed(), "{}", prompt.id);
            }
        }
    }

    #[test]
    fn the_allowance_of_a_standard_scan_is_five_in_all() {
        for count in 1..=endpoint::MOST {
            let sum = |apart| (0..count).map(|rank| allowance(Depth::Standard, rank, count, apart)).sum::<usize>();
            assert_eq!(sum(false), STANDARD);
            assert_eq!(sum(true) + count, STANDARD, "one of each without credentials");
        }
        assert_eq!(allowance(Depth::Quick, 0, 1, false), 0);
        assert_eq!(prompts::all().len(), DEEP);
    }

    #[test]
    fn an_echo_takes_no_prompts_and_a_bot_does() {
        let text = prompts::all()[0].text("qxv7", "w3kz");
        let echo = said("plain", 200, &serde_json::json!({ "json": { "prompt": text } }).to_string());
        assert!(matches!(takes_prompts(&echo), Err(NotTested::NotApplicable(_))));
        assert!(takes_prompts(&replied("plain", "Ask me about books.")).is_ok());
        assert_eq!(takes_prompts(&said("plain", 401, "{}")), Err(NotTested::NoCredentials));
        assert!(matches!(takes_prompts(&said("plain", 500, "{}")), Err(NotTested::Inconclusive(_))));
        assert!(!replied("plain", &text).obeyed(), "an echo");
        assert!(!said("plain", 500, r#"{"reply":"qxv7w3kz"}"#).obeyed());
    }
}
