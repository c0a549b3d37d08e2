//! The program as its users run it, against the two examples under their real servers.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use model::{Category, Report, Severity, Status};

/// A running example; it ends when its standard input closes.
struct Example {
    child: Child,
    url: String,
}

impl Example {
    fn start(arguments: &[&str]) -> Example {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python =
            std::env::var_os("MIDDLEBRICK_PYTHON").map_or_else(|| root.join(".venv/bin/python"), PathBuf::from);
        let mut child = Command::new(&python)
            .arg(root.join("examples/tests/serve.py"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}; run `cargo xtask setup`", python.display()));
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("http"), "the example did not start: {line:?}");
        Example { child, url: line.trim().to_owned() }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn scan(url: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_middlebrick"))
        .current_dir(folder.path())
        .env_remove("MIDDLEBRICK_AUTH_VALUE")
        .args(["scan", url, "--deadline", "10m"])
        .args(arguments)
        .output()
        .unwrap()
}

fn report(output: &Output) -> Report {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("no report ({e}): {}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn the_four_command_lines_do_what_they_say() {
    let sample = Example::start(&["bookshop"]);

    let summary = scan(&sample.url, &[]);
    let text = String::from_utf8(summary.stdout).unwrap();
    assert_eq!(summary.status.code(), Some(0));
    assert!(text.contains("/100") && text.contains("CRITICAL") && text.contains("werkzeug-debugger"), "{text}");
    assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
    assert!(!text.contains('\u{1b}'), "no colour in a pipe");

    let json = scan(&sample.url, &["--output", "json"]);
    assert_eq!(json.status.code(), Some(0));
    let all = report(&json);
    assert_eq!(all.status, Status::Completed);
    assert!(
        all.findings
            .iter()
            .all(|f| !f.locations.is_empty() && !f.evidence.is_empty() && f.reproduce.starts_with("curl "))
    );

    let only = report(&scan(&sample.url, &["--category", "authorization", "--output", "json"]));
    let groups: BTreeSet<Category> =
        only.findings.iter().map(|f| f.category).chain(only.not_tested.iter().map(|n| n.category)).collect();
    assert!(!groups.is_empty());
    assert!(groups.is_subset(&[Category::Bola, Category::Bfla, Category::PropertyAuthorization].into()), "{groups:?}");

    let gated = scan(&sample.url, &["--threshold", "B", "--fail-below", "C"]);
    let error = String::from_utf8(gated.stderr).unwrap();
    assert_eq!(gated.status.code(), Some(1), "{error}");
    assert!(error.contains("gate failed") && error.contains("below C"), "{error}");
}

#[test]
fn gates_between_the_lines_and_with_a_baseline() {
    let sample = Example::start(&["bookshop"]);
    let folder = tempfile::tempdir().unwrap();
    let baseline = folder.path().join("baseline.json");
    let named = format!("json={}", baseline.display());
    assert_eq!(scan(&sample.url, &["--output", &named]).status.code(), Some(0));

    let warned = scan(&sample.url, &["--threshold", "A", "--fail-below", "0", "--output", "json"]);
    assert_eq!(warned.status.code(), Some(0));
    assert!(String::from_utf8(warned.stderr).unwrap().contains("warning"));

    let nothing_new =
        ["--baseline", &baseline.display().to_string(), "--new-only", "--fail-on", "high", "--output", "json"];
    let output = scan(&sample.url, &nothing_new);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let severe = scan(&sample.url, &["--fail-on", "critical", "--output", "json"]);
    assert_eq!(severe.status.code(), Some(1));
}

#[test]
fn an_ignored_finding_counts_nowhere() {
    let sample = Example::start(&["bookshop"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("accepted.toml");
    let ignore = file.display().to_string();
    std::fs::write(
        &file,
        "[[ignore]]\nrule = \"werkzeug-debugger\"\nreason = \"development only\"\nexpires = \"2099-01-01\"\n",
    )
    .unwrap();
    let accepted =
        report(&scan(&sample.url, &["--ignore-file", &ignore, "--rule", "werkzeug-debugger", "--output", "json"]));
    assert_eq!((accepted.findings.len(), accepted.ignored.len(), accepted.score), (0, 1, Some(100)));
    std::fs::write(
        &file,
        "[[ignore]]\nrule = \"werkzeug-debugger\"\nreason = \"development only\"\nexpires = \"2020-01-01\"\n",
    )
    .unwrap();
    let expired = scan(&sample.url, &["--ignore-file", &ignore, "--rule", "werkzeug-debugger", "--output", "json"]);
    assert!(String::from_utf8_lossy(&expired.stderr).contains("expired"));
    assert_eq!(report(&expired).findings.len(), 1);
}

#[test]
fn a_finding_is_replayed() {
    let sample = Example::start(&["bookshop"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    scan(&sample.url, &["--rule", "werkzeug-debugger", "--output", &format!("json={}", file.display())]);
    let output = Command::new(env!("CARGO_BIN_EXE_middlebrick"))
        .args(["replay", &file.display().to_string(), "werkzeug-debugger"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().contains("still there (confirmed)"));
}

#[test]
fn the_hardened_example_gets_an_a_and_nothing_above_info() {
    let keys = tempfile::tempdir().unwrap();
    let hardened = Example::start(&["hardened", &keys.path().display().to_string()]);
    let authority = keys.path().join("ca.pem").display().to_string();
    let output = scan(&hardened.url, &["--cacert", &authority, "--fail-below", "A", "--output", "json"]);
    let report = report(&output);
    let above: Vec<String> = report
        .findings
        .iter()
        .filter(|f| f.severity > Severity::Info)
        .map(|f| format!("{} {} {:?} {:?}", f.severity, f.id, f.locations, f.evidence))
        .collect();
    assert!(above.is_empty(), "{above:#?}");
    assert_eq!(report.grade, Some(model::Grade::A), "{:?} {:?}", report.score, report.grade_reason);
    assert_eq!(output.status.code(), Some(0));
}
