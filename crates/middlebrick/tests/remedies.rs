//! What a report says about mending is of the framework that the target shows, in every format.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use assert_cmd::Command;
use serde_json::Value;
use support::{Response, serve};
use url::form_urlencoded;

const FORMATS: [&str; 7] = ["json", "sarif", "html", "markdown", "junit", "gitlab-dast", "github"];

/// Greets by a parameter without escaping it, sets a session cookie without attributes, and speaks of paths that do not exist and by
/// headers as a framework does.
fn greeter(header: &'static str, missing: fn(&str) -> Response) -> String {
    serve(move |target| {
        let head = |status: &str| format!("{status}\r\nContent-Type: text/html{header}");
        match target.split_once('?').unwrap_or((target, "")) {
            ("/", _) => Response::new(head("200 OK"), "<a href=\"/greet?guest=Kim\">Greet</a>"),
            ("/greet", query) => {
                let mut fields = form_urlencoded::parse(query.as_bytes());
                let guest = fields.find(|(name, _)| name == "guest").map(|(_, value)| value).unwrap_or_default();
                Response::new(
                    head("200 OK\r\nSet-Cookie: session_id=5b1f0c9e7d3a4f62; Path=/"),
                    format!("<h1>Hello {guest}</h1>"),
                )
            }
            (path, _) => {
                let mut response = missing(path);
                response.head.push_str(header);
                response
            }
        }
    })
}

fn html(status: &str, body: String) -> Response {
    Response::new(format!("{status}\r\nContent-Type: text/html"), body)
}

/// What a scan says in each format, with what the terminal shows.
fn scan(url: &str) -> Vec<(&'static str, String)> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    command.current_dir(folder.path()).args(["scan", url, "--output", "summary"]);
    for rule in ["reflected-xss", "cookie-without-httponly", "csp-missing"] {
        command.args(["--rule", rule]);
    }
    for format in FORMATS {
        command.args(["--output", &format!("{format}={format}.out")]);
    }
    let output = command.output().unwrap();
    let mut said = vec![("summary", String::from_utf8(output.stdout).unwrap())];
    said.extend(FORMATS.map(|f| (f, std::fs::read_to_string(folder.path().join(format!("{f}.out"))).unwrap())));
    said
}

fn finding(said: &[(&str, String)], rule: &str) -> (String, Vec<String>) {
    let report: Value = serde_json::from_str(&said.iter().find(|(format, _)| *format == "json").unwrap().1).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|f| f["id"] == rule).unwrap_or_else(|| panic!("{rule}: {report:#}"));
    let references = finding["references"].as_array().unwrap().iter().map(|r| r.as_str().unwrap().to_owned()).collect();
    (finding["remediation"].as_str().unwrap().to_owned(), references)
}

/// Blanks are one, since formats wrap, and entities and escapes of markup are as nothing.
fn flat(text: &str) -> String {
    text.replace("\\`", "`").replace("\\u0060", "`").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_format_speaks_of_express_where_express_is_seen() {
    let lost = |path: &str| {
        html("404 Not Found", format!("<!DOCTYPE html><html><body><pre>Cannot GET {path}</pre></body></html>"))
    };
    for header in ["\r\nX-Powered-By: Express", ""] {
        let said = scan(&greeter(header, lost));
        for rule in ["reflected-xss", "cookie-without-httponly", "csp-missing"] {
            let (remediation, references) = finding(&said, rule);
            assert!(remediation.contains(" Express: "), "{rule}: {remediation}");
            assert!(!remediation.contains("Flask") && !remediation.contains("Jinja"), "{rule}: {remediation}");
            assert!(references.iter().all(|url| !url.contains("palletsprojects")), "{rule}: {references:?}");
            assert!(
                references.iter().any(|url| url.contains("expressjs") || url.contains("helmet")),
                "{rule}: {references:?}"
            );
        }
        for (format, text) in &said {
            let text = flat(text);
            assert!(text.contains("Express: Render with `res.render()`"), "{format}: {text}");
            assert!(!text.contains("https://flask.palletsprojects"), "{format}");
        }
    }
}

#[test]
fn the_remedy_follows_what_is_seen() {
    let said = scan(&greeter("\r\nServer: Werkzeug/3.1.3 Python/3.12.1", |_| html("404 NOT FOUND", String::new())));
    let (remediation, references) = finding(&said, "reflected-xss");
    assert!(remediation.contains(" Flask: Render with `render_template()`"), "{remediation}");
    assert!(references.iter().any(|url| url.contains("flask.palletsprojects")), "{references:?}");
    let fastapi =
        |_: &str| Response::new("404 Not Found\r\nContent-Type: application/json", r#"{"detail":"Not Found"}"#);
    let (remediation, _) = finding(&scan(&greeter("\r\nServer: uvicorn", fastapi)), "cookie-without-httponly");
    assert!(remediation.contains(" FastAPI: ") && !remediation.contains("Flask"), "{remediation}");
    let said =
        scan(&greeter("\r\nSet-Cookie: csrftoken=5b1f0c9e7d3a4f62; Path=/", |_| html("404 Not Found", String::new())));
    let (remediation, _) = finding(&said, "cookie-without-httponly");
    assert!(remediation.contains(" Django: ") && !remediation.contains("Flask"), "{remediation}");
}

#[test]
fn where_nothing_is_seen_the_general_remedy_comes_first() {
    let said = scan(&greeter("\r\nServer: nginx", |_| html("404 Not Found", "<h1>Lost</h1>".to_owned())));
    let (remediation, references) = finding(&said, "reflected-xss");
    assert!(
        remediation.starts_with("Render the page with an autoescaping template") && !remediation.contains("Flask"),
        "{remediation}"
    );
    assert!(references.iter().all(|url| !url.contains("palletsprojects")), "{references:?}");
    let (remediation, _) = finding(&said, "cookie-without-httponly");
    assert!(remediation.starts_with("Set HttpOnly on every cookie that authenticates. Flask: "), "{remediation}");
}
