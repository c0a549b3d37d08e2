//! `spec` as its users run it, with a document that is served.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../engine/tests/support/mod.rs"]
mod support;

use assert_cmd::Command;
use support::{Asked, Response, serve};

fn documents(asked: &Asked) -> Response {
    let json = |body: &str| (200, "application/json", body.to_owned());
    match asked.path() {
        "/v2/api.json" => json(
            r#"{"openapi": "3.0.3", "info": {"title": "Tides", "version": "7"}, "servers": [{"url": "../tables"}],
            "paths": {"/tides/{port}": {"$ref": "parts.json#/port"}, "/ports": {"get": {"responses": {}}}}}"#,
        ),
        "/v2/parts.json" => json(r#"{"port": {"get": {"responses": {"200": {"description": "ok"}}}}}"#),
        "/page" => (200, "text/html", "<h1>Tides</h1>".to_owned()),
        _ => (404, "text/plain", "nothing here".to_owned()),
    }
}

#[test]
fn a_served_document_is_read_with_what_it_refers_to() {
    let url = serve(documents);
    let run = |path: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_middlebrick")).args(["spec", &format!("{url}{path}")]).output();
        let output = output.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (code, out, error) = run("/v2/api.json");
    assert_eq!(code, 0, "{error}");
    assert!(out.starts_with("Tides 7 (OpenAPI 3.0.3), 2 operations"), "{out}");
    assert!(out.contains("GET     /tables/ports") && out.contains("GET     /tables/tides/{port}"), "{out}");
    for (path, why) in [("/page", "not an OpenAPI document"), ("/nowhere", "it returned 404")] {
        let (code, out, error) = run(path);
        assert_eq!((code, out.as_str(), error.lines().count()), (2, "", 1), "{error}");
        assert!(error.contains(path) && error.contains(why) && !error.contains("--spec"), "{error}");
    }
}
