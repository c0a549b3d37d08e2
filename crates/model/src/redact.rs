use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::mask;

/// The shape of a secret.
#[derive(Debug)]
pub struct SecretPattern {
    /// Kebab-case id.
    pub id: String,
    /// For people.
    pub name: String,
    /// The shape.
    pub regex: Regex,
    /// The capture group that is secret; 0 for the whole match.
    pub group: usize,
    #[cfg(test)]
    samples: (String, String),
}

#[derive(Deserialize)]
struct Table {
    pattern: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    name: String,
    regex: String,
    #[serde(default)]
    group: usize,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

/// Bytes that one shape may keep for its own speed.
const CACHE: usize = 256 * 1024;

/// The shapes of `data/secrets.toml`, compiled once.
pub fn secret_patterns() -> &'static [SecretPattern] {
    #[allow(clippy::expect_used)] // compiled in; a test compiles every row
    static PATTERNS: LazyLock<Vec<SecretPattern>> = LazyLock::new(|| {
        let table: Table = toml::from_str(include_str!("../data/secrets.toml")).expect("data/secrets.toml is valid");
        table
            .pattern
            .into_iter()
            .map(|row| SecretPattern {
                regex: RegexBuilder::new(&row.regex)
                    .dfa_size_limit(CACHE)
                    .build()
                    .expect("patterns of data/secrets.toml are valid"),
                id: row.id,
                name: row.name,
                group: row.group,
                #[cfg(test)]
                samples: (row.hit, row.miss),
            })
            .collect()
    });
    &PATTERNS
}

/// Headers whose value is a credential.
const SECRET_HEADERS: [&str; 8] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "api-key",
    "x-auth-token",
    "x-csrf-token",
];

/// The one door through which text leaves the process: masks known secrets and everything that has a secret's shape.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    known: BTreeSet<String>,
}

impl Redactor {
    /// A redactor that knows no particular secret, only shapes.
    pub fn new() -> Redactor {
        Redactor::default()
    }

    /// Learns a secret to mask wherever it stands. Text shorter than 4 characters, and a plain word shorter than 8, is not
    /// learned: masking it would destroy the report (`users` in every path) and hide nothing.
    pub fn learn(&mut self, secret: &str) {
        let is_word = secret.bytes().all(|b| b.is_ascii_alphabetic());
        if secret.len() >= if is_word { 8 } else { 4 } {
            self.known.insert(secret.to_owned());
        }
    }

    /// Masks secrets in text.
    pub fn text(&self, text: &str) -> String {
        let mut out = text.to_owned();
        // The longest first, so that a secret within a secret does not leave its rest.
        let mut known: Vec<&String> = self.known.iter().collect();
        known.sort_by_key(|s| std::cmp::Reverse(s.len()));
        for secret in known {
            if out.contains(secret.as_str()) {
                out = out.replace(secret.as_str(), &mask(secret));
            }
        }
        for pattern in secret_patterns() {
            if !pattern.regex.is_match(&out) {
                continue;
            }
            let mut masked = String::with_capacity(out.len());
            let mut at = 0;
            for captures in pattern.regex.captures_iter(&out) {
                let Some(found) = captures.get(pattern.group) else { continue };
                masked.push_str(&out[at..found.start()]);
                masked.push_str(&mask(found.as_str()));
                at = found.end();
            }
            masked.push_str(&out[at..]);
            out = masked;
        }
        out
    }

    /// Masks the value of a header that carries credentials; cookies keep their names and attributes.
    pub fn header(&self, name: &str, value: &str) -> String {
        let lower = name.to_ascii_lowercase();
        if !SECRET_HEADERS.contains(&lower.as_str()) {
            return self.text(value);
        }
        match lower.as_str() {
            "set-cookie" => {
                let (pair, attributes) = value.split_once(';').map_or((value, ""), |(p, a)| (p, a));
                let masked = mask_pair(pair);
                if attributes.is_empty() { masked } else { format!("{masked};{attributes}") }
            }
            "cookie" => value.split(';').map(|pair| mask_pair(pair.trim())).collect::<Vec<_>>().join("; "),
            "authorization" | "proxy-authorization" => match value.split_once(' ') {
                Some((scheme, credential)) => format!("{scheme} {}", mask(credential)),
                None => mask(value),
            },
            _ => mask(value),
        }
    }
}

fn mask_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() => format!("{name}={}", mask(value)),
        _ => pair.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_matches_its_hit_and_not_its_miss() {
        for pattern in secret_patterns() {
            assert!(pattern.regex.is_match(&pattern.samples.0), "{} misses its hit", pattern.id);
            assert!(!pattern.regex.is_match(&pattern.samples.1), "{} hits its miss", pattern.id);
        }
    }

    #[test]
    fn nothing_secret_passes() {
        let mut redactor = Redactor::new();
        redactor.learn("correct horse battery");
        let text = redactor
            .text("pass correct horse battery, db postgresql://app:s3cr3tpw@db/x, \"api_key\": \"abcd1234efgh5678\"");
        assert!(!text.contains("horse") && !text.contains("s3cr3tpw") && !text.contains("abcd1234efgh5678"), "{text}");
        assert_eq!(redactor.header("Cookie", "a=123456789; b=2"), "a=[9 characters]; b=[1 characters]");
        assert_eq!(redactor.header("Set-Cookie", "s=123456789; HttpOnly"), "s=[9 characters]; HttpOnly");
        assert_eq!(redactor.header("Authorization", "Basic YTpi"), "Basic [4 characters]");
    }
}
