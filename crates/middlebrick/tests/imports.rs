//! Files of other tools, through the program to the target.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use support::{Response, serve};

/// A shop with an object that nothing links to, and a login.
fn shop() -> String {
    serve(|target| {
        let json = "200 OK\r\nContent-Type: application/json";
        match target.split('?').next().unwrap_or("") {
            "/v2/parts/1934" => Response::new(json, r#"{"part": "bolt"}"#),
            "/v2/parts" => Response::new(json, "[]"),
            _ => Response::new("404 Not Found\r\nContent-Type: application/json", r#"{"error": "unknown"}"#),
        }
    })
}

fn scan(folder: &Path, url: &str, arguments: &[&str], input: &str) -> (Option<i32>, Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    let command = command.current_dir(folder).env_remove("MIDDLEBRICK_AUTH_VALUE");
    let output = command
        .args(["scan", url, "--output", "json", "--depth", "quick"])
        .args(arguments)
        .write_stdin(input.to_owned())
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code(), report, String::from_utf8(output.stderr).unwrap())
}

fn piped_plan(url: &str, input: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    let command = command.args(["scan", url, "--plan", "--import", "-"]).env_remove("MIDDLEBRICK_AUTH_VALUE");
    let output = command.write_stdin(input.to_owned()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// `METHOD path source` of the surface.
fn surface(report: &Value) -> Vec<String> {
    let text = |o: &Value, name: &str| o[name].as_str().unwrap().to_owned();
    let one = |o: &Value| format!("{} {} {}", text(o, "method"), text(o, "path"), text(o, "source"));
    report["surface"].as_array().unwrap().iter().map(one).collect()
}

#[test]
fn a_collection_of_production_gives_operations_of_staging() {
    let url = shop();
    let folder = tempfile::tempdir().unwrap();
    let collection = r#"{"info": {"name": "Shop", "schema": "v2.1.0"}, "item": [
        {"name": "One part", "request": {"method": "GET", "url": "https://shop.example/v2/parts/1934"}},
        {"name": "Login", "request": {"method": "POST", "url": "https://shop.example/v2/login",
         "body": {"mode": "raw", "raw": "{\"user\": \"ann\", \"password\": \"of-production-7Q\"}"}}}]}"#;
    std::fs::write(folder.path().join("shop.json"), collection).unwrap();
    let (_, report, _) = scan(folder.path(), &url, &["--import", "shop.json", "--transcript"], "");
    let found = surface(&report);
    for expected in ["GET /v2/parts/{id} import", "POST /v2/login import"] {
        assert!(found.iter().any(|o| o == expected), "{expected}: {found:?}");
    }
    let called = report["transcript"].as_array().unwrap().iter();
    let urls: Vec<&str> = called.map(|e| e["url"].as_str().unwrap()).collect();
    assert!(urls.iter().any(|u| u.ends_with("/v2/parts/1934")), "{urls:?}");
    assert!(urls.iter().all(|u| u.starts_with(&url)), "something was sent elsewhere: {urls:?}");
    assert!(report["notes"].to_string().contains("recorded at https://shop.example"), "{}", report["notes"]);
    assert!(!report.to_string().contains("of-production"));
}

#[test]
fn a_list_may_come_by_standard_input_and_faults_have_their_line() {
    let url = shop();
    let folder = tempfile::tempdir().unwrap();
    let (_, report, _) = scan(folder.path(), &url, &["--import", "-"], "/v2/parts\nDELETE /v2/parts/7\n");
    let found = surface(&report);
    assert!(found.contains(&"GET /v2/parts import".to_owned()), "{found:?}");
    assert!(found.contains(&"DELETE /v2/parts/{id} import".to_owned()), "{found:?}");
    std::fs::write(folder.path().join("list.txt"), "/v2/parts\nwhat is this\n").unwrap();
    let (code, _, error) = scan(folder.path(), &url, &["--import", "list.txt"], "");
    assert!(code == Some(2) && error.contains("--import: list.txt:2: "), "{error}");
    let (_, plan, _) = piped_plan(&url, "/v2/parts\n");
    assert!(plan.contains("GET /v2/parts"), "{plan}");
    let (code, _, error) = scan(folder.path(), &url, &["--import", "missing.har"], "");
    assert!(code == Some(2) && error.contains("--import: cannot read missing.har"), "{error}");
}
