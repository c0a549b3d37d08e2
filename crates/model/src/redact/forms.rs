//! Forms of credentials that their issuers publish: `data/secret_forms.toml`.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

/// What a row is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Use {
    #[default]
    Masking,
    Findings,
    Both,
}

/// A further condition on what has the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Check {
    /// Decodes to `user:password` (RFC 7617).
    Basic,
}

/// One form.
#[derive(Debug, Deserialize)]
pub struct SecretPattern {
    /// Kebab-case id.
    pub id: String,
    /// For people.
    pub name: String,
    /// The capture group that is secret; 0 for the whole match.
    #[serde(default)]
    pub group: usize,
    regex: String,
    literals: Vec<String>,
    #[serde(default)]
    loose: bool,
    #[serde(default)]
    mixed: bool,
    check: Option<Check>,
    #[serde(default, rename = "use")]
    used: Use,
    #[cfg(test)]
    hit: Vec<String>,
    #[cfg(test)]
    miss: String,
    #[serde(skip)]
    compiled: OnceLock<Regex>,
}

#[derive(Deserialize)]
struct Table {
    form: Vec<SecretPattern>,
}

struct Forms {
    rows: Vec<SecretPattern>,
    /// All literals of all rows that mask, and the rows they belong to.
    literals: AhoCorasick,
    owners: Vec<usize>,
}

impl SecretPattern {
    /// The form, compiled at the first use: most of them are never met.
    #[allow(clippy::missing_panics_doc)] // a test compiles every row
    pub fn regex(&self) -> &Regex {
        /// Bytes that one form may keep for its own speed.
        const CACHE: usize = 256 * 1024;
        #[allow(clippy::expect_used)] // compiled in; a test compiles every row
        self.compiled.get_or_init(|| {
            let shape = if self.loose { self.regex.clone() } else { format!(r"(?-u:\b)(?:{})", self.regex) };
            RegexBuilder::new(&shape).dfa_size_limit(CACHE).build().expect("data/secret_forms.toml has valid forms")
        })
    }

    /// Where in the text credentials of this form stand.
    fn spans(&self, text: &str, found: &mut Vec<Range<usize>>) {
        if self.group == 0 {
            found
                .extend(self.regex().find_iter(text).map(|m| m.range()).filter(|span| self.holds(&text[span.clone()])));
            return;
        }
        let secrets = self.regex().captures_iter(text).filter_map(|c| c.get(self.group));
        found.extend(secrets.map(|m| m.range()).filter(|span| self.holds(&text[span.clone()])));
    }

    fn holds(&self, secret: &str) -> bool {
        (!self.mixed || is_mixed(secret)) && self.check.is_none_or(|Check::Basic| is_basic(secret))
    }
}

/// Letters and digits together, which no ordinary word has.
pub(super) fn is_mixed(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whether base64 holds a user and a password.
fn is_basic(text: &str) -> bool {
    let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
    let plain = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    // What is cut still shows the user and the beginning of the password.
    let whole = plain.len() - usize::from(plain.len() % 4 == 1);
    let decoded = plain
        .get(..whole)
        .and_then(|text| engine.decode(text).ok().or_else(|| engine.decode(text.get(..text.len() / 4 * 4)?).ok()));
    decoded.is_some_and(|bytes| bytes.contains(&b':') && !bytes.iter().any(u8::is_ascii_control))
}

fn forms() -> &'static Forms {
    static FORMS: LazyLock<Forms> = LazyLock::new(|| {
        #[allow(clippy::expect_used)] // compiled in; a test reads it
        let table: Table =
            toml::from_str(include_str!("../../data/secret_forms.toml")).expect("data/secret_forms.toml is valid");
        let masking = |row: &&SecretPattern| row.used != Use::Findings;
        let pairs: Vec<(usize, &String)> = table
            .form
            .iter()
            .enumerate()
            .filter(|(_, row)| masking(row))
            .flat_map(|(at, row)| row.literals.iter().map(move |literal| (at, literal)))
            .collect();
        #[allow(clippy::expect_used)] // constants, built by every test of this module
        let literals = AhoCorasick::new(pairs.iter().map(|(_, literal)| literal.as_str()))
            .expect("the literals make an automaton");
        let owners = pairs.iter().map(|(at, _)| *at).collect();
        Forms { literals, owners, rows: table.form }
    });
    &FORMS
}

/// The forms that findings are built on.
pub fn secret_patterns() -> impl Iterator<Item = &'static SecretPattern> {
    forms().rows.iter().filter(|row| row.used != Use::Masking)
}

/// Where in the text credentials of a published form stand. Linear: one pass for all literals, then one for each form that may be there.
pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let forms = forms();
    let mut there = vec![false; forms.rows.len()];
    for literal in forms.literals.find_overlapping_iter(text) {
        if let Some(seen) = forms.owners.get(literal.pattern().as_usize()).and_then(|row| there.get_mut(*row)) {
            *seen = true;
        }
    }
    for (row, _) in forms.rows.iter().zip(there).filter(|(_, there)| *there) {
        row.spans(text, found);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A sample with what its braces stand for, different for each seed.
    pub(crate) fn sample(shape: &str, seed: u64) -> String {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = |alphabet: &[u8], at: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Letters and digits in turn where both are there, so that a sample is mixed however short it is.
            let (from, to) = if alphabet.len() == 62 && at % 3 == 1 { (52, 62) } else { (0, alphabet.len()) };
            alphabet[from + (state >> 33) as usize % (to - from)] as char
        };
        let mut out = String::new();
        let mut rest = shape;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((inner, behind)) =
                after.split_once('}').filter(|(inner, _)| inner.starts_with(|c: char| c.is_ascii_digit()))
            else {
                out.push_str(before);
                out.push('{');
                rest = after;
                continue;
            };
            out.push_str(before);
            let digits = inner.trim_end_matches(char::is_alphabetic);
            let alphabet: &[u8] = match &inner[digits.len()..] {
                "a" => b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
                "A" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
                "d" => b"0123456789",
                "h" => b"0123456789abcdef",
                _ => b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
            };
            (0..digits.parse::<usize>().unwrap()).for_each(|at| out.push(next(alphabet, at)));
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    #[test]
    fn every_form_matches_its_hits_and_not_its_miss() {
        for row in &forms().rows {
            let is_there = |shape: &str, seed: u64| {
                let text = sample(shape, seed);
                let mut spans = Vec::new();
                row.spans(&text, &mut spans);
                !spans.is_empty() && row.literals.iter().any(|literal| text.contains(literal.as_str()))
            };
            for seed in 1..20 {
                for hit in &row.hit {
                    assert!(is_there(hit, seed), "{} misses {}", row.id, sample(hit, seed));
                }
                assert!(!is_there(&row.miss, seed), "{} hits its miss {}", row.id, sample(&row.miss, seed));
            }
        }
    }

    #[test]
    fn a_hit_is_found_in_a_text() {
        for row in forms().rows.iter().filter(|row| row.used != Use::Findings) {
            for hit in &row.hit {
                let text = format!("see {} there", sample(hit, 7));
                let mut spans = Vec::new();
                find(&text, &mut spans);
                assert!(!spans.is_empty(), "{text}");
            }
        }
    }
}
