//! Headers that pages protect themselves with.

use std::collections::BTreeMap;

use model::Response;

use crate::ObservedExchange;

/// A content security policy: sources by directive, the first of each name as browsers take it (CSP 3, section 2.2.1).
pub(super) type Policy = BTreeMap<String, Vec<String>>;

/// The response, when it is a page that somebody sees: successful HTML with a body, of an operation.
pub(super) fn page<'a>(observed: &ObservedExchange<'a>) -> Option<&'a Response> {
    response(observed).filter(|r| r.is_html())
}

/// The response, when it is a successful one with a body, of an operation or an asset. What a catch-all answers to paths that we
/// made up is not counted again and again.
pub(super) fn response<'a>(observed: &ObservedExchange<'a>) -> Option<&'a Response> {
    let known = observed.operation.is_some() || observed.surface.assets.contains(&observed.exchange.request.target);
    observed.exchange.response().filter(|r| known && r.is_success() && r.body_len() > 0)
}

/// The enforced policies of a page: those of its headers, and of its meta elements.
pub(super) fn policies(page: &Response) -> Vec<Policy> {
    let headers = page.header_all("content-security-policy").flat_map(|value| value.split(',')).map(str::to_owned);
    headers.chain(meta(&page.text())).map(|text| parse(&text)).filter(|policy| !policy.is_empty()).collect()
}

/// Policies in `<meta http-equiv="Content-Security-Policy" content="…">`.
fn meta(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, _) in lower.match_indices("http-equiv=\"content-security-policy\"").take(5) {
        let element = &text[at..text[at..].find('>').map_or(text.len(), |end| at + end)];
        if let Some((_, rest)) = element.split_once("content=\"") {
            found.push(rest.split('"').next().unwrap_or("").to_owned());
        }
    }
    found
}

fn parse(text: &str) -> Policy {
    let mut policy = Policy::new();
    for directive in text.split(';') {
        let mut words = directive.split_ascii_whitespace().map(str::to_ascii_lowercase);
        if let Some(name) = words.next() {
            policy.entry(name).or_insert_with(|| words.collect());
        }
    }
    policy
}

/// The headers that hardening extensions send together, the policy aside.
pub(super) fn is_hardened(page: &Response) -> bool {
    ["x-content-type-options", "x-frame-options", "referrer-policy"].iter().all(|name| page.header(name).is_some())
}

/// Why a policy lets an injected script run, if it does.
pub(super) fn allows_any_script(policy: &Policy) -> Option<String> {
    let (name, sources) = policy
        .get_key_value("script-src-elem")
        .or_else(|| policy.get_key_value("script-src"))
        .or_else(|| policy.get_key_value("default-src"))
        .map_or(("no directive for scripts", None), |(name, sources)| (name.as_str(), Some(sources)));
    let Some(sources) = sources else { return Some(name.to_owned()) };
    let strict = sources.iter().any(|s| s == "'strict-dynamic'");
    let named = strict || sources.iter().any(|s| s.starts_with("'nonce-") || s.starts_with("'sha"));
    let wide = |s: &&String| {
        s.as_str() == "'unsafe-inline'" && !named
            || matches!(s.as_str(), "*" | "http:" | "https:" | "data:" | "http://*" | "https://*") && !strict
    };
    sources.iter().find(wide).map(|source| format!("{name} {source}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn policies_are_read_as_browsers_do() {
        let weak = |text: &str| allows_any_script(&parse(text));
        assert_eq!(
            weak("default-src 'self'; script-src 'self' 'unsafe-inline'").as_deref(),
            Some("script-src 'unsafe-inline'")
        );
        assert_eq!(weak("default-src *").as_deref(), Some("default-src *"));
        assert_eq!(weak("frame-ancestors 'none'").as_deref(), Some("no directive for scripts"));
        assert_eq!(weak("script-src 'nonce-abc' 'unsafe-inline'"), None);
        assert_eq!(weak("script-src 'strict-dynamic' 'nonce-a' https: 'unsafe-inline'"), None);
        assert_eq!(weak("default-src 'self'; object-src 'none'"), None);
    }

    #[test]
    fn headers_and_meta_elements_count() {
        let page = answered(
            "/",
            200,
            &[("Content-Security-Policy", "default-src 'self', frame-ancestors 'none'")],
            "<p>a</p>",
        );
        assert_eq!(policies(page.response().unwrap()).len(), 2);
        let page = exchange("/", 200, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\">");
        assert_eq!(policies(page.response().unwrap()).len(), 1);
    }
}
