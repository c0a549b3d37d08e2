//! Masking: known secrets, the published forms of credentials, and what stands under a secret name.

mod assigned;
mod forms;
mod names;
mod pairs;
mod parts;
mod redacted;
mod scan;
mod sent;
mod sign;
mod value;
mod values;
mod views;
mod words;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

pub use forms::{SecretPattern, secret_patterns};
pub use redacted::Redacted;

use crate::{Credential, Identity, mask};
use names::{Kind, names};

/// The one door through which text leaves the process: masks known secrets and everything that has a secret's form or name.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    known: BTreeSet<String>,
    automaton: OnceLock<Option<AhoCorasick>>,
}

/// How many encodings around a text are undone: a link in JSON in HTML has two.
const DEPTH: u8 = 3;

impl Redactor {
    /// A redactor that knows no particular secret, only forms and names.
    pub fn new() -> Redactor {
        Redactor::default()
    }

    /// Learns a secret to mask wherever it stands. Text shorter than 4 characters, and a plain word shorter than 8 or one that names
    /// credentials, is not learned: masking it would destroy the report (`users` in every path, `password` in every form) and hide
    /// nothing.
    pub fn learn(&mut self, secret: &str) {
        let is_word = secret.bytes().all(|b| b.is_ascii_alphabetic());
        let lower = secret.to_lowercase();
        let telling = is_word && (names().judge(&lower).is_some() || values::is_about(&lower, Kind::Authorization));
        if secret.len() >= if is_word { 8 } else { 4 } && !telling {
            self.known.insert(secret.to_owned());
            self.automaton = OnceLock::new();
        }
    }

    /// Learns the secrets in a text of the target's that stands elsewhere without what shows them to be secret. Only what nobody says by
    /// chance is learned.
    pub fn learn_from(&mut self, text: &str) {
        /// Shorter ones may stand for something else elsewhere.
        const SHORTEST: usize = 12;
        let mut spans = Vec::new();
        // By what says so itself: what is known needs no learning, and looking for it after each lesson takes the square of their number.
        Redactor::new().find(text, DEPTH, &[], &mut spans);
        let secrets: Vec<String> = spans.into_iter().map(|span| views::plain(&text[span])).collect();
        for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST && forms::is_mixed(secret)) {
            self.learn(secret);
        }
    }

    /// Learns the value that the target gave a name, if the name or the form of it says that it is secret.
    pub fn learn_value(&mut self, name: &str, value: &str) {
        self.learn_from(name);
        self.learn_from(value);
        if names().judge(name).is_some_and(|kind| values::is_secret(value, kind)) {
            self.learn_from(&format!("secret={value}"));
        }
    }

    /// A redactor that knows what these identities prove themselves with.
    pub fn knowing(identities: &[Identity]) -> Redactor {
        let mut redactor = Redactor::new();
        for identity in identities {
            match &identity.credential {
                None => {}
                Some(Credential::Bearer(secret) | Credential::Cookie(secret)) => redactor.learn(secret.expose()),
                Some(Credential::Basic { password, .. }) => redactor.learn(password.expose()),
                Some(Credential::ApiKey { value, .. }) => redactor.learn(value.expose()),
            }
            identity.headers.iter().for_each(|(_, value)| redactor.learn(value.expose()));
        }
        redactor
    }

    /// Masks secrets in text.
    pub fn text(&self, text: &str) -> Redacted {
        Redacted::new(self.masked(text, &[]))
    }

    /// Masks secrets in a text that was sent; `ours` is what a check added to it, which is nobody's secret: it stays where it stands in or
    /// beside one of the target's.
    pub fn sent(&self, text: &str, ours: &[&str]) -> Redacted {
        Redacted::new(self.masked(text, ours))
    }

    fn masked(&self, text: &str, ours: &[&str]) -> String {
        let mut spans = Vec::new();
        self.find(text, DEPTH, ours, &mut spans);
        if spans.is_empty() {
            return text.to_owned();
        }
        spans.sort_by_key(|span| (span.start, span.end));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        let mut spans = spans.into_iter().peekable();
        while let Some(mut span) = spans.next() {
            while let Some(next) = spans.next_if(|next| next.start < span.end) {
                span.end = span.end.max(next.end);
            }
            out.push_str(&text[at..span.start]);
            out.push_str(&mask(&text[span.clone()]));
            at = span.end;
        }
        out.push_str(&text[at..]);
        out
    }

    fn find(&self, text: &str, depth: u8, ours: &[&str], spans: &mut Vec<Range<usize>>) {
        let first = spans.len();
        forms::find(text, spans);
        assigned::find(text, spans);
        let mut kept = spans.split_off(first);
        kept.retain(|span| !values::is_mask(&text[span.clone()]));
        spans.append(&mut sent::without_ours(text, kept, depth, ours));
        self.find_known(text, spans);
        if depth == 0 {
            return;
        }
        if let Some(view) = views::decoded(text) {
            let mut inner = Vec::new();
            self.find(&view.text, depth - 1, ours, &mut inner);
            spans.extend(inner.iter().map(|span| view.origin(span)).filter(|span| !span.is_empty()));
        }
        for (run, decoded) in views::base64(text) {
            let mut inner = Vec::new();
            self.find(&decoded, 1.min(depth - 1), ours, &mut inner);
            if !inner.is_empty() {
                spans.push(run);
            }
        }
    }

    fn find_known(&self, text: &str, spans: &mut Vec<Range<usize>>) {
        let automaton = self.automaton.get_or_init(|| {
            let longest = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&self.known);
            (!self.known.is_empty()).then(|| longest.ok()).flatten()
        });
        let Some(automaton) = automaton else { return };
        let bytes = text.as_bytes();
        let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        spans.extend(automaton.find_iter(text).map(|m| m.range()).filter(|span| {
            // A short secret or a word may as well be a part of another: `2024` in a date, `sunshine` in `sunshine-list`.
            let secret = &text[span.clone()];
            let plain = secret.len() < 8 || secret.bytes().all(|b| b.is_ascii_alphabetic());
            !plain || !letter(span.start.checked_sub(1)) && !letter(Some(span.end))
        }));
    }

    /// Masks the value of a header that carries credentials; cookies keep their names and attributes.
    pub fn header(&self, name: &str, value: &str) -> Redacted {
        Redacted::new(self.masked_header(name, value))
    }

    fn masked_header(&self, name: &str, value: &str) -> String {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "set-cookie" => {
                let (pair, attributes) = value.split_once(';').map_or((value, ""), |(p, a)| (p, a));
                let masked = self.pair(pair);
                if attributes.is_empty() { masked } else { format!("{masked};{}", self.masked(attributes, &[])) }
            }
            "cookie" => value.split(';').map(|pair| self.pair(pair.trim())).collect::<Vec<_>>().join("; "),
            "authorization" | "proxy-authorization" => match value.split_once(' ') {
                Some((scheme, credential)) => format!("{scheme} {}", mask(credential)),
                None => mask(value),
            },
            _ if names().judge(&lower).is_some_and(|kind| values::is_secret(value, kind)) => mask(value),
            _ => self.masked(value, &[]),
        }
    }

    /// A cookie: its name may have the form of a secret, its value is one.
    fn pair(&self, pair: &str) -> String {
        match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() => format!("{}={}", self.masked(name, &[]), mask(value)),
            _ => self.masked(pair, &[]),
        }
    }
}

#[cfg(test)]
mod tests;
