//! The pages that a sitemap names (<https://www.sitemaps.org/protocol.html>).

use model::{Exchange, Source};

use super::asker::Asker;
use super::found::Found;
use super::link;

/// Where one is that nothing names.
const USUAL: &str = "/sitemap.xml";

/// Most sitemaps that are read: an index names others.
const MOST: usize = 4;

/// Most addresses taken from one.
const ADDRESSES: usize = 40;

/// Reads the sitemaps that robots.txt names, or else the usual one where `guessed`.
pub(super) async fn read(named: Vec<String>, guessed: bool, asker: &Asker<'_>, found: &mut Found) {
    let mut left: Vec<String> = named.iter().filter_map(|address| path_of(address)).collect();
    if left.is_empty() && guessed {
        left.push(USUAL.to_owned());
    }
    let mut read: Vec<String> = Vec::new();
    while let Some(path) = (!left.is_empty() && read.len() < MOST).then(|| left.remove(0)) {
        if read.contains(&path) {
            continue;
        }
        read.push(path.clone());
        let Some(exchange) = asker.get(&path).await.filter(|e| e.is_success()) else { continue };
        let (sitemaps, pages) = addresses(&exchange);
        left.extend(sitemaps);
        for page in pages {
            found.add(link::operation(&page, Source::Link));
        }
    }
}

/// The paths of further sitemaps, and those of pages. A sitemap names pages of the host that serves it, so whatever host it names is
/// this one under its public name.
fn addresses(exchange: &Exchange) -> (Vec<String>, Vec<String>) {
    let text = exchange.text();
    let is_index = text.contains("<sitemapindex");
    if !is_index && !text.contains("<urlset") {
        let is_text = exchange.response().is_some_and(|r| r.media_type() == "text/plain");
        let lines = text.lines().filter(|line| is_text && line.starts_with("http"));
        return (Vec::new(), lines.filter_map(path_of).take(ADDRESSES).collect());
    }
    let locations = text.split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next());
    let plain = locations.map(|location| {
        location.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>").trim().replace("&amp;", "&")
    });
    let paths = plain.filter_map(|location| path_of(&location)).take(ADDRESSES).collect();
    if is_index { (paths, Vec::new()) } else { (Vec::new(), paths) }
}

/// Path and query of an address.
fn path_of(address: &str) -> Option<String> {
    let address = address.trim();
    if address.starts_with('/') && !address.starts_with("//") {
        return Some(address.to_owned());
    }
    let url = url::Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    Some(format!("{}{query}", url.path()))
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Request, Response, Scheme};

    use super::*;

    fn named(media: &str, body: &str) -> (Vec<String>, Vec<String>) {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let headers = vec![("content-type".to_owned(), media.to_owned())];
        let outcome = Outcome::Answered(Response::new(200, headers, body.as_bytes().to_vec()));
        let request = Request::get(&origin, USUAL);
        addresses(&Exchange { serial: 0, request, outcome, elapsed_us: 0, hops: Vec::new() })
    }

    #[test]
    fn sitemaps_and_indexes_are_read() {
        let pages = "<urlset><url><loc>https://www.boats.example/berths?of=1&amp;n=2</loc></url>\
                     <url><loc>\n <![CDATA[http://127.0.0.1/tide]]> </loc></url></urlset>";
        assert_eq!(named("text/xml", pages).1, ["/berths?of=1&n=2", "/tide"]);
        let index = "<sitemapindex><sitemap><loc>/map-1.xml</loc></sitemap></sitemapindex>";
        assert_eq!(named("text/xml", index), (vec!["/map-1.xml".to_owned()], Vec::new()));
        assert_eq!(named("text/plain", "http://a.example/x\nnote\n").1, ["/x"]);
        assert_eq!(named("text/html", "<p>http://a.example/x"), (Vec::new(), Vec::new()), "a page for every path");
    }
}
