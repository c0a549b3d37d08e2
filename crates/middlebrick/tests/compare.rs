//! `compare` as its users run it: what it says in each format, what it refuses, and how it ends.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../engine/tests/support/reports.rs"]
mod reports;

use assert_cmd::Command;
use reports::{finding, value};
use serde_json::{Value, json};

/// Compares two reports: exit code, standard output and standard error.
fn compare(old: &Value, new: &Value, more: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, changes) in [("old.json", old), ("new.json", new)] {
        std::fs::write(folder.path().join(name), value(changes).to_string()).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    let output =
        command.current_dir(folder.path()).args(["compare", "old.json", "new.json"]).args(more).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn reports_of_different_targets_are_refused_unless_they_are_wanted() {
    let (old, new) = (json!({}), json!({ "url": "https://staging.example.com/" }));
    for output in ["summary", "json", "markdown"] {
        let (code, out, error) = compare(&old, &new, &["--output", output]);
        assert_eq!((code, out.as_str()), (2, ""), "{error}");
        assert!(error.contains("different targets") && error.contains("staging.example.com"), "{error}");
        let (code, out, _) = compare(&old, &new, &["--output", output, "--any-target"]);
        assert!(code == 0 && out.contains("staging.example.com"), "{out}");
    }
}

#[test]
fn a_report_of_another_contract_is_refused() {
    let (code, out, error) = compare(&json!({}), &json!({ "schema": "middlebrick/report/v7" }), &[]);
    assert_eq!((code, out.as_str(), error.lines().count()), (2, "", 1), "{error}");
    assert!(error.contains("NEW: new.json") && error.contains("middlebrick/report/v7"), "{error}");
}

#[test]
fn markdown_says_what_is_new_gone_and_not_tested_and_no_target_writes_it() {
    let old = json!({ "findings": [finding("ssrf", "/fetch"), finding("open-redirect", "/go")] });
    let place = "/a|b/<img src=x>/@all";
    let new = json!({ "findings": [finding("open-redirect", "/go"), finding("sql-injection", place)] });
    let (code, out, _) = compare(&old, &new, &["--output", "markdown"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.starts_with("## middlebrick: `https://api.example.com/`\n"), "{out}");
    assert!(out.contains("1 new, 0 fixed, 1 not tested this time, 1 remaining."), "{out}");
    assert!(
        out.contains("### New\n\n| Severity | Rule | Where |\n| --- | --- | --- |\n| high | sql-injection | `"),
        "{out}"
    );
    assert!(out.contains("### Gone, but not tested this time") && out.contains("| Why |"), "{out}");
    assert!(!out.contains("### Fixed") && !out.contains("a|b"), "{out}");
}

#[test]
fn the_gate_ends_as_it_says() {
    let withheld = json!({ "score": null, "grade": null, "gradeReason": "every request was answered with 403" });
    let (code, out, error) = compare(&json!({}), &withheld, &["--fail-on-new"]);
    assert_eq!(code, 3, "{out}{error}");
    assert!(error.contains("could not be judged") && error.contains("403") && out.contains("no grade"), "{out}{error}");
    assert_eq!(compare(&json!({}), &withheld, &[]).0, 0, "no gate was asked for");
    let (code, _, error) = compare(&json!({}), &json!({ "findings": [finding("ssrf", "/fetch")] }), &["--fail-on-new"]);
    assert!(code == 1 && error.contains("1 new: ssrf"), "{error}");
}
