//! Paths that exist by convention: robots.txt, the sitemap, and the usual names of APIs.

use model::{Depth, Exchange, Source, Surface};
use serde::Deserialize;

use super::{Asker, Found, fingerprint, link, page};

#[derive(Deserialize)]
struct Table {
    usual: Vec<String>,
    bare: Vec<String>,
    deep: Vec<String>,
}

/// Asks for them. A path counts only when it answers other than a path that does not exist.
pub(crate) async fn discover(asker: &Asker<'_>, surface: &mut Surface, found: &mut Found, missing: Option<&Exchange>) {
    #[allow(clippy::expect_used)] // compiled in; a test parses it
    let table: Table = toml::from_str(include_str!("data/well_known.toml")).expect("valid");
    let depth = asker.target.depth;
    if depth == Depth::Quick {
        return;
    }
    if let Some(robots) = asker.get("/robots.txt").await {
        let sitemap = robots_txt(&robots, found);
        if let Some(sitemap) = sitemap.or_else(|| (depth == Depth::Deep).then(|| "/sitemap.xml".to_owned())) {
            read_sitemap(&sitemap, &robots, asker, found).await;
        }
    }
    let mut paths = Vec::new();
    // A document says better what there is, and so do links.
    let deep = depth == Depth::Deep;
    if surface.specification.is_none() || deep {
        paths.extend(table.usual);
    }
    if surface.specification.is_none() && found.is_bare() || deep {
        paths.extend(table.bare);
    }
    if deep {
        paths.extend(table.deep);
    }
    paths.retain(|path| super::is_wanted(path, asker.target));
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
    // A view that fails or wants more than it got is there all the same, if what is not there says 404.
    let absent = missing.is_some_and(|m| m.status() == 404);
    let refused = matches!(status, 404 | 410 | 421 | 501..) || matches!(status, 400 | 500) && !absent;
    let like_missing = missing.is_none_or(|m| m.status() == status && checks::shared::soft_404::alike(m, exchange));
    // Everything redirects or is refused alike: a login wall, not a page.
    let wall = missing.is_some_and(|m| m.status() == status && !exchange.is_success());
    !refused && !like_missing && !wall
}

/// Adds the paths that `robots.txt` names (RFC 9309), and returns the first sitemap that it names.
fn robots_txt(exchange: &Exchange, found: &mut Found) -> Option<String> {
    let text = exchange.text();
    if !exchange.is_success() || exchange.is_html() || !text.to_ascii_lowercase().contains("user-agent") {
        return None;
    }
    let lines = || text.lines().filter_map(|line| line.split_once(':')).map(|(n, v)| (n.trim(), v.trim()));
    let named = lines().filter(|(name, value)| {
        let rule = name.eq_ignore_ascii_case("allow") || name.eq_ignore_ascii_case("disallow");
        rule && value.starts_with('/') && value.len() > 1 && !value.contains(['*', '$'])
    });
    for (_, value) in named.take(20) {
        found.add(link::operation(value, Source::Link));
    }
    lines().find(|(name, _)| name.eq_ignore_ascii_case("sitemap")).map(|(_, value)| value.to_owned())
}

/// Adds the pages of the target that a sitemap names (<https://www.sitemaps.org/protocol.html>).
async fn read_sitemap(sitemap: &str, robots: &Exchange, asker: &Asker<'_>, found: &mut Found) {
    let Some(operation) = link::resolve(sitemap, &robots.request, asker.target, Source::Link) else { return };
    let Some(exchange) = asker.get(&operation.path).await.filter(|e| e.is_success() && !e.is_html()) else { return };
    let text = exchange.text();
    for location in text.split("<loc>").skip(1).take(20).filter_map(|rest| rest.split("</loc>").next()) {
        if let Some(operation) = link::resolve(location, &exchange.request, asker.target, Source::Link) {
            found.add(operation);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_parses() {
        let table: super::Table = toml::from_str(include_str!("data/well_known.toml")).unwrap();
        assert!(table.usual.iter().chain(&table.bare).chain(&table.deep).all(|p| p.starts_with('/')));
    }
}
