//! Paths that exist by convention: robots.txt, the sitemap, security.txt, and the usual names of APIs.

use model::{Depth, Exchange, Source, Surface};
use serde::Deserialize;

use super::{Asker, Found, fingerprint, link, page};

#[derive(Deserialize)]
struct Table {
    document: Vec<String>,
    usual: Vec<String>,
    deep: Vec<String>,
}

/// Asks for them. A path counts only when it answers other than a path that does not exist.
pub(crate) async fn discover(asker: &Asker<'_>, surface: &mut Surface, found: &mut Found, missing: Option<&Exchange>) {
    #[allow(clippy::expect_used)] // compiled in; a test parses it
    let table: Table = toml::from_str(include_str!("data/well_known.toml")).expect("valid");
    let depth = asker.target.depth;
    if depth > Depth::Quick {
        for (path, exchange) in asker.get_all(&table.document).await {
            documents(&path, &exchange, asker, surface, found);
        }
    }
    let mut paths = Vec::new();
    // A document or links say better what there is.
    if surface.specification.is_none() && depth > Depth::Quick {
        paths.extend(table.usual);
    }
    if depth == Depth::Deep {
        paths.extend(table.deep);
    }
    for (path, exchange) in asker.get_all(&paths).await {
        fingerprint::read(&exchange, &mut surface.technologies);
        if exists(&exchange, missing) {
            found.add(page::operation_at(&path));
        }
    }
}

/// Whether something is there: not what a missing path answers, and not a mere refusal of the path.
fn exists(exchange: &Exchange, missing: Option<&Exchange>) -> bool {
    let status = exchange.status();
    let refused = matches!(status, 400 | 404 | 410 | 421 | 500..);
    let like_missing = missing.is_none_or(|m| m.status() == status && checks::shared::soft_404::alike(m, exchange));
    // Everything redirects or is refused alike: a login wall, not a page.
    let wall = missing.is_some_and(|m| m.status() == status && !exchange.is_success());
    !refused && !like_missing && !wall
}

fn documents(path: &str, exchange: &Exchange, asker: &Asker<'_>, surface: &mut Surface, found: &mut Found) {
    let text = exchange.text();
    if !exchange.is_success() || exchange.is_html() {
        return;
    }
    match path {
        "/robots.txt" if text.to_ascii_lowercase().contains("user-agent") => {
            surface.well_known.insert(path.to_owned());
            let named = text.lines().filter_map(|line| {
                let (name, value) = line.split_once(':')?;
                let value = value.trim();
                let rule = matches!(name.trim().to_ascii_lowercase().as_str(), "allow" | "disallow");
                (rule && value.starts_with('/') && value.len() > 1 && !value.contains(['*', '$']))
                    .then(|| value.to_owned())
            });
            for value in named.take(20) {
                found.add(link::operation(&value, Source::Link));
            }
        }
        "/sitemap.xml" if text.contains("<urlset") || text.contains("<sitemapindex") => {
            surface.well_known.insert(path.to_owned());
            for location in text.split("<loc>").skip(1).take(20).filter_map(|rest| rest.split("</loc>").next()) {
                if let Some(operation) = link::resolve(location, &exchange.request, asker.target, Source::Link) {
                    found.add(operation);
                }
            }
        }
        "/.well-known/security.txt" if text.contains("Contact:") => {
            surface.well_known.insert(path.to_owned());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_parses() {
        let table: super::Table = toml::from_str(include_str!("data/well_known.toml")).unwrap();
        assert!(table.usual.iter().chain(&table.deep).chain(&table.document).all(|p| p.starts_with('/')));
    }
}
