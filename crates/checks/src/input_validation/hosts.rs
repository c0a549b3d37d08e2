//! Addresses of the API in its own answers, and whether a request header decides them.

use std::sync::{Arc, LazyLock};

use model::{Exchange, NotTested, Request};
use regex::Regex;

use crate::Survey;
use crate::shared::fill;

/// Most answers that are asked again.
pub(super) const MOST: usize = 2;

/// The ordinary requests whose answers name the API by its full address: in `Location`, in links, in JSON.
pub(super) fn naming_themselves(survey: &Survey<'_>) -> Vec<Arc<Exchange>> {
    let authority = survey.origin().authority();
    survey
        .observations
        .called(survey.surface)
        .filter(|(_, exchange)| names(exchange, &authority).is_some())
        .take(MOST)
        .map(|(_, exchange)| Arc::clone(exchange))
        .collect()
}

/// A path with a slash too many, which Werkzeug answers with a redirect to its full address.
pub(super) fn doubled(survey: &Survey<'_>) -> Option<Request> {
    let (operation, _) = survey
        .observations
        .called(survey.surface)
        .find(|(o, e)| e.status() < 500 && o.path.trim_matches('/').contains('/'))?;
    let mut request = fill::request(operation, survey.surface, survey.target, &[]).anonymous();
    let inner = request.target.get(1..)?.find('/')? + 1;
    request.target.insert(inner, '/');
    Some(request.altered("path", "", "//"))
}

/// The same request with a host of our own in a header.
pub(super) fn claiming(request: &Request, header: &str, host: &str) -> Request {
    request.clone().header(header, host).altered("header", header, host)
}

/// Where an answer has an address on this host: the address.
pub(super) fn names(exchange: &Exchange, host: &str) -> Option<String> {
    static ADDRESS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?:https?:)?(?:\\?/){2}[^/\\"'<>\s]{1,253}[^"'<>\s]{0,80}"#).ok());
    let address = ADDRESS.as_ref()?;
    let is_ours = |found: &str| {
        let rest = found.trim_start_matches("https:").trim_start_matches("http:").trim_start_matches(['/', '\\']);
        rest.strip_prefix(host).is_some_and(|after| after.is_empty() || after.starts_with(['/', '\\', '?', '#']))
    };
    let location = exchange.header("location").filter(|l| is_ours(l)).map(str::to_owned);
    location.or_else(|| {
        let text = exchange.text();
        address.find_iter(&text).take(200).map(|m| m.as_str()).find(|found| is_ours(found)).map(str::to_owned)
    })
}

/// A host of a random name, the same for all rules that ask.
pub(super) fn probe_host(survey: &Survey<'_>) -> String {
    format!("{}.example", crate::probe::canary(survey.target.seed, &["host"]))
}

/// Why there is nothing to ask.
pub(super) fn nothing_named() -> NotTested {
    NotTested::not_applicable("no answer names the API by its full address")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::{answered, exchange};

    #[test]
    fn an_address_is_more_than_the_name() {
        let at = |body: &str| names(&exchange("/", 200, body), "h.example");
        assert_eq!(at(r#"<a href="https://h.example/x">"#).as_deref(), Some("https://h.example/x"));
        assert!(at(r#"{"next":"http:\/\/h.example\/2"}"#).is_some());
        assert!(at("<p>unknown host h.example</p>").is_none());
        assert!(at(r#"<a href="https://h.example.org/">"#).is_none());
        assert!(at(r#"<a href="/?u=h.example">"#).is_none());
        assert!(names(&answered("/", 302, &[("Location", "http://h.example/a")], ""), "h.example").is_some());
    }
}
