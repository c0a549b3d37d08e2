//! Recognising products by what their answers show. A table of shapes; a row needs no more than one answer.

use std::sync::LazyLock;

use model::{Exchange, Technology};
use regex::Regex;
use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    product: Vec<Row>,
}

/// A product and one way to recognise it.
#[derive(Deserialize)]
struct Row {
    name: String,
    /// A header that has to match, or the body when empty.
    #[serde(default)]
    header: String,
    regex: String,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

struct Shape {
    row: Row,
    regex: Regex,
}

fn shapes() -> &'static [Shape] {
    #[allow(clippy::expect_used)] // compiled in; a test compiles every row
    static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
        let table: Table = toml::from_str(include_str!("data/products.toml")).expect("valid");
        table.product.into_iter().map(|row| Shape { regex: Regex::new(&row.regex).expect("valid"), row }).collect()
    });
    &SHAPES
}

/// Adds the products that this answer shows.
pub(crate) fn read(exchange: &Exchange, technologies: &mut Vec<Technology>) {
    const BODY: usize = 64 * 1024;
    let Some(response) = exchange.response() else { return };
    let text = String::from_utf8_lossy(&response.body[..response.body.len().min(BODY)]);
    for shape in shapes() {
        if shape.row.header.is_empty() {
            add(shape, &text, "the page of an answer", technologies);
        } else {
            for value in response.header_all(&shape.row.header) {
                add(shape, value, &format!("the {} header", shape.row.header), technologies);
            }
        }
    }
}

fn add(shape: &Shape, text: &str, evidence: &str, technologies: &mut Vec<Technology>) {
    let Some(captures) = shape.regex.captures(text) else { return };
    let version = captures.get(1).map(|v| v.as_str().to_owned()).filter(|v| !v.is_empty());
    match technologies.iter_mut().find(|t| t.name == shape.row.name) {
        Some(known) if known.version.is_none() && version.is_some() => {
            known.version = version;
            evidence.clone_into(&mut known.evidence);
        }
        Some(_) => {}
        None => technologies.push(Technology { name: shape.row.name.clone(), version, evidence: evidence.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_matches_its_hit_and_not_its_miss() {
        for shape in shapes() {
            assert!(shape.regex.is_match(&shape.row.hit), "{} misses {:?}", shape.row.name, shape.row.hit);
            assert!(!shape.regex.is_match(&shape.row.miss), "{} hits {:?}", shape.row.name, shape.row.miss);
        }
    }
}
