//! Reading HTML, JSON and scripts for what they lead to.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::{Exchange, Method, Operation, ParameterIn, Source, Surface, Target};
use regex::Regex;
use scraper::{ElementRef, Html, Node, Selector};
use serde_json::Value;

use checks::vocabulary::{acting_parameter, specifications};

use super::addresses::{self, Constants};
use super::asset::is_asset;
use super::found::Found;
use super::label::{self, text_of};
use super::{
    calls, documents, forms, imports, json_links, link, link_header, models, navigation, paths, prose, routes,
    sample_bodies,
};

/// Most links taken from one answer.
const LINKS: usize = 60;

/// Largest page that is parsed.
const PAGE: usize = 512 * 1024;

/// Takes links, forms and scripts from an answer.
pub(crate) fn read(exchange: &Exchange, target: &Target, surface: &mut Surface, found: &mut Found) {
    let Some(response) = exchange.response() else { return };
    if response.is_redirect()
        && let Some(location) = response.header("location")
        && let Some(operation) = link::resolve(location, &exchange.request, target, Source::Link)
    {
        found.add(operation);
    }
    for link in response.header_all("link").flat_map(|header| link_header::targets(header, &link_header::COLLECTION)) {
        if let Some(operation) = link::resolve(link, &exchange.request, target, Source::Link)
            && !is_asset(&operation.path)
        {
            found.add(operation);
        }
    }
    if response.body_len() > PAGE {
        return;
    }
    documents::read(exchange, target, found);
    if routes::read(exchange, target, found) {
        return;
    }
    if response.is_html() {
        if !is_tool(&exchange.text()) {
            html(exchange, target, surface, found);
        }
    } else if response.is_success() && response.media_type() == "text/plain" {
        prose_links(&exchange.text(), exchange, target, found);
    } else if let Some(json) = response.json().as_deref().filter(|_| response.is_success()) {
        // What a document lists is read as what it is, not as links.
        if specifications::is_document(exchange) {
            found.documents.insert(exchange.request.target.clone());
            return;
        }
        if let Some(operation) = models::beside(exchange, json) {
            found.add(operation);
        }
        for link in json_links::of(json) {
            if let Some(operation) = link::resolve(&link.path, &exchange.request, target, Source::Link) {
                // An object that links to itself as `delete` is deleted by another method.
                let acts = link.acts && operation.path != *exchange.request.path();
                let method = link.method.unwrap_or(Method::GET);
                found.add(Operation { method, acts, ..operation });
            }
        }
        let mut sentences = String::new();
        json_sentences(json, &mut sentences, 0);
        prose_links(&sentences, exchange, target, found);
    }
}

/// The pages of Werkzeug's debugger are no part of the API; rules of their own ask for them.
fn is_tool(text: &str) -> bool {
    text.contains(" // Werkzeug Debugger</title>")
}

/// Adds the operations that a text names.
fn prose_links(text: &str, exchange: &Exchange, target: &Target, found: &mut Found) {
    for (method, path) in prose::paths(&prose::own(text, &target.origin)) {
        if let Some(operation) = link::resolve(&path, &exchange.request, target, Source::Link) {
            found.add(Operation { method: method.unwrap_or(Method::GET), ..operation });
        }
    }
}

fn html(exchange: &Exchange, target: &Target, surface: &mut Surface, found: &mut Found) {
    let document = checks::text::html::parse(&exchange.text());
    let attributes = |selector: &str, attribute: &'static str| -> Vec<String> {
        let Ok(selector) = Selector::parse(selector) else { return Vec::new() };
        document.select(&selector).filter_map(|e| e.value().attr(attribute)).take(LINKS).map(str::to_owned).collect()
    };
    let links = anchors(&document, exchange, target, surface);
    // Flask-DebugToolbar lists every route.
    let lists_routes = exchange.text().contains("flDebugRouteListPanel");
    let count = attributes("a[href], area[href]", "href").len();
    // What a page that failed says is about files and lines of code.
    let fails = exchange.status() >= 500;
    for text in texts(&document, count < FEW || lists_routes).into_iter().filter(|_| !fails) {
        prose_links(&text, exchange, target, found);
    }
    for text in samples(&document).into_iter().filter(|_| !fails) {
        if found.samples < SAMPLES && found.operations.len() < SITE {
            let before = found.operations.len();
            prose_links(&text, exchange, target, found);
            found.samples += found.operations.len() - before;
        }
    }
    for (method, path, names) in sample_bodies::of(&prose::own(&said(&document), &target.origin)) {
        if let Some(operation) = link::resolve(&path, &exchange.request, target, Source::Link) {
            found.add(calls::with_fields(Operation { method, ..operation }, &names));
        }
    }
    let frames = attributes("frame[src], iframe[src]", "src").into_iter().map(|src| (src, Vec::new()));
    let frames = frames.map(|(href, labels)| Anchor { href, labels, acts: false, method: None });
    for Anchor { href, labels, acts, method } in links.into_iter().chain(frames) {
        if let Some(operation) = link::resolve(&href, &exchange.request, target, Source::Link)
            && !is_asset(&operation.path)
        {
            if let Some(method) = method {
                found.add(labelled(Operation { method, ..operation }, labels));
                continue;
            }
            // `<a href="#">Delete</a>`: what a script does is not what loading the page does.
            let is_this_page = operation.path == *exchange.request.path() && operation.parameters.is_empty();
            let acts = acts && !is_this_page;
            found.add(labelled(Operation { acts, ..operation }, if is_this_page { Vec::new() } else { labels }));
        }
    }
    for (method, address, acts) in navigation::read(&document) {
        if let Some(operation) = link::resolve(&address, &exchange.request, target, Source::Link)
            && !is_asset(&operation.path)
        {
            found.add(Operation { method, acts, ..operation });
        }
    }
    for src in embedded(&document) {
        if let Some(operation) = view(&src, exchange, target) {
            found.add(operation);
        }
    }
    let is_view = |src: &str| view(src, exchange, target).is_some();
    let shown = purposes(&document);
    for src in attributes("script[src]", "src").into_iter().filter(|src| !is_view(src)) {
        match own_path(&src, exchange, target) {
            Some(path) => {
                found.shown.entry(path.clone()).or_insert_with(|| shown.clone());
                surface.assets.insert(path);
            }
            None if src.contains("//") => {
                surface.foreign_scripts.insert(src.chars().take(300).collect());
            }
            None => {}
        }
    }
    let scripts: Vec<String> = Selector::parse("script:not([src])").map_or_else(
        |_| Vec::new(),
        |selector| document.select(&selector).take(20).map(|script| script.text().collect()).collect(),
    );
    let drawn = attributes("link[rel=stylesheet][href]", "href").into_iter().chain(attributes("img[src]", "src"));
    let drawn = drawn.filter(|src| !is_view(src));
    surface.assets.extend(drawn.filter_map(|src| own_path(&src, exchange, target)));
    if let Ok(selector) = Selector::parse("form") {
        let scripted = scripts.iter().any(|script| sends_forms(script));
        for element in document.select(&selector).take(20) {
            forms::form(element, scripted, exchange, target, surface, found);
        }
    }
    let preloaded = attributes("link[rel=modulepreload][href], link[rel=preload][as=script][href]", "href");
    surface.assets.extend(preloaded.iter().filter_map(|src| own_path(src, exchange, target)));
    for text in &scripts {
        surface.assets.extend(imports::of(text, exchange, target));
        script(text, &shown, exchange, target, found);
    }
}

/// Adds what a script calls and where it leads. A path that it only posts to is no page.
///
/// `shown`: texts of the page that the script belongs to, which say what its calls are for.
pub(super) fn script(text: &str, shown: &[String], exchange: &Exchange, target: &Target, found: &mut Found) {
    let text = &text[..text.floor_char_boundary(PAGE)];
    let calls = calls::read(text);
    for call in &calls {
        if let Some(operation) = link::resolve(&call.path, &exchange.request, target, Source::Script) {
            let operation = call.operation(operation);
            let labels = if operation.method.is_safe() { Vec::new() } else { shown.to_vec() };
            found.add(labelled(operation, labels));
        }
    }
    // The end of an address that is put together is none of its own.
    let is_called = |path: &str| calls.iter().any(|call| call.path.ends_with(path));
    let paths = script_paths(text).into_iter().filter(|path| !is_called(path));
    for path in paths.chain(navigation::set_in(text)) {
        if let Some(operation) = link::resolve(&path, &exchange.request, target, Source::Script)
            && !is_asset(&operation.path)
        {
            found.add(operation);
        }
    }
}

/// A link of a page.
struct Anchor {
    href: String,
    /// What is shown for it and for others to the same place.
    labels: Vec<String>,
    /// Whether one of them says that following it does something.
    acts: bool,
    /// The method by which a library follows it.
    method: Option<Method>,
}

/// The links of a page with the texts that are shown for them, one for each place that they lead to, so that seventy of one kind do not hide what comes after them; what is left
/// out is said.
fn anchors(document: &Html, exchange: &Exchange, target: &Target, surface: &mut Surface) -> Vec<Anchor> {
    /// Most links that are looked at.
    const LOOKED_AT: usize = 3_000;
    /// Texts kept of links to one place.
    const LABELS: usize = 8;
    /// Most pages of one directory: what there is more of is all of one kind.
    const BESIDE: usize = 20;
    let Ok(selector) = Selector::parse("a[href], area[href]") else { return Vec::new() };
    let mut kept: BTreeMap<_, usize> = BTreeMap::new();
    let mut order: Vec<Anchor> = Vec::new();
    let mut beside: BTreeMap<String, usize> = BTreeMap::new();
    let mut left_out = 0_usize;
    for (href, element) in document.select(&selector).filter_map(|e| Some((e.value().attr("href")?, e))).take(LOOKED_AT)
    {
        let Some(operation) = link::resolve(href, &exchange.request, target, Source::Link) else { continue };
        let names: Vec<String> = operation.parameters.iter().map(|p| p.name.clone()).collect();
        let directory = operation.path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned();
        let method = label::method_of(element);
        // One that acts by its query stands for itself, and not for the page that the others show.
        let queries = operation.parameters_in(ParameterIn::Query).next().is_some();
        let acts = label::acts(element);
        let differs = queries && (acts || acting_parameter(&operation).is_some());
        let place = (operation.path.key(), names, method.as_ref().map(Method::to_string), differs);
        let label = Some(text_of(element)).filter(|label| !label.is_empty());
        if let Some(known) = kept.get(&place).and_then(|at| order.get_mut(*at)) {
            known.acts |= acts;
            let is_new = |label: &String| known.labels.len() < LABELS && !known.labels.contains(label);
            let label = label.filter(is_new);
            known.labels.extend(label);
            continue;
        }
        let count = beside.entry(directory.clone()).or_default();
        if order.len() >= LINKS || !directory.is_empty() && *count >= BESIDE {
            left_out += 1;
            continue;
        }
        *count += 1;
        kept.insert(place, order.len());
        order.push(Anchor { href: href.to_owned(), labels: label.into_iter().collect(), acts, method });
    }
    if left_out > 0 {
        let path = exchange.request.path();
        surface.notes.push(format!(
            "{path} links to {} more than are followed; --include-path chooses among them",
            model::counted(left_out, "page")
        ));
    }
    order
}

fn labelled(mut operation: Operation, labels: Vec<String>) -> Operation {
    operation.labels.extend(labels);
    operation
}

/// What a page has a browser fetch of its own accord.
fn embedded(document: &Html) -> Vec<String> {
    const ATTRIBUTES: [&str; 5] = ["src", "href", "srcset", "poster", "data"];
    const ELEMENTS: &str = "img, source, video, audio, track, embed, object[data], input[src], script[src], link[href]";
    let Ok(selector) = Selector::parse(ELEMENTS) else { return Vec::new() };
    let mut sources: Vec<String> = Vec::new();
    for (element, name) in document.select(&selector).flat_map(|e| ATTRIBUTES.map(|name| (e, name))) {
        let Some(value) = element.value().attr(name) else { continue };
        if name == "srcset" {
            // `a.png 1x, b.png 2x`: a comma within an address has no space after it.
            let candidates = value.split(", ").filter_map(|one| one.split_whitespace().next());
            sources.extend(candidates.map(|one| one.trim_end_matches(',').to_owned()));
        } else {
            sources.push(value.to_owned());
        }
    }
    sources.truncate(LINKS);
    sources
}

/// The operation behind an embedded address: `/img?name=a.jpg` is a view that reads its query. A file stays a file, whatever
/// follows its name to get around caches.
fn view(src: &str, exchange: &Exchange, target: &Target) -> Option<Operation> {
    /// What is appended so that caches take a file for a new one.
    const BUSTING: [&str; 13] =
        ["v", "ver", "version", "t", "ts", "timestamp", "time", "_", "rev", "hash", "h", "cb", "cache"];
    let operation = link::resolve(src, &exchange.request, target, Source::Link)?;
    let reads = operation
        .parameters_in(ParameterIn::Query)
        .any(|p| p.example.is_some() && !BUSTING.contains(&p.name.to_ascii_lowercase().as_str()));
    (reads && !is_asset(&operation.path)).then_some(operation)
}

/// A page with fewer links than this may name its endpoints in words instead.
const FEW: usize = 6;

/// The comments of a page, and what it says when asked for.
fn texts(document: &Html, words: bool) -> Vec<String> {
    const COMMENTS: usize = 20;
    let comments = document.tree.values().filter_map(|node| match node {
        Node::Comment(comment) => Some(comment.comment.to_string()),
        _ => None,
    });
    comments.take(COMMENTS).chain(words.then(|| said(document))).collect()
}

/// What a page says, without its scripts and styles.
fn said(document: &Html) -> String {
    let read = document.tree.nodes().filter(|node| {
        let element = node.parent().and_then(|parent| parent.value().as_element());
        !element.is_some_and(|element| matches!(element.name(), "script" | "style"))
    });
    read.filter_map(|node| node.value().as_text()).map(|text| &**text).collect::<Vec<&str>>().join(" ")
}

/// Most operations that are taken from samples of code in a scan: a site that documents something else has no end of them.
const SAMPLES: usize = 12;

/// From so many operations on, samples of code are those of a manual, and there is enough to follow without them.
const SITE: usize = 25;

/// The short texts by which a page says what it is for: title, headings, labels, buttons, hints in fields, short paragraphs.
fn purposes(document: &Html) -> Vec<String> {
    /// Longer ones are prose about something else.
    const LONGEST: usize = 80;
    const MOST: usize = 8;
    let Ok(selector) =
        Selector::parse("title, h1, h2, h3, label, button, p, input[placeholder], textarea[placeholder]")
    else {
        return Vec::new();
    };
    let text = |e: ElementRef<'_>| {
        let hint = e.value().attr("placeholder").map(str::to_owned);
        hint.unwrap_or_else(|| e.text().flat_map(str::chars).take(LONGEST + 1).collect()).trim().to_owned()
    };
    let texts = document.select(&selector).map(text).filter(|text| !text.is_empty() && text.len() <= LONGEST);
    texts.take(MOST).collect()
}

/// What a page sets as code: calls of the API are shown so, to be typed in.
fn samples(document: &Html) -> Vec<String> {
    const MOST: usize = 40;
    let Ok(selector) = Selector::parse("pre, code, kbd, samp, tt, var") else { return Vec::new() };
    let within = |e: &ElementRef<'_>| e.ancestors().filter_map(ElementRef::wrap).any(|a| a.value().name() == "pre");
    document.select(&selector).filter(|e| !within(e)).take(MOST).map(|e| e.text().collect()).collect()
}

/// Whether a script takes the sending of forms into its own hands.
fn sends_forms(script: &str) -> bool {
    const WAYS: [&str; 8] =
        ["preventDefault", "onsubmit", "fetch(", "XMLHttpRequest", "axios", "$.ajax", "$.post", "sendBeacon"];
    WAYS.iter().any(|way| script.contains(way))
}

fn own_path(src: &str, exchange: &Exchange, target: &Target) -> Option<String> {
    let url = url::Url::parse(&exchange.request.url()).ok()?.join(src).ok()?;
    let query = url.query().map_or_else(String::new, |q| format!("?{q}"));
    (wire::origin_of(&url)? == target.origin).then(|| format!("{}{query}", url.path()))
}

/// The strings of a JSON answer that are more than one word.
fn json_sentences(json: &Value, said: &mut String, depth: usize) {
    const MOST: usize = 16 * 1024;
    if depth > 8 || said.len() > MOST {
        return;
    }
    match json {
        Value::String(text) if text.contains(' ') => {
            said.push_str(text);
            said.push('\n');
        }
        Value::Array(items) => items.iter().take(40).for_each(|item| json_sentences(item, said, depth + 1)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if name.contains(" /") {
                    said.push_str(name);
                    said.push('\n');
                }
                json_sentences(value, said, depth + 1);
            }
        }
        _ => {}
    }
}

/// Paths in script text: quoted strings that begin with a slash and look like an API call, with what the script puts behind them.
pub(crate) fn script_paths(script: &str) -> Vec<String> {
    #[allow(clippy::expect_used)] // a constant; the test below compiles it
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"["'`](/[A-Za-z0-9_][A-Za-z0-9_./:${}-]{1,120})(\?[A-Za-z0-9_=&%.-]*)?["'`]"#).expect("valid")
    });
    let script = &script[..script.floor_char_boundary(PAGE)];
    let constants = Constants::of(script);
    // Up to here belongs to an address that was put together.
    let mut until = 0;
    let path = |captures: regex::Captures<'_>| {
        let (whole, path) = (captures.get(0)?, captures.get(1)?.as_str());
        if whole.start() < until {
            return None;
        }
        let goes_on = script[whole.end()..].trim_start().starts_with(['+', '.']) || path.contains('$');
        let mut built = || {
            let (address, rest) = addresses::read(&script[whole.start()..], &constants)?;
            until = script.len() - rest.len();
            Some(calls::placed(&address))
        };
        // A table of pages has parts that are open, as one of endpoints has; a browser follows it by itself.
        let before = script[..whole.start()].trim_end();
        let is_page = ["path:", "path=", "to:", "to="].iter().any(|name| before.ends_with(name));
        let path = match captures.get(2) {
            _ if goes_on => built()?,
            None if path.contains("/:") => paths::opened(Some(path).filter(|_| !is_page)?),
            query => format!("{path}{}", query.map_or("", |q| q.as_str())),
        };
        (path.starts_with('/') && !path.contains([':', '$']) && !is_asset(&path)).then_some(path)
    };
    PATH.captures_iter(script).filter_map(path).take(LINKS).collect()
}

/// What an API catalogue page says in text: the operation of an exchange that has none yet.
pub(crate) fn operation_at(path: &str) -> Operation {
    link::operation(path, Source::WellKnown)
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Request, Response, Scheme};

    use super::super::paths::{is_path, templated};
    use super::*;

    /// The operations and the assets that a page at `/` leads to.
    fn led_to(page: &str) -> (Vec<String>, Vec<String>) {
        let origin = Origin { scheme: Scheme::Http, host: "shop.example".to_owned(), port: 80 };
        let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
        let outcome = Outcome::Answered(Response::new(200, headers, page.as_bytes().to_vec()));
        let request = Request::get(&origin, "/");
        let exchange = Exchange { serial: 0, request, outcome, elapsed_us: 0, hops: Vec::new() };
        let target = Target::of(origin);
        let (mut surface, mut found) = (Surface::default(), Found::default());
        read(&exchange, &target, &mut surface, &mut found);
        let name = |o: &Operation| {
            let query: Vec<String> = o.parameters_in(ParameterIn::Query).map(|p| format!(" {}", p.name)).collect();
            format!("{} {}{}", o.method, o.path, query.concat())
        };
        (found.operations().map(name).collect(), surface.assets.into_iter().collect())
    }

    #[test]
    fn what_is_drawn_by_a_query_is_a_view_and_a_file_is_not() {
        let (operations, assets) = led_to(
            "<img src='/img?name=a.jpg'><img src='/logo.png?size=2'><img srcset='/thumb?id=1 1x, /thumb?id=2 2x'>\
             <video poster='/still?of=7'></video><object data='/chart?kind=bar'></object>\
             <script src='/app.js?v=3'></script><link rel=stylesheet href='/bundle/css?v=x1'><script src='/jsonp?callback=go'></script>\
             <link rel=alternate href='/feed?format=atom'><img src='http://else.example/pixel?id=1'>",
        );
        let views = ["/chart kind", "/feed format", "/img name", "/jsonp callback", "/still of", "/thumb id"]
            .map(|v| format!("GET {v}"));
        assert_eq!(operations, views);
        assert_eq!(assets, ["/app.js?v=3", "/bundle/css?v=x1", "/logo.png?size=2"]);
    }

    #[test]
    fn samples_of_code_name_calls() {
        let nav = "<a href=/>x</a>".repeat(FEW);
        let (operations, _) = led_to(&format!(
            "{nav}<p>Not read: /prose<p>Use <code>/fetch</code>.<pre><code>GET /find?q=tea\n\
             curl -X POST http://localhost:5000/notes</code></pre><code>/etc/passwd</code><code>import a from '/app.js'</code>"
        ));
        assert_eq!(operations, ["GET /", "GET /fetch", "GET /find q", "POST /notes"]);
        let many: Vec<String> = (0..50).map(|n| format!("<pre>/a{n}b /c{n}d</pre>")).collect();
        assert_eq!(led_to(&format!("{nav}{}", many.concat())).0.len(), 1 + SAMPLES);
    }

    #[test]
    fn scripts_name_their_calls() {
        let paths =
            script_paths(r#"fetch("/api/users?limit=10").then(x); a='/static/app.js'; b=`/api/orders`; c="/";"#);
        assert_eq!(paths, ["/api/users?limit=10", "/api/orders"]);
        let paths = script_paths(
            "E={one:e=>`/api/berths/${e}`,log:(e,t)=>'/api/berths/'+e+'/log/'+t,two:'/api/crew/:id',x:[{path:'/crew/:id'}]}",
        );
        assert_eq!(paths, ["/api/berths/{e}", "/api/berths/{e}/log/{t}", "/api/crew/{id}"]);
    }

    #[test]
    fn scripts_that_send_forms_are_told_from_others() {
        for script in ["form.addEventListener('submit', e => { e.preventDefault(); });", "await fetch('/login', {})"] {
            assert!(sends_forms(script), "{script}");
        }
        for script in ["window.dataLayer = window.dataLayer || [];", "document.title = 'Log in';", ""] {
            assert!(!sends_forms(script), "{script}");
        }
    }

    #[test]
    fn json_paths_are_paths() {
        assert!(is_path("/api/users") && is_path("https://example.com/a"));
        assert!(!is_path("/") && !is_path("//x") && !is_path("a/b") && !is_path("/a b") && !is_path("/users/{id}"));
    }

    #[test]
    fn links_of_one_kind_do_not_hide_the_next() {
        let links = |link: &dyn Fn(usize) -> String| (0..70).map(link).collect::<Vec<String>>().concat();
        let numbered = links(&|n| format!("<a href=/berths/{n}>{n}</a>"));
        let named = links(&|n| format!("<a href=/boats/b{n}x>{n}</a>"));
        let (operations, _) = led_to(&format!("{numbered}{named}<a href='/tide?at=noon'>tide</a>"));
        assert!(operations.contains(&"GET /tide at".to_owned()) && operations.contains(&"GET /berths/{id}".to_owned()));
        assert_eq!(operations.len(), 22);
    }

    #[test]
    fn a_script_that_posts_names_a_post() {
        let (operations, _) = led_to(
            "<script>fetch('/desk/x', {method: 'POST', body: JSON.stringify({q: 1})}); fetch('/list'); location.href = '/go?to=1'</script>\
             <button onclick=\"location.href='/next'\">n</button>",
        );
        assert_eq!(operations, ["POST /desk/x", "GET /go to", "GET /list", "GET /next"]);
    }

    #[test]
    fn links_with_holes_are_links() {
        assert_eq!(templated("/users/{id}/notes").as_deref(), Some("/users/{id}/notes"));
        assert_eq!(templated("/find{?q,page}").as_deref(), Some("/find?q=&page="));
        assert!(
            templated("{\"a\": 1}").is_none() && templated("/a/{b").is_none() && templated("Hello {name}").is_none()
        );
    }

    /// `MIDDLEBRICK_FUZZ_SECONDS` says for how long it is tried.
    #[test]
    fn mutated_pages_are_read_to_their_end() {
        const TOKENS: &[&str] = &[
            "<",
            ">",
            "'",
            "\"",
            "</a>",
            "<form",
            "href=",
            "../",
            "//",
            "?",
            "&",
            "%",
            "{",
            "<base href=",
            "</script>",
            "\u{0}",
        ];
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/pages");
        fuzz::run(&corpus, TOKENS, |bytes| {
            let _ = led_to(&String::from_utf8_lossy(bytes));
        });
    }
}
