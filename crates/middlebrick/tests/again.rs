//! `replay` and `verify` as their users run them: what they say, and how they end.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../engine/tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use assert_cmd::Command;
use support::{Asked, Response, serve};

/// People with their passwords, for whoever has the key in a header of its own name; a log-in that counts nothing.
fn application(mended: &AtomicBool, asked: &Asked) -> Response {
    let known = asked.headers.get("x-keeper").is_some_and(|key| key == "k-72f1");
    let json = |status, body: &str| (status, "application/json", body.to_owned());
    match (asked.method.as_str(), asked.path()) {
        (_, "/") | ("GET" | "HEAD", "/login") => (200, "text/html", PAGE.to_owned()),
        (_, "/people") if !known => json(401, r#"{"error": "log in"}"#),
        (_, "/people") if mended.load(Ordering::SeqCst) => json(200, r#"[{"name": "Ada"}]"#),
        (_, "/people") => json(200, r#"[{"name": "Ada", "password": "correct-horse-7"}]"#),
        ("POST", "/login") => json(401, r#"{"error": "wrong"}"#),
        _ => json(404, r#"{"error": "nothing here"}"#),
    }
}

const PAGE: &str = "<a href='/people'>people</a><form method='post' action='/login'><input name='username'>\
    <input type='password' name='password'></form>";

struct Bench {
    url: String,
    mended: Arc<AtomicBool>,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        let mended = Arc::new(AtomicBool::new(false));
        let state = Arc::clone(&mended);
        let url = serve(move |asked| application(&state, asked));
        Bench { url, mended, folder: tempfile::tempdir().unwrap() }
    }

    /// Exit code, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
        command.current_dir(self.folder.path()).env_remove("MIDDLEBRICK_AUTH_VALUE").args(arguments);
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn scan(&self, rule: &str, more: &[&str]) {
        let line = ["scan", &self.url, "--quiet", "--rule", rule, "--output", "json=first.json"];
        let (code, _, error) = self.run(&[&line, more].concat());
        assert_eq!(code, 0, "{error}");
        let text = std::fs::read_to_string(Path::new(self.folder.path()).join("first.json")).unwrap();
        assert!(text.contains(&format!("\"id\": \"{rule}\"")) && text.contains("\"reproduce\""), "{rule} is not found");
    }
}

const KEY: [&str; 6] = ["--auth-type", "api-key", "--auth-name", "X-Keeper", "--auth-value", "k-72f1"];

#[test]
fn a_finding_behind_a_key_wants_the_key_under_its_name() {
    let bench = Bench::new();
    let rule = "password-in-response";
    bench.scan(rule, &KEY);
    let (code, out, _) = bench.run(&[&["replay", "first.json", rule][..], &KEY].concat());
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("GET /people: still there") && out.contains("curl "), "{out}");
    let otherwise = ["--auth-type", "api-key", "--auth-value", "k-72f1"];
    for with in [&otherwise[..], &[]] {
        let (code, out, _) = bench.run(&[&["replay", "first.json", rule], with].concat());
        assert_eq!(code, 3, "{out}");
        assert!(out.contains("not tested: ") && out.contains("--auth-name") && !out.contains("not there"), "{out}");
    }
    bench.mended.store(true, Ordering::SeqCst);
    let (code, out, _) = bench.run(&[&["replay", "first.json", rule][..], &KEY].concat());
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("tested, not there any more"), "{out}");
}

#[test]
fn what_needs_consent_is_not_tested_without_it() {
    let bench = Bench::new();
    let rule = "login-rate-limit-missing";
    bench.scan(rule, &["--active"]);
    let (code, out, _) = bench.run(&["replay", "first.json", rule]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("not tested") && out.contains("--active"), "{out}");
    let (code, out, _) = bench.run(&["replay", "first.json", rule, "--active"]);
    assert_eq!(code, 1, "{out}");
}

#[test]
fn verify_says_what_became_of_each_finding() {
    let bench = Bench::new();
    bench.scan("password-in-response", &KEY);
    let (code, out, _) = bench.run(&[&["verify", "first.json"][..], &KEY].concat());
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("Still there: 1") && out.contains("Fixed: 0"), "{out}");
    let (code, out, _) = bench.run(&["verify", "first.json"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("Not tested now: 1"), "{out}");
    // What the scan was configured with counts here too, but for how it is shown.
    let settings = "auth-type = \"api-key\"\nauth-name = \"X-Keeper\"\nauth-value = \"k-72f1\"\noutput = [\"sarif\"]\n";
    std::fs::write(bench.folder.path().join("middlebrick.toml"), settings).unwrap();
    bench.mended.store(true, Ordering::SeqCst);
    let (code, out, error) = bench.run(&["verify", "first.json", "--output", "json"]);
    assert_eq!(code, 0, "{out}{error}");
    let verification: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(verification["locations"][0]["fate"], "fixed", "{out}");
    assert!(verification["scoreAfter"].as_u64() > verification["scoreBefore"].as_u64(), "{out}");
    let (code, out, _) = bench.run(&["compare", "first.json", "first.json"]);
    assert!(code == 0 && out.contains("Remaining: 1"), "{out}");
    let (code, _, error) = bench.run(&["verify", "middlebrick.toml"]);
    assert!(code == 2 && error.contains("not a JSON report"), "{error}");
}
