//! Guessing the secrets behind signatures, off the network: the embedded words, words made of the target's names, the user's own.

use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use model::{Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, mask};
use regex::Regex;
use std::sync::Arc;

use crate::{Findings, TargetProbe};

/// A signed token that the target handed out, and where.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// As it was found.
    pub(super) text: String,
    /// What is guessed: one reading of the token or several.
    pub(super) readings: Vec<crack::Target>,
    /// Where a finding on its key is.
    pub(super) location: Location,
    /// Where it was seen.
    pub(super) exchange: Arc<Exchange>,
}

/// A token whose secret is known now.
#[derive(Debug, Clone)]
pub(super) struct Guessed {
    /// The token.
    pub(super) token: Token,
    /// The secret.
    pub(super) secret: Vec<u8>,
}

/// Most tokens guessed at once; the tokens of one application have one key.
const TOKENS: usize = 16;

/// Up to so many readings all numbers of five digits take a moment.
const FEW: usize = 4;

/// Words for one visit to a blocking thread.
const CHUNK: usize = 65_536;

/// Tries all words on the tokens; those whose secret is among them come back.
///
/// # Errors
/// [`NotTested::NotApplicable`] without a token.
pub(super) async fn secrets(
    probe: &TargetProbe<'_>,
    mut tokens: Vec<Token>,
    kind: &str,
) -> Result<Vec<Guessed>, NotTested> {
    tokens.truncate(TOKENS);
    if tokens.is_empty() {
        return Err(NotTested::not_applicable(format!("no {kind} was handed out")));
    }
    let mut readings: Vec<(usize, crack::Target)> = tokens
        .iter()
        .enumerate()
        .flat_map(|(at, token)| token.readings.iter().map(move |reading| (at, reading.clone())))
        .collect();
    let mut found: Vec<Option<Vec<u8>>> = vec![None; tokens.len()];
    let own = probe.target.wordlist.iter().cloned();
    // With so many readings each number would be tried as often.
    let digits = if readings.len() <= FEW { 5 } else { 4 };
    let mut words = likely(probe).into_iter().chain(own).chain(crack::words::numbers(digits));
    while !readings.is_empty() {
        let chunk: Vec<Vec<u8>> = words.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        let targets: Vec<crack::Target> = readings.iter().map(|(_, reading)| reading.clone()).collect();
        for ((at, _), secret) in readings.iter().zip(try_all(targets, chunk).await?) {
            if secret.is_some() {
                found[*at] = secret;
            }
        }
        readings.retain(|(at, _)| found[*at].is_none());
    }
    let guessed = tokens.into_iter().zip(found).filter_map(|(token, secret)| Some(Guessed { token, secret: secret? }));
    Ok(guessed.collect())
}

/// Hashing is work for a blocking thread, so that it does not hold up those who wait for answers.
async fn try_all(targets: Vec<crack::Target>, words: Vec<Vec<u8>>) -> Result<Vec<Option<Vec<u8>>>, NotTested> {
    let work = move || {
        let found = crack::crack(&targets, words, 2, &AtomicBool::new(false), &|_| ());
        found.into_iter().map(|hit| hit.map(|hit| hit.word)).collect()
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| NotTested::Cut)
}

/// The embedded words and those made of the target's names.
fn likely(probe: &TargetProbe<'_>) -> Vec<Vec<u8>> {
    let title = probe.surface.specification.as_ref().map(|facts| facts.title.clone());
    let title = title
        .filter(|title| !title.is_empty())
        .or_else(|| page_title(&probe.observations.exchanges))
        .unwrap_or_default();
    let derived = crack::words::derived(&probe.origin().host, &title, "");
    // A variable that is not set is an empty key.
    std::iter::once(Vec::new())
        .chain(derived.into_iter().map(String::into_bytes))
        .chain(crack::words::embedded().map(std::borrow::Cow::into_owned))
        .chain(crack::words::composed())
        .collect()
}

fn page_title(exchanges: &[Arc<Exchange>]) -> Option<String> {
    static TITLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?is)<title[^>]*>\s*([^<]{1,100})").ok());
    exchanges
        .iter()
        .filter(|e| e.is_html() && e.is_success())
        .find_map(|e| TITLE.as_ref()?.captures(&e.text())?.get(1).map(|title| title.as_str().trim().to_owned()))
}

/// The findings on guessed secrets: the signature itself is the proof, since no other secret makes it.
pub(super) fn report(rule: &'static Rule, what: &str, guessed: Vec<Guessed>, found: &mut Findings) {
    for Guessed { token, secret } in guessed {
        let secret = String::from_utf8_lossy(&secret).into_owned();
        let evidence =
            Evidence::new(&token.exchange, format!("the signature of the {what} verifies with a guessed secret"));
        let detail = format!("The secret is {}, a word from a list of likely ones.", shown(&secret));
        let finding = Finding::new(rule, Confidence::Confirmed, token.location, evidence).detail(detail);
        found.push(finding.hiding(token.text).hiding(secret));
    }
}

/// A secret as it may be shown: its mask, or that it is empty.
fn shown(secret: &str) -> String {
    if secret.is_empty() { "empty".to_owned() } else { mask(secret) }
}

/// The tokens of one kind in the cookies that answers set.
pub(super) fn in_cookies(probe: &TargetProbe<'_>, kinds: &[crack::Kind]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for exchange in probe.observations.exchanges.iter().filter(|e| e.request.is_clean()) {
        for cookie in crate::text::set_cookie::cookies_set(exchange, probe.target.now) {
            let location = Location::host().parameter("cookie", &cookie.name);
            let Ok(target) = crack::Target::parse(&cookie.value) else { continue };
            if kinds.contains(&target.kind()) && tokens.iter().all(|known| known.location != location) {
                let exchange = Arc::clone(exchange);
                tokens.push(Token { text: cookie.value, readings: vec![target], location, exchange });
            }
        }
    }
    tokens
}
