//! Routes that a target lists itself: the debug pages of frameworks for a path that does not exist, tables and lines of methods and
//! paths, JSON that names paths with their methods.

pub(super) mod branches;
mod django;
mod json;
mod notation;
mod route;
mod rows;

use model::{Exchange, Target};

use self::route::{MOST, Route};
use super::found::Found;

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

/// The path of a route that is written in any notation, with its parameters in braces.
pub(super) fn template(route: &str) -> Option<String> {
    Some(notation::operation(route)?.path.to_string())
}

/// The prefixes without a parameter that a debug page lists, which more may lie below.
fn prefixes(exchange: &Exchange) -> Vec<String> {
    let text = exchange.text();
    if !is_django(exchange, &text) {
        return Vec::new();
    }
    let routes = django::patterns(&checks::text::html::parse(&text)).into_iter().map(|route| route.path);
    routes.filter(|path| path.len() > 1 && path.ends_with('/') && !notation::is_open(path)).collect()
}

fn is_django(exchange: &Exchange, text: &str) -> bool {
    exchange.status() == 404 && exchange.is_html() && text.contains("Django tried these URL patterns")
}

fn listed(exchange: &Exchange) -> Vec<Route> {
    if exchange.is_html() {
        let text = exchange.text();
        if is_django(exchange, &text) {
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

#[cfg(test)]
mod tests {
    use model::{Operation, Origin, Outcome, ParameterIn, Request, Response, Scheme};

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
}
