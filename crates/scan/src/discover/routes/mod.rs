//! Routes that a target lists itself: the debug pages of frameworks for a path that does not exist, tables and lines of methods and
//! paths, JSON that names paths with their methods.

mod django;
mod json;
mod notation;
mod rows;

use model::{Exchange, Method, Operation, Source, Target};

use super::found::Found;
use super::link;

/// Most routes that one response gives.
const MOST: usize = 200;

/// Adds the routes that a response lists; whether it is a debug page that says nothing else.
pub(super) fn read(exchange: &Exchange, target: &Target, found: &mut Found) -> bool {
    let routes = listed(exchange);
    let is_all = exchange.status() == 404 && !routes.is_empty();
    for route in routes.into_iter().take(MOST) {
        for operation in route.operations(exchange, target) {
            found.add(operation);
        }
    }
    is_all
}

fn listed(exchange: &Exchange) -> Vec<Route> {
    if exchange.is_html() {
        let text = exchange.text();
        if exchange.status() == 404 && text.contains("Django tried these URL patterns") {
            return django::patterns(&checks::text::html::parse(&text));
        }
        let may_list = ["<tr", "<pre", "<li"].iter().any(|element| text.contains(element));
        return if may_list {
            rows::html(&checks::text::html::parse(&text), !exchange.is_success())
        } else {
            Vec::new()
        };
    }
    if !exchange.is_success() {
        return Vec::new();
    }
    match exchange.json().as_deref() {
        Some(json) => json::read(json),
        None if exchange.response().is_some_and(|r| r.media_type() == "text/plain") => rows::lines(&exchange.text()),
        None => Vec::new(),
    }
}

/// What a list says of one route.
#[derive(Debug, PartialEq)]
struct Route {
    /// GET where it says none.
    methods: Vec<Method>,
    /// As the list writes it.
    path: String,
    /// The names of what is sent, where it says them.
    fields: Vec<String>,
}

impl Route {
    fn new(methods: Vec<Method>, path: &str) -> Route {
        Route { methods, path: path.to_owned(), fields: Vec::new() }
    }

    fn operations(self, from: &Exchange, target: &Target) -> Vec<Operation> {
        let operation = if self.path.starts_with('/') && !self.path.contains('?') || notation::is_open(&self.path) {
            notation::operation(&self.path)
        } else {
            link::resolve(&self.path, &from.request, target, Source::Link)
        };
        let Some(operation) = operation.filter(|o| !super::asset::is_asset(&o.path)) else { return Vec::new() };
        let methods = if self.methods.is_empty() { vec![Method::GET] } else { self.methods };
        let sends = |method| super::calls::with_fields(Operation { method, ..operation.clone() }, &self.fields);
        methods.into_iter().map(sends).collect()
    }
}

/// The methods that a text consists of: `GET`, `GET|POST`, `PUT, DELETE`; `None` where it says anything else. What asks only for
/// headers or for methods is no operation of its own.
fn methods(text: &str) -> Option<Vec<Method>> {
    const OTHERS: [&str; 6] = ["HEAD", "OPTIONS", "TRACE", "CONNECT", "ANY", "ALL"];
    let mut all = Vec::new();
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).peekable();
    words.peek()?;
    for word in words {
        let upper = word.to_ascii_uppercase();
        match upper.as_str() {
            "GET" | "POST" | "PUT" | "PATCH" | "DELETE" => all.push(Method::new(&upper)),
            other if OTHERS.contains(&other) => {}
            _ => return None,
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, ParameterIn, Request, Response, Scheme};

    use super::*;

    /// The operations that a response with this status, media type and body leads to.
    fn led_to(status: u16, media: &str, body: &str) -> Vec<String> {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let headers = vec![("content-type".to_owned(), media.to_owned())];
        let outcome = Outcome::Answered(Response::new(status, headers, body.as_bytes().to_vec()));
        let request = Request::get(&origin, "/none");
        let exchange = Exchange { serial: 0, request, outcome, elapsed_us: 0, hops: Vec::new() };
        let mut found = Found::default();
        read(&exchange, &Target::of(origin), &mut found);
        let shown = |o: &Operation| {
            let query: Vec<String> = o.parameters_in(ParameterIn::Query).map(|p| format!(" {}", p.name)).collect();
            let body: Vec<String> =
                o.body.iter().flat_map(|b| b.schema.properties.keys()).map(|name| format!(" +{name}")).collect();
            format!("{}{}{}", o.name(), query.concat(), body.concat())
        };
        found.operations().map(shown).collect()
    }

    #[test]
    fn debug_pages_list_routes() {
        let django = "<main id=info><p>Using the URLconf, Django tried these URL patterns, in this order:</p><ol>\
            <li><code>admin/</code></li><li><code>api/</code> <code>users/&lt;int:pk&gt;/</code> <code>[name='user']</code></li></ol></main>";
        assert_eq!(led_to(404, "text/html", django), ["GET /admin/", "GET /api/users/{pk}/"]);
        assert!(led_to(200, "text/html", django).is_empty(), "a page about it");
        let rails = "<table id='route_table'><tr><th>Helper<th>HTTP Verb<th>Path<tr><td>boats_path<td>GET<td>/boats/:id(.:format)<td>boats#show\
            <tr><td><td>POST<td>/boats(.:format)<td>boats#create<tr><td><td>GET<td>/rails/info/routes(.:format)<td>x</table>";
        assert_eq!(led_to(404, "text/html", rails), ["POST /boats", "GET /boats/{id}"]);
    }

    #[test]
    fn tables_and_lines_of_routes_are_read() {
        let table =
            "<table><tr><th>Method<th>Path<tr><td>GET|HEAD<td>/boats/{boat?}<tr><td>PUT<td>/boats/{boat}</table>";
        assert_eq!(led_to(200, "text/html", table), ["GET /boats/{boat}", "PUT /boats/{boat}"]);
        let other = "<table><tr><th>When<th>What<tr><td>GET<td>/boats</table><ul><li>Get /out</ul>";
        assert!(led_to(200, "text/html", other).is_empty());
        let lines = "Endpoint  Methods        Rule\nboat      GET            /boats/<int:boat_id>\nsink      DELETE, PUT    /boats/<int:boat_id>\n";
        assert_eq!(
            led_to(200, "text/plain", lines),
            ["DELETE /boats/{boat_id}", "GET /boats/{boat_id}", "PUT /boats/{boat_id}"]
        );
        assert!(led_to(200, "text/plain", "Use GET /boats to see them.").is_empty(), "prose is read as prose");
    }

    #[test]
    fn json_names_paths_with_methods() {
        for (body, expected) in [
            (
                r#"[{"path": "/a/{id}", "methods": ["GET", "HEAD"]}, {"rule": "/b", "methods": "POST,OPTIONS"}]"#,
                vec!["GET /a/{id}", "POST /b"],
            ),
            (
                r#"{"actions": [{"href": "http://127.0.0.1/items", "method": "POST", "fields": [{"name": "title"}]}]}"#,
                vec!["POST /items +title"],
            ),
            (
                r#"{"details": {"requestMappingConditions": {"methods": ["PUT"], "patterns": ["/users/{id}"]}}}"#,
                vec!["PUT /users/{id}"],
            ),
            (r#"{"/users": ["GET", "POST"]}"#, vec!["GET /users", "POST /users"]),
            (r#"{"GET": ["/a", "/b/:id"]}"#, vec!["GET /a", "GET /b/{id}"]),
            (r#"{"path": "/home", "method": "bank transfer"}"#, vec![]),
        ] {
            assert_eq!(led_to(200, "application/json", body), expected, "{body}");
        }
    }

    #[test]
    fn words_that_are_methods() {
        assert_eq!(methods("GET|HEAD"), Some(vec![Method::GET]));
        assert_eq!(methods("get, POST"), Some(vec![Method::GET, Method::POST]));
        assert!(methods("GET it").is_none() && methods("").is_none() && methods("-").is_none());
    }
}
