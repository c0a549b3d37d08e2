//! What a scan finds out about applications without a document.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Depth, Report, Target};
use support::{Answer, Asked, Server};

fn scan(manner: fn(&Asked) -> Answer, depth: Depth) -> Report {
    let server = Server::start(Arc::new(manner));
    support::scan(Target { depth, ..support::target(server.port) })
}

fn surface(report: &Report) -> BTreeSet<String> {
    report.surface.iter().map(|o| format!("{} {}", o.method, o.path)).collect()
}

fn has(report: &Report, operation: &str) -> bool {
    surface(report).contains(operation)
}

fn not_found() -> Answer {
    Answer::html(404, "<h1>Not Found</h1>")
}

/// A page whose image is a view, and which shows a call in a sample of code.
fn shown(asked: &Asked) -> Answer {
    match asked.path() {
        "/" => Answer::html(
            200,
            "<img src='/photo?of=tea'><img src='/logo?v=3'><pre>curl http://localhost:5000/find?term=tea</pre>",
        ),
        "/photo" | "/logo" => Answer::new(200, "image/png", "x"),
        "/find" => Answer::html(200, "<p>nothing found"),
        _ => not_found(),
    }
}

#[test]
fn views_that_are_drawn_and_calls_that_are_shown() {
    let report = scan(shown, Depth::Standard);
    assert!(has(&report, "GET /photo") && has(&report, "GET /find"), "{:?}", surface(&report));
    assert!(!has(&report, "GET /logo"), "{:?}", surface(&report));
}

/// Buttons of a page that a script handles, beside a link that does what it says.
fn buttons(asked: &Asked) -> Answer {
    match asked.path() {
        "/" => Answer::html(200, "<a href=/boats>Boats</a> <a href=/berths>Berths</a> <a href=/crew>Crew</a>"),
        "/boats" => Answer::html(
            200,
            "<a href='#' class=red>Delete</a><a href='' title='Log out'>x</a><script>wire()</script><a href=/boats/7>Delete the boat</a>",
        ),
        "/berths" => Answer::html(200, "<form onsubmit='wire(event)'><input name=berth><button>Delete</button></form>"),
        "/crew" => Answer::html(200, "<form><input data-name=who><button type=submit>Delete</button></form>"),
        "/boats/7" => Answer::html(200, "gone"),
        _ => not_found(),
    }
}

#[test]
fn what_a_script_does_on_a_page_is_not_what_loading_the_page_does() {
    let report = scan(buttons, Depth::Standard);
    let called: BTreeSet<&str> =
        report.surface.iter().filter(|o| o.status == Some(200)).map(|o| o.path.as_str()).collect();
    assert_eq!(called, BTreeSet::from(["/", "/boats", "/berths", "/crew"]), "{:?}", surface(&report));
}

/// `/profile` sends those to the login page who do not say whose it is; `/settings` sends everybody there.
fn redirects(asked: &Asked) -> Answer {
    let to_login = || Answer::html(302, "").header("Location", "/login");
    match asked.path() {
        "/" => Answer::html(200, "<a href=/profile>p</a><a href=/settings>s</a><a href=/login>l</a>"),
        "/login" => Answer::html(200, "<p>Log in"),
        "/profile" if asked.target.contains("username=") => Answer::html(200, "<p>A person"),
        "/profile" | "/settings" => to_login(),
        _ => not_found(),
    }
}

#[test]
fn a_parameter_that_ends_a_redirect_is_found() {
    let report = scan(redirects, Depth::Standard);
    let tried = |path: &str| report.surface.iter().filter(|o| o.path == path).map(|o| o.requests).sum::<u32>();
    assert!(tried("/profile") > tried("/settings"), "{} {}", tried("/profile"), tried("/settings"));
}

/// A page that shows nothing of its parameter but fails at a quotation mark in it.
fn fails_at_a_quotation_mark(asked: &Asked) -> Answer {
    let value = asked.target.split("username=").nth(1).and_then(|rest| rest.split('&').next()).unwrap_or("");
    match asked.path() {
        "/" => Answer::html(200, "<a href=/who>w</a>"),
        "/who" if value.contains("%27") => Answer::json(500, r#"{"error":"Internal Server Error"}"#),
        "/who" => Answer::json(200, r#"{"result":[]}"#),
        _ => not_found(),
    }
}

#[test]
fn a_parameter_that_a_quotation_mark_breaks_is_found() {
    let report = scan(fails_at_a_quotation_mark, Depth::Standard);
    let tried =
        |path: &str| report.surface.iter().any(|o| o.path == path && o.tried.iter().any(|t| t == "sql-injection"));
    assert!(tried("/who") && !tried("/"), "{:?}", report.surface);
}

/// An API that nothing leads to.
fn hidden(asked: &Asked) -> Answer {
    if asked.path() == "/api/user/1" { Answer::json(200, r#"{"id":1,"name":"Ada"}"#) } else { not_found() }
}

#[test]
fn single_objects_are_found_where_nothing_leads_anywhere() {
    let report = scan(hidden, Depth::Standard);
    assert!(has(&report, "GET /api/user/{id}"), "{:?}", surface(&report));
}

/// One page for every path.
fn one_page(_: &Asked) -> Answer {
    Answer::html(200, "<div id=app></div><script src=/app.js></script>")
}

/// Every path below the collection is the collection, and everything below the root of any other name is refused alike.
fn greedy(asked: &Asked) -> Answer {
    match asked.path() {
        "/" => Answer::json(200, r#"{"links":["/users"]}"#),
        path if path.starts_with("/users") => Answer::json(200, r#"[{"name":"ada"},{"name":"bob"}]"#),
        _ => not_found(),
    }
}

#[test]
fn pages_for_everything_have_no_objects() {
    for depth in [Depth::Standard, Depth::Deep] {
        for manner in [one_page as fn(&Asked) -> Answer, greedy] {
            let report = scan(manner, depth);
            let guessed: Vec<String> = surface(&report).into_iter().filter(|o| o.contains('{')).collect();
            assert!(guessed.is_empty(), "{guessed:?}");
        }
    }
}

#[test]
fn a_site_that_leads_everything_to_https_is_asked_few_guesses() {
    fn leads_on(asked: &Asked) -> Answer {
        Answer::html(301, "").header("Location", format!("https://127.0.0.1{}", asked.target))
    }
    let by_name = |asked: &Asked| match asked.path() {
        "/openapi.json" => Answer::json(
            200,
            r#"{"openapi": "3.0.3", "info": {"title": "Boats", "version": "1"}, "paths": {"/boats": {"get": {"responses": {}}}}}"#,
        ),
        "/boats" => Answer::json(200, "[1]"),
        _ => leads_on(asked),
    };
    let few = scan(leads_on, Depth::Standard);
    assert!(few.spent["discovery"].sent <= 20, "{:?}", few.spent);
    assert!(few.grade_reason.is_some_and(|why| why.contains("https://127.0.0.1")));
    assert!(has(&scan(by_name, Depth::Standard), "GET /boats"), "what is not led on is found");
}

/// The documents of an API behind `/shop`, which names no server, and of one whose paths each have a twin with a slash.
const CARTS: &str =
    r#"{"openapi": "3.0.3", "info": {"title": "c", "version": "1"}, "paths": {"/carts": {"get": {"responses": {}}}}}"#;
const TWINS: &str = r#"{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {
    "/a": {"get": {"responses": {}}}, "/a/": {"get": {"responses": {}}},
    "/b": {"get": {"responses": {}}}, "/b/": {"get": {"responses": {}}, "post": {"responses": {}}}}}"#;

fn shop(asked: &Asked) -> Answer {
    match asked.path() {
        "/shop" => Answer::json(200, r#"{"shop": 1}"#),
        "/shop/carts" => Answer::json(200, r#"[{"id": 1}]"#),
        _ => not_found(),
    }
}

fn root(asked: &Asked) -> Answer {
    if asked.path() == "/carts" { Answer::json(200, r#"[{"id": 1}]"#) } else { not_found() }
}

#[test]
fn operations_live_under_the_url_unless_they_are_only_at_the_root() {
    let below = |manner: fn(&Asked) -> Answer| {
        let server = Server::start(Arc::new(manner));
        let specification = Some(("carts.json".to_owned(), CARTS.as_bytes().to_vec()));
        support::scan(Target { path: "/shop".to_owned(), specification, ..support::target(server.port) })
    };
    let report = below(shop);
    assert!(has(&report, "GET /shop/carts") && !has(&report, "GET /carts"), "{:?}", surface(&report));
    let report = below(root);
    assert!(has(&report, "GET /carts") && !has(&report, "GET /shop/carts"), "{:?}", surface(&report));
}

/// Without the slash there is only a redirect.
fn appends_a_slash(asked: &Asked) -> Answer {
    match asked.path() {
        "/openapi.json" => Answer::json(200, TWINS),
        "/a/" | "/b/" => Answer::json(200, r#"{"ok": true}"#),
        "/a" | "/b" => Answer::html(301, "").header("Location", format!("{}/", asked.path())),
        _ => not_found(),
    }
}

/// Both are there.
fn tells_them_apart(asked: &Asked) -> Answer {
    match asked.path() {
        "/openapi.json" => Answer::json(200, TWINS),
        "/a/" | "/b/" | "/a" | "/b" => Answer::json(200, r#"{"ok": true}"#),
        _ => not_found(),
    }
}

#[test]
fn paths_that_differ_by_a_slash_are_one_operation_where_one_redirects() {
    let found = surface(&scan(appends_a_slash, Depth::Standard));
    assert!(found.contains("GET /a/") && found.contains("POST /b/") && !found.contains("GET /b"), "{found:?}");
    let found = surface(&scan(tells_them_apart, Depth::Standard));
    assert!(found.contains("GET /a/") && found.contains("GET /a"), "{found:?}");
}

/// A page of pages, and the list beside the login that its script names.
fn pages_and_a_list(asked: &Asked) -> Answer {
    match (asked.method.as_str(), asked.path()) {
        ("GET", "/") => Answer::html(
            200,
            "<a href=/a>a</a><a href=/b>b</a><script>fetch('/api/members/login', {method: 'POST'})</script>",
        ),
        ("GET", "/a" | "/b") => Answer::html(200, "<p>A page"),
        ("GET", "/api/members") => Answer::json(200, r#"[{"id": 1}]"#),
        ("POST", "/api/members/login") => Answer::json(401, "{}"),
        _ => not_found(),
    }
}

#[test]
fn the_collection_above_a_known_path_is_found() {
    let report = scan(pages_and_a_list, Depth::Standard);
    assert!(has(&report, "GET /api/members"), "{:?}", surface(&report));
}

/// Pages that nothing leads to, each of which reads one parameter that it says nothing about.
fn asking(asked: &Asked) -> Answer {
    let value = |name: &str| {
        let query = asked.target.split_once('?').map_or("", |(_, query)| query);
        query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).map(str::to_owned)
    };
    match asked.path() {
        "/" | "/settings" | "/status" => Answer::html(200, "<p>Welcome"),
        "/search" => Answer::html(200, format!("<p>You searched for {}", value("term").unwrap_or_default())),
        "/redirect" => match value("dest") {
            Some(to) => Answer::html(302, "").header("Location", to.replace("%3A", ":").replace("%2F", "/")),
            None => Answer::html(200, "<p>Where to?"),
        },
        _ => not_found(),
    }
}

#[test]
fn pages_called_by_what_they_do_with_a_value_are_asked_for_it_first() {
    let report = scan(asking, Depth::Standard);
    let probed = |rule: &str, path: &str| {
        report.surface.iter().any(|o| o.path == path && o.tried.iter().any(|tried| tried == rule))
    };
    assert!(probed("reflected-xss", "/search") && probed("open-redirect", "/redirect"), "{:?}", report.surface);
    assert!(report.findings.iter().any(|finding| finding.id == "open-redirect"), "its value decides where to");
}

/// Django in debug mode: a page of each part is there, and what else there is says only what is not.
fn debugging(asked: &Asked) -> Answer {
    let listed = |patterns: &[&str]| {
        let items = patterns.join("</code></li><li><code>");
        Answer::html(
            404,
            format!(
                "<main id=info><p>Django tried these URL patterns, in this order:<ol><li><code>{items}</code></li></ol></main>"
            ),
        )
    };
    match asked.path() {
        "/" => Answer::html(200, "<p>Welcome"),
        "/boats/" | "/boats/crew" => Answer::html(200, "<p>Boats"),
        "/office/" | "/office/keys" => Answer::html(302, "").header("Location", "/login?next=/office/"),
        path if path.starts_with("/boats/") => listed(&["boats/ crew [name='crew']", "office/"]),
        path if path.starts_with("/office/") => listed(&["boats/", "office/ keys"]),
        _ => listed(&["boats/", "office/"]),
    }
}

#[test]
fn what_lies_below_a_prefix_of_a_debug_page_is_found() {
    let report = scan(debugging, Depth::Standard);
    assert!(has(&report, "GET /boats/crew"), "{:?}", surface(&report));
    assert!(!has(&report, "GET /office/keys"), "what is behind a login is left alone: {:?}", surface(&report));
}

/// An API with its document, the page that shows it, and a part of that page.
fn documented(asked: &Asked) -> Answer {
    match asked.path() {
        "/" => Answer::json(200, r#"{"docs": "/docs"}"#),
        "/docs" => Answer::html(
            200,
            "<script src=/swagger-ui-bundle.js></script><script>SwaggerUIBundle({url: '/openapi.json', oauth2RedirectUrl: \
             location.origin + '/docs/oauth2-redirect'})</script>",
        ),
        "/docs/oauth2-redirect" => Answer::html(200, "<title>Swagger UI: OAuth2 Redirect</title>"),
        "/openapi.json" => Answer::json(
            200,
            r#"{"openapi": "3.1.0", "info": {"title": "Boats", "version": "1"}, "paths": {"/boats": {"get": {"responses": {}}}}}"#,
        ),
        "/boats" => Answer::json(200, r#"[{"name": "Ada"}]"#),
        _ => Answer::json(404, r#"{"detail":"Not Found"}"#),
    }
}

#[test]
fn what_documents_an_api_is_no_operation_of_it() {
    let report = scan(documented, Depth::Standard);
    assert!(has(&report, "GET /docs") && has(&report, "GET /boats"), "{:?}", surface(&report));
    assert_eq!(report.coverage.operations_counted, 2, "{:?}", surface(&report));
}
