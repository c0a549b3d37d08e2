//! The addresses that a service gives itself, which its policies are likely to be written for.

use std::sync::LazyLock;

use model::{Exchange, Origin, Redactor};
use scraper::Selector;

use crate::TargetProbe;
use crate::text::html;

/// Most addresses that are taken.
const MOST: usize = 2;

/// Most pages that are looked at for one.
const PAGES: usize = 8;

/// Origins other than the target's own that are likely the service's: the servers of its document, the address that its pages call their
/// own, who publishes the document, and where pages lead home to.
pub(super) fn stated(probe: &TargetProbe<'_>) -> Vec<String> {
    let document = probe.surface.specification.as_ref();
    let servers = document.into_iter().flat_map(|facts| facts.servers.iter().cloned());
    let publisher = document.into_iter().flat_map(|facts| facts.addresses.iter().cloned());
    let pages = || probe.observations.exchanges.iter().filter(|e| e.is_success() && e.is_html()).take(PAGES);
    let own = pages().flat_map(|page| canonical(page));
    let home = pages().flat_map(|page| homes(page));
    distinct(servers.chain(own).chain(publisher).chain(home), probe.origin())
}

/// Where links lead that lead to the start page of a site.
fn homes(page: &Exchange) -> Vec<String> {
    static LINKS: LazyLock<Option<Selector>> = LazyLock::new(|| Selector::parse("a[href]").ok());
    let Some(links) = LINKS.as_ref() else { return Vec::new() };
    let is_home =
        |address: &&str| address.split_once("://").is_some_and(|(_, rest)| !rest.trim_end_matches('/').contains('/'));
    let page = html::parse(&page.text());
    page.select(links).filter_map(|link| link.attr("href")).filter(is_home).map(str::to_owned).collect()
}

/// The address that a page says it is to be found at, for search engines and for those who share it.
fn canonical(page: &Exchange) -> Vec<String> {
    static NAMED: LazyLock<Option<Selector>> = LazyLock::new(|| {
        Selector::parse("link[rel=canonical], link[rel=home], meta[property='og:url'], meta[name='twitter:url']").ok()
    });
    let Some(named) = NAMED.as_ref() else { return Vec::new() };
    let page = html::parse(&page.text());
    let address = |e: scraper::ElementRef<'_>| e.attr("href").or_else(|| e.attr("content")).map(str::to_owned);
    page.select(named).filter_map(address).collect()
}

/// The origins of absolute addresses with a name of at least two labels, each once, without the target's own host.
fn distinct(addresses: impl Iterator<Item = String>, own: &Origin) -> Vec<String> {
    let redactor = Redactor::new();
    let mut origins: Vec<String> = Vec::new();
    for address in addresses {
        let Ok(url) = url::Url::parse(&address) else { continue };
        let is_name =
            url.domain().is_some_and(|name| is_host(name) && name != own.host && !name.ends_with(".localhost"));
        let origin = url.origin().ascii_serialization();
        // What is sent on as a part of a longer name would not be known as a secret any more.
        if *redactor.text(&origin) != *origin {
            continue;
        }
        if matches!(url.scheme(), "http" | "https") && is_name && !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    origins.truncate(MOST);
    origins
}

/// Whether it is a host name of at least two labels (RFC 1123 section 2.1).
fn is_host(name: &str) -> bool {
    let is_label =
        |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    name.contains('.') && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::exchange;

    #[test]
    fn only_names_of_others_count_and_each_once() {
        let own = crate::samples::origin(Scheme::Https);
        let of = |addresses: &[&str]| distinct(addresses.iter().map(|a| (*a).to_owned()), &own);
        assert_eq!(
            of(&[
                "/",
                "https://api.example.com/v1",
                "https://ferry.example/api",
                "https://ferry.example/",
                "http://b.test:81/"
            ]),
            ["https://ferry.example", "http://b.test:81"]
        );
        assert_eq!(
            of(&[
                "http://127.0.0.1:5000/",
                "http://localhost/",
                "https://{host}/",
                "ftp://a.example/",
                "https://x-amz-signature=1afb.example/",
            ]),
            [""; 0]
        );
        assert_eq!(of(&["https://a.example", "https://b.example", "https://c.example"]).len(), MOST);
    }

    #[test]
    fn pages_say_where_they_belong() {
        let page = "<html><head><link rel=\"canonical\" href=\"https://ferry.example/home\">\
            <meta property=\"og:url\" content=\"https://www.ferry.example/\"></head><a href=\"https://other.example\">x</a></html>";
        assert_eq!(canonical(&exchange("/", 200, page)), ["https://ferry.example/home", "https://www.ferry.example/"]);
        let links =
            "<a href='https://ferry.example/'>Home</a><a href='https://shop.example/cart'>x</a><a href='/x'>y</a>";
        assert_eq!(homes(&exchange("/", 200, links)), ["https://ferry.example/"]);
    }
}
