//! Parameters that may take a URL, and what the server does with ours.

use std::sync::Arc;
use std::time::Duration;

use model::{Exchange, Method, NotTested, Operation, Parameter, ParameterIn, Schema, SchemaType};
use wire::Call;

use crate::OperationProbe;
use crate::calling::inputs;
use crate::canary::canary;
use crate::vocabulary::parameters::{Kind, suggests};
use crate::vocabulary::words;

/// Most parameters of an operation that are asked about.
pub(super) const MOST: usize = 2;

/// How long to wait for a call after the answer came: the call is usually made before it. On this machine the shorter time, or as long
/// as four of the slowest responses took, since a busy machine is late with both.
const HERE: Duration = Duration::from_millis(250);
const ELSEWHERE: Duration = Duration::from_millis(1_500);

/// Whether an operation reads and takes text in its query, which may be a URL whatever the name.
pub(super) fn may_take_a_url(operation: &Operation, surface: &model::Surface) -> bool {
    takes_a_url(operation, surface) || operation.method == Method::GET && others(operation).next().is_some()
}

/// The query parameters that take text and are not said to take a URL.
pub(super) fn others(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    inputs::texts(operation)
        .filter(|p| p.place == ParameterIn::Query)
        .filter(|p| !parameters(operation).any(|named| std::ptr::eq(named, *p)))
}

/// Whether an operation reads and takes a URL somewhere.
pub(super) fn takes_a_url(operation: &Operation, _: &model::Surface) -> bool {
    operation.method == Method::GET && parameters(operation).next().is_some()
}

/// The parameters that may take a URL: by name, by declared format, or because their example is one.
pub(super) fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    inputs::texts(operation).filter(|p| {
        let example = p.example.as_deref().is_some_and(|e| e.starts_with("http://") || e.starts_with("https://"));
        p.place != ParameterIn::Path && (suggests(&p.name, Kind::Url) || is_url(&p.schema) || example)
    })
}

/// The fields of a body that take a URL: by declared format, or because the name says so.
pub(super) fn body_fields(operation: &Operation) -> impl Iterator<Item = &String> {
    let fields = operation.body.iter().flat_map(|body| &body.schema.properties);
    let text = |schema: &Schema| matches!(schema.kind, SchemaType::String | SchemaType::Any);
    fields
        .filter(move |(name, schema)| is_url(schema) || text(schema) && is_plainly_a_url(name))
        .filter(|(_, schema)| !schema.read_only)
        .map(|(name, _)| name)
}

/// Hosts and targets may be anything; only names that say URL count, by their last word: `url_formatting` is a choice about URLs.
pub(super) fn is_plainly_a_url(name: &str) -> bool {
    const NUMBERS: &str = "0123456789";
    let last = words(name).filter(|word| !word.trim_matches(|c| NUMBERS.contains(c)).is_empty()).last();
    last.is_some_and(|word| {
        let word = word.trim_end_matches(|c| NUMBERS.contains(c)).to_owned();
        let is_one = ["url", "urls", "uri", "uris", "link", "links", "webhook", "webhooks", "callback"];
        is_one.contains(&word.as_str()) || is_written_together(&word)
    })
}

/// `posterlink`, `imageurl`. Words that end so by nature, or name a link of another kind, are none.
fn is_written_together(word: &str) -> bool {
    const OTHERS: [&str; 8] = ["blink", "clink", "downlink", "interlink", "slink", "symlink", "unlink", "uplink"];
    let long = |ending: &str| word.strip_suffix(ending).is_some_and(|rest| rest.len() > 2);
    (long("link") || long("url") || long("uri")) && !OTHERS.contains(&word)
}

/// How long a call may take after the answer that it should have come before.
pub(super) fn patience(probe: &OperationProbe<'_>) -> Duration {
    if !probe.origin().is_loopback() {
        return ELSEWHERE;
    }
    let slowest = probe.observations.exchanges.iter().map(|e| e.elapsed_us).max().unwrap_or(0);
    Duration::from_micros(slowest.saturating_mul(4)).clamp(HERE, ELSEWHERE)
}

/// Whether a schema declares a URL.
pub(super) fn is_url(schema: &Schema) -> bool {
    matches!(schema.format.as_deref(), Some("uri" | "url" | "uri-reference" | "iri"))
}

/// A word that no other parameter and no other purpose has.
pub(super) fn word(probe: &OperationProbe<'_>, parameter: &Parameter, purpose: &str) -> String {
    canary(probe.target.seed, &["call-back", &probe.operation.name(), &parameter.name, purpose])
}

/// What was sent, the word whose call it announces, and the call once it came.
pub(super) struct Sent<'a> {
    pub(super) parameter: &'a Parameter,
    pub(super) exchange: Arc<Exchange>,
    pub(super) word: String,
    pub(super) call: Option<Call>,
}

/// Sends a value. Most servers call before they answer; for those that do not, [`wait`] once for all that was sent, and after
/// everything else that is to be sent.
///
/// # Errors
/// As [`crate::TargetProbe::send`], and when there is no listener.
pub(super) async fn provoke<'a>(
    probe: &OperationProbe<'_>,
    parameter: &'a Parameter,
    value: &str,
    word: String,
) -> Result<Sent<'a>, NotTested> {
    let (callback, _) = probe.callback().await?;
    let exchange = probe.send(inputs::with(probe, parameter, value)).await?;
    let call = callback.call(&word, Duration::ZERO).await;
    Ok(Sent { parameter, exchange, word, call })
}

/// Waits for the calls that have not come yet, for all of them together.
///
/// # Errors
/// When there is no listener.
pub(super) async fn wait(probe: &OperationProbe<'_>, sent: &mut [Sent<'_>]) -> Result<(), NotTested> {
    let words: Vec<&str> = sent.iter().map(|s| s.word.as_str()).collect();
    let calls = probe.calls(&words, patience(probe)).await?;
    sent.iter_mut().zip(calls).for_each(|(sent, call)| sent.call = call);
    Ok(())
}

/// Who called, in a sentence.
pub(super) fn told(call: &Call) -> String {
    let agent = if call.user_agent.is_empty() { String::new() } else { format!(" as {}", call.user_agent) };
    format!("the server requested {} from our listener, from {}{agent}", call.path, call.peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_says_what_a_value_is() {
        for name in [
            "url",
            "imageUrl",
            "callback_url",
            "webhook",
            "redirect-uri",
            "url2",
            "feed_url_1",
            "photoUrls",
            "posterlink",
            "link",
        ] {
            assert!(is_plainly_a_url(name), "{name}");
        }
        for name in [
            "url_formatting",
            "plugin_tracker_url_remover",
            "uri_scheme",
            "curl",
            "callback_id",
            "urlencoded",
            "7",
            "blink",
        ] {
            assert!(!is_plainly_a_url(name), "{name}");
        }
    }
}
