//! Addresses of the API in its own answers, and whether a request header decides them.

use std::sync::{Arc, LazyLock};

use model::{Exchange, NotTested, Operation, Request};
use regex::Regex;

use crate::calling::request;
use crate::vocabulary;
use crate::{Shares, TargetProbe};

/// Most answers that are asked again.
pub(super) const MOST: usize = 2;

/// What [`rerouted`] sends at most.
pub(super) const REROUTED: u32 = 2;

/// The requests are the same for every rule.
pub(super) const SHARES: Shares = Shares { with: "rerouted", requests: REROUTED };

/// The ordinary requests whose answers name the API by its full address: in `Location`, in links, in JSON. What a router answers to
/// a path written otherwise is none of them: there the framework names the host, which says nothing about the application's links.
pub(super) fn naming_themselves(probe: &TargetProbe<'_>) -> Vec<Arc<Exchange>> {
    probe
        .observations
        .called(probe.surface)
        .filter(|(_, exchange)| names_itself(exchange))
        .take(MOST)
        .map(|(_, exchange)| Arc::clone(exchange))
        .collect()
}

/// Whether an answer names the API by its full address.
pub(super) fn names_itself(exchange: &Exchange) -> bool {
    names(exchange, &exchange.request.origin.authority()).is_some() && !is_rerouting(exchange)
}

/// Whether an answer leads to the same path written otherwise: with a slash at its end or without, with doubled slashes merged, over
/// https. Routers and proxies answer so before the application is asked.
pub(super) fn is_rerouting(exchange: &Exchange) -> bool {
    let segments = |path: &str| path.split('/').filter(|s| !s.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let to = exchange.header("location").filter(|_| (300..400).contains(&exchange.status()));
    to.is_some_and(|to| segments(path_of(to)) == segments(exchange.request.path()))
}

/// The path of a full or relative address.
fn path_of(address: &str) -> &str {
    let address = address.split(['?', '#']).next().unwrap_or("");
    match address.split_once("//") {
        Some((scheme, rest)) if scheme.is_empty() || scheme.ends_with(':') => {
            rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("")
        }
        _ => address,
    }
}

/// A request that a router answers with a redirect, and that redirect, if one is known or found. The requests are the same for every rule.
///
/// # Errors
/// As [`TargetProbe::send`].
pub(super) async fn rerouted(probe: &TargetProbe<'_>) -> Result<Option<(Request, Arc<Exchange>)>, NotTested> {
    let rerouting = probe.observations.called(probe.surface).map(|(_, e)| e).filter(|e| is_rerouting(e));
    let mut relative: Option<Arc<Exchange>> = None;
    for exchange in rerouting {
        if names_a_host(exchange) {
            return Ok(Some((exchange.request.clone(), Arc::clone(exchange))));
        }
        relative.get_or_insert_with(|| Arc::clone(exchange));
    }
    // A router that adds a slash by a relative redirect may still merge slashes by a full one.
    for request in written_otherwise(probe) {
        let exchange = probe.send(request.clone()).await?;
        if is_rerouting(&exchange) && names_a_host(&exchange) {
            return Ok(Some((request, exchange)));
        }
        if is_rerouting(&exchange) {
            relative.get_or_insert(exchange);
        }
    }
    Ok(relative.map(|exchange| (exchange.request.clone(), exchange)))
}

/// Whether the redirect is a full address.
fn names_a_host(exchange: &Exchange) -> bool {
    exchange.header("location").is_some_and(|to| to.starts_with("//") || to.contains("://"))
}

/// Under Flask's own route for static files, which merges slashes before it looks for one.
const STATIC: &str = "/static//style.css";

/// Known paths as Werkzeug redirects them: with a slash too many, or without the one at the end.
fn written_otherwise(probe: &TargetProbe<'_>) -> Vec<Request> {
    if !probe.surface.may_be_flask() {
        return Vec::new();
    }
    // A path with other slashes may still lead to the same action.
    let harmless = |o: &Operation, e: &Exchange| e.status() < 500 && !vocabulary::looks_destructive(o);
    let there = || probe.observations.called(probe.surface).filter(|(o, e)| harmless(o, e));
    let plain = |operation| request::build(operation, probe.surface, probe.target, &[]).anonymous();
    let doubled = there().find_map(|(o, _)| doubled(plain(o)));
    let asset = probe.surface.assets.iter().find_map(|path| doubled_path(path));
    let asset = asset.or_else(|| probe.surface.shows_flask().then(|| STATIC.to_owned())).map(|path| probe.get(path));
    let shortened = || there().find_map(|(o, _)| shortened(plain(o)));
    let mut all: Vec<Request> = doubled.into_iter().chain(asset).chain(shortened()).collect();
    all.truncate(REROUTED as usize);
    all.into_iter().map(|request| request.altered("path", "", "//")).collect()
}

fn doubled(mut request: Request) -> Option<Request> {
    request.target = doubled_path(&request.target)?;
    Some(request)
}

/// `/a/b` as `/a//b`. A path of one segment has no inner slash to double.
fn doubled_path(target: &str) -> Option<String> {
    let path = target.split(['?', '#']).next()?;
    let inner = path.get(1..)?.find('/')? + 1;
    (inner + 1 < path.len()).then(|| format!("{}/{}", &target[..inner], &target[inner..]))
}

/// `/a/` as `/a`.
fn shortened(mut request: Request) -> Option<Request> {
    let path = request.path();
    let short = path.strip_suffix('/').filter(|p| !p.is_empty() && !p.ends_with('/'))?.len();
    request.target.remove(short);
    Some(request)
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
        let mut found = address.find_iter(&text).take(200);
        found
            .find(|m| {
                is_ours(m.as_str())
                    && !is_in_query(&text, m.start())
                    && !(exchange.is_html() && is_mere_text(&text, m.start()))
            })
            .map(|m| m.as_str().to_owned())
    })
}

/// Whether what begins here is a text of a page, or a value that nothing follows: not in an attribute that is an address, and in no
/// script.
fn is_mere_text(page: &str, at: usize) -> bool {
    const ADDRESSES: [&str; 13] = [
        "href",
        "src",
        "srcset",
        "action",
        "formaction",
        "content",
        "poster",
        "data",
        "manifest",
        "ping",
        "background",
        "cite",
        "xlink:href",
    ];
    const LONGEST: usize = 2_000;
    let lower = page[..at].to_ascii_lowercase();
    let opened = |name: &str| lower.rfind(&format!("<{name}")) > lower.rfind(&format!("</{name}"));
    if opened("script") {
        return false;
    }
    let tag = &lower[lower.ceil_char_boundary(at.saturating_sub(LONGEST))..];
    let Some(tag) = tag.rfind('<').map(|start| &tag[start..]).filter(|tag| !tag.contains('>')) else { return true };
    let attribute = tag.rsplit_once('=').map_or("", |(before, _)| before.trim_end());
    let name = attribute.rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).next().unwrap_or("");
    !(ADDRESSES.contains(&name) || name.starts_with("data-") || name.starts_with("hx-"))
}

/// Whether what begins here is a value in the query of another address, such as where a login page leads back to: nobody follows
/// it, and the page behind decides what it does with it.
fn is_in_query(text: &str, at: usize) -> bool {
    const LONGEST: usize = 500;
    let before = text.get(text.floor_char_boundary(at.saturating_sub(LONGEST))..at).unwrap_or("");
    before.rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>')).next().unwrap_or("").contains('?')
}

/// A host of a random name, the same for all rules that ask.
pub(super) fn probe_host(probe: &TargetProbe<'_>) -> String {
    format!("{}.example", crate::canary::canary(probe.target.seed, &["host"]))
}

/// Why there is nothing to ask.
pub(super) fn nothing_named() -> NotTested {
    NotTested::not_applicable("no response contains the full address of the API")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn an_address_is_more_than_the_name() {
        let at = |body: &str| names(&exchange("/", 200, body), "h.example");
        assert_eq!(at(r#"<a href="https://h.example/x">"#).as_deref(), Some("https://h.example/x"));
        assert!(at(r#"{"next":"http:\/\/h.example\/2"}"#).is_some());
        assert!(at("<p>unknown host h.example</p>").is_none());
        assert!(at(r#"<a href="https://h.example.org/">"#).is_none());
        assert!(at(r#"<a href="/?u=h.example">"#).is_none());
        assert!(
            at(r#"<a href="/login?next=http://h.example/admin/">/login?next=http://h.example/admin/</a>"#).is_none()
        );
        assert!(at("<a href=http://h.example/?a=1>").is_some());
        assert!(at("<p>You asked for <code>http://h.example/echo</code></p>").is_none(), "nobody follows a text");
        assert!(at(r#"<input value="http://h.example/echo">"#).is_none());
        assert!(at(r#"<link rel="canonical" href="http://h.example/x">"#).is_some());
        assert!(at(r#"<script>const api = "http://h.example/api";</script>"#).is_some());
        assert!(at("<script>1</script><p>http://h.example/echo</p>").is_none());
        assert!(names(&answered("/", 302, &[("Location", "http://h.example/a")], ""), "h.example").is_some());
    }

    #[test]
    fn a_router_leads_to_the_same_path() {
        let to = |target: &str, location: &str| is_rerouting(&answered(target, 308, &[("Location", location)], ""));
        for (target, location) in [
            ("/register", "http://localhost/register/"),
            ("/register?x=1", "http://localhost/register/?x=1"),
            ("/a//b", "http://localhost/a/b"),
            ("/a/", "/a"),
            ("/a", "//localhost/a/"),
            ("/", "https://localhost/"),
            ("/", "https://localhost"),
        ] {
            assert!(to(target, location), "{target} to {location}");
        }
        for (target, location) in
            [("/", "http://localhost/login"), ("/a", "http://localhost/a/b"), ("/a", "http://localhost/?next=/a")]
        {
            assert!(!to(target, location), "{target} to {location}");
        }
        assert!(!is_rerouting(&answered("/a", 201, &[("Location", "http://localhost/a/")], "")));
    }

    #[test]
    fn known_paths_are_written_otherwise() {
        assert_eq!(doubled_path("/a/b?q=/c/d").as_deref(), Some("/a//b?q=/c/d"));
        assert_eq!(doubled_path("/static/app.css").as_deref(), Some("/static//app.css"));
        assert!(doubled_path("/a").is_none() && doubled_path("/a/").is_none() && doubled_path("/a?b=/c/d").is_none());
        let get = |target: &str| Request::get(&crate::samples::origin(model::Scheme::Http), target);
        assert_eq!(shortened(get("/admin/?x=1")).map(|r| r.target).as_deref(), Some("/admin?x=1"));
        assert!(shortened(get("/")).is_none() && shortened(get("/a")).is_none());
    }
}
