use crate::{Category, Severity};

/// A mark that lets `--category` select rules across categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// Debug surfaces, headers, cookies, CORS, files, versions.
    Misconfiguration,
    /// Encryption, keys, tokens, sessions.
    Crypto,
    /// Input that reaches an interpreter.
    Injection,
    /// Concerns Flask, Werkzeug or their extensions.
    Flask,
}

/// A weakness: written once, whatever detects it. Its id is a promise.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case, stable across versions.
    pub id: &'static str,
    /// Earlier ids, still accepted everywhere an id is.
    pub aliases: &'static [&'static str],
    /// What is wrong, as a sentence without a full stop.
    pub title: &'static str,
    /// The area it is scored in.
    pub category: Category,
    /// How bad it is.
    pub severity: Severity,
    /// CWE numbers.
    pub cwe: &'static [u16],
    /// Marks for group selection.
    pub tags: &'static [Tag],
    /// What it lets an attacker do, in one sentence.
    pub risk: &'static str,
    /// The remedy in one sentence.
    pub fix: &'static str,
    /// Documents that define or describe it.
    pub references: &'static [&'static str],
    /// The Markdown page.
    pub page: &'static str,
}

impl Rule {
    /// Whether this id or alias names the rule.
    pub fn is_called(&self, id: &str) -> bool {
        self.id == id || self.aliases.contains(&id)
    }
}
