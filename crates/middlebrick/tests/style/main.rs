//! The style of every text that a person reads: titles, impact and remedy of rules, pages, messages in the source, help, documents.
//! Each rule of the style is a function of a text that returns what is wrong with it, and is shown to find what it is for.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod page;
mod phrases;
mod short;
mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Fails with all faults at once.
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults of style:\n{}", faults.len(), faults.join("\n"));
}

/// What is wrong with a text, if anything.
type StyleRule = fn(&str) -> Option<String>;

fn faults_of(place: &str, text: &str, rules: &[StyleRule]) -> Vec<String> {
    rules.iter().filter_map(|rule| rule(text)).map(|fault| format!("{place}: {fault}")).collect()
}

#[test]
fn the_short_texts_of_rules() {
    let mut faults = Vec::new();
    for rule in checks::all().iter().map(|check| check.rule) {
        let at = |field: &str| format!("{} {field}", rule.id);
        faults.extend(faults_of(&at("title"), rule.title, &[short::title, phrases::forbidden]));
        faults.extend(faults_of(&at("risk"), rule.risk, &[short::risk, phrases::forbidden, short::long]));
        faults.extend(faults_of(&at("fix"), rule.fix, &[short::fix, phrases::forbidden, short::long]));
        for (framework, fix) in checks::remedies::of(rule) {
            faults.extend(faults_of(&at(framework), fix, &[short::fix, phrases::forbidden, short::long]));
        }
    }
    none(&faults);
}

#[test]
fn the_messages_in_the_source() {
    let mut faults = Vec::new();
    for (place, text) in source::messages(&root().join("crates")) {
        faults.extend(faults_of(&place, &text, &[phrases::forbidden]));
    }
    none(&faults);
}

#[test]
fn the_documents() {
    let mut faults = Vec::new();
    for name in ["README.md", "SECURITY.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "docs/cli.md"] {
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        faults.extend(page::prose(&text).filter_map(|part| Some(format!("{name}: {}", phrases::forbidden(&part)?))));
    }
    none(&faults);
}

/// Pages that are not yet rewritten. An entry that is no longer needed fails.
#[derive(Deserialize)]
struct Unfinished {
    /// "How it is detected" is not yet a numbered list.
    unnumbered: BTreeSet<String>,
    /// A sentence is too long.
    long: BTreeSet<String>,
}

#[test]
fn the_pages_of_the_rules() {
    let unfinished: Unfinished = toml::from_str(include_str!("unfinished.toml")).unwrap();
    let mut faults = Vec::new();
    let known: BTreeSet<&str> = checks::all().iter().map(|check| check.rule.id).collect();
    for id in unfinished.unnumbered.iter().chain(&unfinished.long).filter(|id| !known.contains(id.as_str())) {
        faults.push(format!("{id}: is in the list of unfinished pages, and is not a rule"));
    }
    for rule in checks::all().iter().map(|check| check.rule) {
        let (id, text) = (rule.id, rule.page);
        faults.extend(page::prose(text).filter_map(|part| Some(format!("{id}: {}", phrases::forbidden(&part)?))));
        faults.extend(faults_of(id, text, &[page::references]));
        for (fault, listed) in [
            (page::unnumbered(text), unfinished.unnumbered.contains(id)),
            (page::long(text), unfinished.long.contains(id)),
        ] {
            match (fault, listed) {
                (Some(fault), false) => faults.push(format!("{id}: {fault}")),
                (None, true) => faults.push(format!("{id}: is rewritten; take it out of unfinished.toml")),
                _ => {}
            }
        }
    }
    none(&faults);
}
