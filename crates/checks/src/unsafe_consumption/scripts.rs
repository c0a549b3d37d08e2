//! Scripts that a page loads from other sites. A style sheet can draw, but runs nothing, and is none.

use std::sync::LazyLock;

use model::Exchange;
use scraper::Selector;
use serde::Deserialize;
use url::{Host, Url};

use crate::table;

/// Largest page that is parsed, and the most elements looked at in it.
const PAGE: usize = 1024 * 1024;
const MOST: usize = 60;

/// A script of another site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Foreign {
    /// Its absolute URL.
    pub(super) url: Url,
    /// Whether the element carries `integrity` with a hash.
    pub(super) has_integrity: bool,
}

/// What an HTML page loads from other sites, in page order. `None` when the exchange is no page.
pub(super) fn foreign(exchange: &Exchange) -> Option<Vec<Foreign>> {
    static ELEMENTS: LazyLock<Option<Selector>> = LazyLock::new(|| Selector::parse("script[src]").ok());
    if !exchange.is_html() || exchange.body_len() > PAGE {
        return None;
    }
    let page = Url::parse(&exchange.request.url()).ok()?;
    let document = crate::text::html::parse(&exchange.text());
    let elements = document.select(ELEMENTS.as_ref()?).take(MOST);
    let all = elements.filter_map(|element| {
        let element = element.value();
        let url = page.join(element.attr("src")?).ok()?;
        let has_integrity = element.attr("integrity").is_some_and(has_hash);
        (is_another_site(&page, &url)).then_some(Foreign { url, has_integrity })
    });
    Some(all.collect())
}

/// SRI 3.5: at least one hash of an algorithm that user agents know; without one the attribute protects nothing.
fn has_hash(integrity: &str) -> bool {
    integrity.split_ascii_whitespace().any(|hash| {
        ["sha256-", "sha384-", "sha512-"]
            .iter()
            .any(|algorithm| hash.strip_prefix(algorithm).is_some_and(|v| v.len() > 40))
    })
}

/// Whether two URLs belong to different owners as far as names tell: another host, and not a sister under the same two labels.
fn is_another_site(page: &Url, url: &Url) -> bool {
    if !matches!(url.scheme(), "http" | "https") {
        return false;
    }
    match (page.host(), url.host()) {
        (Some(Host::Domain(one)), Some(Host::Domain(other))) => {
            let (one, other) = (labels(one), labels(other));
            let last = |labels: &[String]| labels.iter().rev().take(2).cloned().collect::<Vec<_>>();
            one != other && (one.len() < 2 || last(&one) != last(&other))
        }
        (Some(one), Some(other)) => one != other && !is_local(&other),
        _ => false,
    }
}

fn labels(host: &str) -> Vec<String> {
    host.trim_end_matches('.').split('.').map(str::to_ascii_lowercase).collect()
}

fn is_local(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[derive(Debug, Deserialize)]
struct Varying {
    host: String,
    path: String,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

#[derive(Debug, Deserialize)]
struct Table {
    script: Vec<Varying>,
}

static VARYING: LazyLock<Vec<Varying>> = LazyLock::new(|| {
    let table: Table = table::read(include_str!("data/varying_scripts.toml"));
    table.script
});

/// Whether the owner changes this script in place, so that no hash could be given for it.
pub(super) fn varies(url: &Url) -> bool {
    VARYING.iter().any(|row| url.host_str() == Some(row.host.as_str()) && url.path().starts_with(&row.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    fn urls(body: &str) -> Vec<String> {
        foreign(&exchange("/", 200, body)).unwrap().into_iter().map(|f| f.url.to_string()).collect()
    }

    #[test]
    fn other_sites_are_told_from_sisters() {
        let is_another = |page: &str, url: &str| is_another_site(&Url::parse(page).unwrap(), &Url::parse(url).unwrap());
        assert!(is_another("https://www.shop.example/", "https://cdn.parts.example/a.js"));
        assert!(!is_another("https://www.shop.example/", "https://static.shop.example/a.js"));
        assert!(!is_another("https://www.shop.example/", "data:text/javascript,1"));
        assert!(is_another("http://127.0.0.1:5000/", "https://cdn.parts.example/a.js"));
        assert!(!is_another("http://127.0.0.1:5000/", "http://localhost:3000/a.js"));
        assert!(is_another("http://localhost/", "https://cdn.parts.example/a.js"));
    }

    #[test]
    fn elements_are_read_and_text_is_not() {
        let page = r#"<script src="//cdn.parts.example/a.js"></script><link rel="preload stylesheet" href="https://b.example/b.css">
            <script src="/own.js"></script>&lt;script src="https://c.example/c.js"&gt;<link rel=icon href="https://d.example/d.png">"#;
        assert_eq!(urls(page), ["http://cdn.parts.example/a.js"], "style sheets, icons and text are no scripts");
        let json = answered(
            "/",
            200,
            &[("Content-Type", "application/json")],
            r#"<script src="https://a.example/"></script>"#,
        );
        assert!(foreign(&json).is_none());
    }

    #[test]
    fn integrity_needs_a_hash() {
        assert!(has_hash("sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"));
        assert!(!has_hash("") && !has_hash("sha384-") && !has_hash("md5-1B2M2Y8AsgTpgAmY7PhCfg"));
    }

    #[test]
    fn the_table_is_honest() {
        for row in VARYING.iter() {
            assert!(varies(&Url::parse(&row.hit).unwrap()), "{}", row.hit);
            assert!(!varies(&Url::parse(&row.miss).unwrap()), "{}", row.miss);
        }
    }
}
