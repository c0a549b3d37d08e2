//! Remedies for the framework that was seen. The general remedy of a rule names none; how it is done in each stands in a
//! table of its own.

mod frameworks;

use std::sync::LazyLock;

use model::{Rule, Tag, Technology};
use serde::Deserialize;

use crate::table;
use frameworks::{Seen, seen};

/// What to do about a finding at a target that shows certain products.
#[derive(Debug)]
pub struct Advice {
    /// The remedy in any framework.
    pub general: &'static str,
    /// How it is done in a framework: its name, and a sentence. Those that were seen; Flask for a rule of Flask where none was.
    pub by_framework: Vec<(&'static str, &'static str)>,
    /// Documents, without the documentation of frameworks and languages other than those seen.
    pub references: Vec<&'static str>,
}

#[derive(Deserialize)]
struct Table {
    remedy: Vec<Remedy>,
}

/// How rules are mended in one framework.
#[derive(Deserialize)]
struct Remedy {
    rules: Vec<String>,
    fix: String,
    references: Vec<String>,
}

fn tables() -> &'static [(&'static str, Table)] {
    static TABLES: LazyLock<[(&'static str, Table); 4]> = LazyLock::new(|| {
        [
            ("Flask", table::read(include_str!("data/flask.toml"))),
            ("Django", table::read(include_str!("data/django.toml"))),
            ("FastAPI", table::read(include_str!("data/fastapi.toml"))),
            ("Express", table::read(include_str!("data/express.toml"))),
        ]
    });
    &*TABLES
}

/// What each framework that has a remedy of its own for the rule says: its name, and a sentence.
pub fn of(rule: &Rule) -> impl Iterator<Item = (&'static str, &'static str)> {
    remedies(rule.id).map(|(framework, remedy)| (framework, remedy.fix.as_str()))
}

/// The rule's page, and in it how the remedy is done in each framework.
pub fn page(rule: &Rule) -> String {
    let lines = of(rule).fold(String::new(), |lines, (framework, fix)| lines + "- " + framework + ": " + fix + "\n");
    match rule.page.split_once("\n## References\n") {
        Some((before, references)) if !lines.is_empty() => {
            format!("{before}\nBy framework:\n\n{lines}\n## References\n{references}")
        }
        _ => rule.page.to_owned(),
    }
}

fn remedies(id: &str) -> impl Iterator<Item = (&'static str, &'static Remedy)> {
    let row =
        move |table: &'static Table| table.remedy.iter().find(|remedy| remedy.rules.iter().any(|rule| rule == id));
    tables().iter().filter_map(move |(framework, table)| Some((*framework, row(table)?)))
}

/// Chooses for the products that a target shows.
pub fn advice(rule: &Rule, technologies: &[Technology]) -> Advice {
    let seen = seen(technologies);
    let assumed = seen.is_unknown() && rule.tags.contains(&Tag::Flask);
    let seen = if assumed { Seen::flask() } else { seen };
    let chosen: Vec<_> = remedies(rule.id).filter(|(framework, _)| seen.has(framework)).collect();
    let more = chosen.iter().flat_map(|(_, remedy)| remedy.references.iter().map(String::as_str));
    let mut references: Vec<&str> = rule.references.iter().copied().filter(|url| seen.documents(url)).collect();
    for url in more {
        if !references.contains(&url) {
            references.push(url);
        }
    }
    if references.is_empty() {
        // By nature a rule of one framework, so that its documents are the right ones whatever else was seen.
        references = rule.references.to_vec();
    }
    let by_framework = chosen.iter().map(|(framework, remedy)| (*framework, remedy.fix.as_str())).collect();
    Advice { general: rule.fix, by_framework, references }
}

#[cfg(test)]
mod tests;
