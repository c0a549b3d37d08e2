//! Where frameworks serve their OpenAPI document by default.

use std::sync::LazyLock;

use model::{Depth, Exchange, Surface};
use serde::Deserialize;

use crate::table;

/// A default path and the products that serve it; no product named means everybody.
#[derive(Deserialize)]
struct Row {
    path: String,
    #[serde(default)]
    of: Vec<String>,
    #[serde(default)]
    rare: bool,
}

#[derive(Deserialize)]
struct Table {
    document: Vec<Row>,
}

fn rows() -> &'static [Row] {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("data/specifications.toml")));
    &TABLE.document
}

/// Where documents are served by default, under the path that the scan was asked for and at the root, the likeliest first.
pub fn usual_paths(surface: &Surface, base: &str, depth: Depth) -> Vec<String> {
    // What only one framework serves is looked for where the scan was asked to begin; the root may be another application's.
    let everywhere = |row: &Row| {
        row.of.is_empty() || surface.technologies.iter().any(|t| row.of.contains(&t.name)) || depth == Depth::Deep
    };
    default_paths(surface, depth, false)
        .flat_map(|row| {
            let below = prefixed(base, &row.path);
            let root = (below.is_none() || everywhere(row)).then(|| row.path.clone());
            below.into_iter().chain(root)
        })
        .collect()
}

/// Where few serve them.
pub fn rare_paths(surface: &Surface, depth: Depth) -> Vec<String> {
    default_paths(surface, depth, true).map(|row| row.path.clone()).collect()
}

fn default_paths(surface: &Surface, depth: Depth, rare: bool) -> impl Iterator<Item = &'static Row> {
    let likely = |row: &Row| row.of.is_empty() || row.of.iter().any(|p| surface.has(p));
    let known = surface.technologies.iter().any(|t| rows().iter().any(|r| r.of.contains(&t.name)));
    rows()
        .iter()
        .filter(move |row| row.rare == rare)
        .filter(move |row| likely(row) || !known && depth > Depth::Quick || depth == Depth::Deep)
}

/// The same path under the path that the scan was asked for.
fn prefixed(base: &str, path: &str) -> Option<String> {
    let base = base.split('?').next().unwrap_or("").trim_end_matches('/');
    (!base.is_empty()).then(|| format!("{base}{path}"))
}

/// Whether an answer is an OpenAPI or Swagger document, by its two top-level fields.
pub fn is_document(exchange: &Exchange) -> bool {
    if let Some(json) = exchange.json().as_deref() {
        return (json.get("openapi").is_some() || json.get("swagger").is_some()) && json.get("paths").is_some();
    }
    let text = exchange.text();
    let has = |key: &str| {
        text.lines().any(|line| line.trim_matches('\u{feff}').strip_prefix(key).is_some_and(|r| r.starts_with(':')))
    };
    !exchange.is_html() && (has("openapi") || has("swagger")) && has("paths")
}

#[cfg(test)]
mod tests {
    use model::Technology;

    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn what_the_fingerprint_names_decides_the_paths() {
        let nobody = usual_paths(&Surface::default(), "/", Depth::Standard);
        assert!(nobody.contains(&"/openapi.json".to_owned()) && nobody.contains(&"/v3/api-docs".to_owned()));
        let flask = Technology { name: "Flask".to_owned(), version: None, evidence: String::new() };
        let flask = Surface { technologies: vec![flask], ..Surface::default() };
        let paths = usual_paths(&flask, "/api/?x=1", Depth::Standard);
        let rare = rare_paths(&flask, Depth::Standard);
        assert!(rare.contains(&"/spec.json".to_owned()) && !paths.contains(&"/spec.json".to_owned()));
        assert!(paths.contains(&"/apispec_1.json".to_owned()) && !paths.contains(&"/v3/api-docs".to_owned()));
        assert_eq!(paths[..2], ["/api/openapi.json", "/openapi.json"]);
        let below = usual_paths(&Surface::default(), "/shop", Depth::Standard);
        let has = |path: &str| below.iter().any(|known| known == path);
        assert!(has("/shop/v3/api-docs") && has("/swagger.json") && !has("/v3/api-docs"));
    }

    #[test]
    fn a_document_has_two_fields_at_the_top() {
        let yaml = |body: &str| answered("/openapi.yaml", 200, &[("Content-Type", "text/yaml")], body);
        assert!(is_document(&exchange("/openapi.json", 200, r#"{"openapi": "3.0.0", "paths": {}}"#)));
        assert!(is_document(&yaml("openapi: 3.0.0\ninfo:\n  title: A\npaths:\n  /a:\n")));
        assert!(!is_document(&exchange("/", 200, r#"{"openapi": "/openapi.json"}"#)));
        assert!(!is_document(&yaml("swagger: yes\nlist:\n  paths:\n")));
        assert!(!is_document(&answered("/", 200, &[("Content-Type", "text/html")], "openapi: 3\npaths:\n")));
    }
}
