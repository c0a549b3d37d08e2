use std::sync::LazyLock;

use model::{Category, Confidence, Depth, Evidence, Exchange, Finding, NotTested, Rule, Severity, Tag};
use regex::Regex;

use super::files;
use crate::text::patterns::{Pattern, load};
use crate::{Check, Cost, Detectors, Findings, ObservedExchange, RunsOn, Schedule, Sees, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "directory-listing",
    aliases: &[],
    title: "Directory listing enabled",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[548],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated client finds and downloads files that nothing links to.",
    fix: "Serve files by name only, and switch the server's directory index off.",
    references: &[
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(1),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors {
        on_exchange: Some(judge),
        sees: Sees::All,
        on_surface: Some(|probe, _| Box::pin(probe_target(probe))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Asks for the directory that pages load their files from; [`judge`] reads the answer with all others. Where they load none, the
/// usual name is a guess for deep scans.
async fn probe_target(probe: &TargetProbe<'_>) -> Result<(), NotTested> {
    if probe.surface.assets.is_empty() && probe.target.depth < Depth::Deep {
        return Err(NotTested::not_applicable("no page loads files of its own from a directory"));
    }
    probe.response_to(probe.get(files::static_directory(probe.surface))).await.map(drop)
}

static LISTINGS: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("../data/directory_listings.toml")));

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    if !observed.exchange.is_html() || !observed.exchange.is_success() {
        return false;
    }
    if let Some(listing) = listing(observed.exchange) {
        let evidence = Evidence::new(observed.exchange, listing);
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}

/// The heading of a directory index: a page built as a server builds it, that names the directory which was asked for, with an entry
/// in it or the way up.
fn listing(exchange: &Exchange) -> Option<String> {
    const EXCERPT: usize = 120;
    let text = exchange.text();
    let path = exchange.request.path();
    let shape = LISTINGS.iter().find(|shape| {
        let also = || shape.also.as_ref().is_none_or(|also| also.is_match(&text));
        shape.regex.captures(&text).is_some_and(|c| c.get(1).is_none_or(|dir| is_here(dir.as_str(), path)) && also())
    })?;
    if !has_an_entry(&text, path) {
        return None;
    }
    let head = shape.regex.captures(&text)?;
    let named = head.get(1).map_or("a list of links only", |dir| dir.as_str().trim());
    Some(format!("{named} (as {} lists it)", shape.name).chars().take(EXCERPT).collect())
}

/// Whether the directory that a page names is the one of the request. A proxy may have taken off the beginning of the path, and a page
/// may name only its end, or the directory on the server above the root.
fn is_here(named: &str, path: &str) -> bool {
    let plain = |text: &str| {
        let text = text.replace("&#47;", "/").replace("&#x2F;", "/").replace("&amp;", "&");
        let text = percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned();
        text.trim().trim_matches('/').to_owned()
    };
    let (named, path) = (plain(named), plain(path));
    let ends = |long: &str, short: &str| {
        short.is_empty() || long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    ends(&path, &named) || ends(&named, &path)
}

/// Whether one of the links leads into the directory or to the one above.
fn has_an_entry(text: &str, path: &str) -> bool {
    static LINK: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?i)<a\b[^>]{0,300}\bhref\s*=\s*["']?([^"'\s>]+)"#).ok());
    let directory = path.rfind('/').and_then(|end| path.get(..=end)).unwrap_or("/");
    let is_entry = |href: &str| {
        let elsewhere = href.starts_with(['#', '?']) || href.contains(':') || href.starts_with("//");
        !elsewhere && (!href.starts_with('/') || href.starts_with(directory) || href.ends_with('/'))
    };
    LINK.as_ref().is_some_and(|link| link.captures_iter(text).take(200).any(|c| is_entry(&c[1])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn the_table_is_honest() {
        crate::text::patterns::verify(&LISTINGS);
    }

    #[test]
    fn every_servers_index_is_recognised_where_it_is() {
        for row in LISTINGS.iter() {
            let (hit, miss) = row.samples();
            assert!(listing(&exchange("/pub/", 200, hit)).is_some(), "{}", row.name);
            assert!(listing(&exchange("/pub/", 200, miss)).is_none(), "{}", row.name);
        }
    }

    #[test]
    fn a_page_about_another_directory_is_a_page() {
        let found = |path: &str, body: &str| listing(&exchange(path, 200, body)).is_some();
        assert!(found("/static/", "<title>Index of /static/</title><pre><a href=\"../\">../</a>"));
        assert!(found("/files/", "<title>Directory listing for /</title><ul><li><a href=\"a\">a</a>"), "proxied");
        assert!(found("/pub/b%20c/", "<title>Index of /pub/b c/</title><a href=\"x\">x</a>"));
        assert!(!found("/blog/7", "<title>Index of /etc/ explained</title><a href=\"/about\">about</a>"));
        assert!(!found("/static/", "<title>Index of /static/</title>nothing"));
        assert!(!found("/static/", "<title>Index of /static/</title><a href=\"https://x.example/a\">a</a>"));
    }
}
