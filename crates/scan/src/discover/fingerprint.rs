//! Recognising products by what their answers show. A table of shapes; a row needs no more than one answer.

use std::sync::LazyLock;

use model::{Exchange, Response, Technology};
use regex::Regex;
use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    product: Vec<Row>,
}

/// A product and one way to recognise it.
#[derive(Deserialize)]
struct Row {
    name: String,
    /// A header that has to match, or the body when empty.
    #[serde(default)]
    header: String,
    /// Whether the status line has to match, as `404 NOT FOUND`.
    #[serde(default)]
    status: bool,
    /// What the `Server` header has to match besides; empty for any.
    #[serde(default)]
    server: String,
    /// The product that it runs on.
    #[serde(default)]
    on: String,
    regex: String,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

struct Shape {
    row: Row,
    regex: Regex,
    server: Option<Regex>,
}

fn shapes() -> &'static [Shape] {
    #[allow(clippy::expect_used)] // compiled in; a test compiles every row
    static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
        let table: Table = toml::from_str(include_str!("data/products.toml")).expect("valid");
        let shape = |row: Row| Shape {
            regex: Regex::new(&row.regex).expect("valid"),
            server: (!row.server.is_empty()).then(|| Regex::new(&row.server).expect("valid")),
            row,
        };
        table.product.into_iter().map(shape).collect()
    });
    &SHAPES
}

/// Adds the products that this answer shows.
pub(crate) fn read(exchange: &Exchange, technologies: &mut Vec<Technology>) {
    const BODY: usize = 64 * 1024;
    let Some(response) = exchange.response() else { return };
    let text = response.text();
    let text = &text[..text.floor_char_boundary(BODY)];
    let server = response.header("server").unwrap_or("");
    let status_line = status_line(response);
    for shape in shapes().iter().filter(|s| s.server.as_ref().is_none_or(|regex| regex.is_match(server))) {
        if shape.row.status {
            add(shape, &status_line, "the status line", technologies);
        } else if shape.row.header.is_empty() {
            add(shape, text, "the body of a response", technologies);
        } else {
            for value in response.header_all(&shape.row.header) {
                add(shape, value, &format!("the {} header", shape.row.header), technologies);
            }
        }
    }
}

/// Status and reason phrase of HTTP/1.1. Small servers that write phrases of their own in capitals speak 1.0; web2py, which does too,
/// names itself.
fn status_line(response: &Response) -> String {
    let web2py = response.header("x-powered-by").is_some_and(|by| by.contains("web2py"));
    if response.version == "HTTP/1.1" && !web2py {
        format!("{} {}", response.status, response.reason)
    } else {
        String::new()
    }
}

fn add(shape: &Shape, text: &str, evidence: &str, technologies: &mut Vec<Technology>) {
    let Some(captures) = shape.regex.captures(text) else { return };
    let version = captures.get(1).map(|v| v.as_str().to_owned()).filter(|v| !v.is_empty());
    note(&shape.row.name, version, evidence, technologies);
    if !shape.row.on.is_empty() {
        note(&shape.row.on, None, evidence, technologies);
    }
}

fn note(name: &str, version: Option<String>, evidence: &str, technologies: &mut Vec<Technology>) {
    match technologies.iter_mut().find(|t| t.name == name) {
        Some(known) if known.version.is_none() && version.is_some() => {
            known.version = version;
            evidence.clone_into(&mut known.evidence);
        }
        Some(_) => {}
        None => technologies.push(Technology { name: name.to_owned(), version, evidence: evidence.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_matches_its_hit_and_not_its_miss() {
        for shape in shapes() {
            assert!(shape.regex.is_match(&shape.row.hit), "{} misses {:?}", shape.row.name, shape.row.hit);
            assert!(!shape.regex.is_match(&shape.row.miss), "{} hits {:?}", shape.row.name, shape.row.miss);
        }
    }

    fn names(response: Response) -> Vec<String> {
        let origin = model::Origin { scheme: model::Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let exchange = Exchange {
            serial: 1,
            request: model::Request::get(&origin, "/"),
            outcome: model::Outcome::Answered(response),
            elapsed_us: 1,
            hops: Vec::new(),
        };
        let mut technologies = Vec::new();
        read(&exchange, &mut technologies);
        technologies.into_iter().map(|t| t.name).collect()
    }

    fn answer(status: u16, reason: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let mut response = Response::new(status, headers, body.as_bytes().to_vec());
        reason.clone_into(&mut response.reason);
        response
    }

    #[test]
    fn werkzeug_is_told_by_its_status_line() {
        let json = r#"{"error":"Not Found"}"#;
        assert_eq!(names(answer(404, "NOT FOUND", &[], json)), ["Werkzeug"]);
        assert_eq!(names(answer(308, "PERMANENT REDIRECT", &[], "")), ["Werkzeug"]);
        for (status, reason) in
            [(404, "Not Found"), (404, ""), (200, "OK"), (302, "FOUND"), (403, "NOT FOUND"), (400, "BAD_REQUEST")]
        {
            assert!(names(answer(status, reason, &[], json)).is_empty(), "{status} {reason}");
        }
        assert!(names(answer(404, "NOT FOUND", &[("X-Powered-By", "web2py")], json)).is_empty());
        let mut old = answer(404, "NOT FOUND", &[], json);
        old.version = "HTTP/1.0";
        assert!(names(old).is_empty());
    }

    #[test]
    fn products_are_told_from_those_that_look_alike() {
        let page = "<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>";
        assert_eq!(names(answer(404, "", &[], page)), ["Werkzeug"]);
        assert_eq!(names(answer(404, "", &[("Server", "uvicorn")], "Not Found")), ["uvicorn", "Starlette"]);
        assert!(names(answer(404, "Not Found", &[("X-Powered-By", "tinyhttp")], "Not Found")).is_empty());
        assert_eq!(names(answer(200, "", &[], "<title>Flasgger</title>")), ["flasgger", "Flask"]);
    }
}
