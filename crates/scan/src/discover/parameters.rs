//! Query parameters that nothing declares: those that an answer says are missing, and usual names that a page turns out to read.

use std::sync::LazyLock;

use checks::canary;
use checks::shared::fill;
use model::{Depth, Exchange, Method, Operation, Parameter, ParameterIn, Schema, SchemaType, Surface};
use regex::Regex;
use serde::Deserialize;

use super::{Asker, Found};

#[derive(Deserialize)]
struct Table {
    usual: Vec<String>,
    missing: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    regex: String,
    #[cfg(test)]
    what: String,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

fn table() -> &'static Table {
    #[allow(clippy::expect_used)] // compiled in; a test parses it
    static TABLE: LazyLock<Table> =
        LazyLock::new(|| toml::from_str(include_str!("data/parameters.toml")).expect("valid"));
    &TABLE
}

/// Most pages that are asked with the usual names.
fn most(depth: Depth) -> usize {
    match depth {
        Depth::Quick => 0,
        Depth::Standard => 2,
        Depth::Deep => 30,
    }
}

/// Most parameters that one page is believed to read: whoever repeats more repeats the whole query.
const READ: usize = 3;

/// The parameters that a refusal says are missing.
pub(super) fn missing(exchange: &Exchange) -> Vec<Parameter> {
    #[allow(clippy::expect_used)] // compiled in; a test compiles every row
    static SHAPES: LazyLock<Vec<Regex>> =
        LazyLock::new(|| table().missing.iter().map(|row| Regex::new(&row.regex).expect("valid")).collect());
    if !matches!(exchange.status(), 400 | 422 | 500) {
        return Vec::new();
    }
    let text = exchange.text();
    let mut names: Vec<String> = Vec::new();
    for name in SHAPES.iter().flat_map(|shape| shape.captures_iter(&text)).filter_map(|c| c.get(1)).take(8) {
        if !names.iter().any(|known| known == name.as_str()) {
            names.push(name.as_str().to_owned());
        }
    }
    names.into_iter().map(|name| Parameter { required: true, ..optional(&name) }).collect()
}

fn optional(name: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        place: ParameterIn::Query,
        required: false,
        schema: Schema::of(SchemaType::String),
        example: None,
    }
}

/// Asks pages without known parameters once with all the usual names, each with a word of its own. A word that comes back shows that
/// its parameter is read.
pub(super) async fn discover(asker: &Asker<'_>, surface: &Surface, found: &mut Found) {
    let mut bare: Vec<Operation> =
        found.operations().filter(|o| is_bare(o) && super::is_wanted(&o.path, asker.target)).cloned().collect();
    bare.sort_by_key(|o| (o.path.matches('/').count(), o.path.clone()));
    for operation in bare.into_iter().take(most(asker.target.depth)) {
        let plain = fill::request(&operation, surface, asker.target, &[]);
        let Some(plain) = asker.ask(plain).await.filter(|e| e.is_success()) else { continue };
        let words: Vec<(&String, String)> = table()
            .usual
            .iter()
            .map(|name| (name, canary(asker.target.seed, &["parameter", &operation.path, name])))
            .collect();
        let values: Vec<fill::Value<'_>> = words
            .iter()
            .map(|(name, word)| fill::Value { place: ParameterIn::Query, name, value: word, raw: false })
            .collect();
        let Some(answer) = asker.ask(fill::request(&operation, surface, asker.target, &values)).await else { continue };
        let read = read(&plain, &answer, &words);
        found.add(Operation { parameters: read, ..operation });
    }
}

/// A page or data that was found without a document, and that no query is known of.
fn is_bare(operation: &Operation) -> bool {
    operation.method == Method::GET
        && operation.source != model::Source::Specification
        && operation.parameters_in(ParameterIn::Query).next().is_none()
        && !checks::shared::words::looks_destructive(operation)
        && !checks::shared::graphql::is_named_so(&operation.path)
}

/// The parameters whose word came back.
fn read(plain: &Exchange, answer: &Exchange, words: &[(&String, String)]) -> Vec<Parameter> {
    let (before, text) = (plain.text(), answer.text());
    let back: Vec<Parameter> = words
        .iter()
        .filter(|(_, word)| text.contains(word.as_str()) && !before.contains(word.as_str()))
        .map(|(name, _)| Parameter { example: Some("1".to_owned()), ..optional(name) })
        .collect();
    if back.len() > READ { Vec::new() } else { back }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_matches_its_hit_and_not_its_miss() {
        for row in &table().missing {
            let shape = Regex::new(&row.regex).unwrap();
            let name = shape.captures(&row.hit).and_then(|c| c.get(1)).map(|n| n.as_str());
            assert_eq!(name, Some("city"), "{}", row.what);
            assert!(!shape.is_match(&row.miss), "{}", row.what);
        }
    }
}
