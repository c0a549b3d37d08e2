use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Scheme, Severity, Tag};
use regex::Regex;

use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "mixed-content",
    aliases: &[],
    title: "Mixed content: an HTTPS page loads resources over HTTP",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[319],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker on the network path can replace parts of the page.",
    fix: "Load every resource over HTTPS.",
    references: &[
        "https://www.w3.org/TR/mixed-content/",
        "https://developer.mozilla.org/en-US/docs/Web/Security/Mixed_content",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if exchange.request.origin.scheme != Scheme::Https || !exchange.is_html() || !exchange.is_success() {
        return false;
    }
    if let Some(part) = first_part_in_the_clear(&exchange.text()) {
        let evidence = Evidence::new(exchange, part);
        found.push(Finding::new(&RULE, Confidence::Firm, observed.location(), evidence));
    }
    true
}

/// The first tag that loads from, or sends to, an `http://` URL that is not this machine's.
fn first_part_in_the_clear(html: &str) -> Option<String> {
    static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i)<(script|iframe|frame|img|audio|video|source|embed|object|form|link)\b[^>]{0,2000}?\b(?:src|data|action|href)\s*=\s*["']?http://([^"'\s>/]+)[^>]{0,500}>?"#).ok()
    });
    let regex = TAG.as_ref()?;
    regex.captures_iter(html).find_map(|captures| {
        let tag = captures.get(0)?.as_str();
        let host = captures.get(2)?.as_str().to_ascii_lowercase();
        let is_link = captures.get(1)?.as_str().eq_ignore_ascii_case("link");
        let loads = !is_link || tag.to_ascii_lowercase().contains("stylesheet");
        let local = host.starts_with("localhost") || host.starts_with("127.") || host.contains("www.w3.org");
        (loads && !local).then(|| tag.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_count_and_links_do_not() {
        assert!(first_part_in_the_clear(r#"<script async src="http://cdn.example.com/a.js"></script>"#).is_some());
        assert!(first_part_in_the_clear(r"<form method=post action='http://x.example.com/login'>").is_some());
        assert!(first_part_in_the_clear(r#"<link rel="stylesheet" href="http://x.example.com/a.css">"#).is_some());
        assert!(first_part_in_the_clear(r#"<link rel="canonical" href="http://x.example.com/">"#).is_none());
        assert!(first_part_in_the_clear(r#"<a href="http://x.example.com/">x</a><img src="/a.png">"#).is_none());
        assert!(first_part_in_the_clear(r#"<script src="https://x.example.com/?u=http://y"></script>"#).is_none());
    }
}
