//! The generated documents are what the program says. `cargo xtask docs` writes them again.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use checks::Twins;
use serde::Deserialize;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Compares a document with what it should be, or writes it when asked to.
fn same(name: &str, text: &str) {
    let path = docs().join(name);
    if std::env::var_os("MIDDLEBRICK_UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "docs/{name} is stale; run `cargo xtask docs`");
}

fn help(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_middlebrick")).args(arguments).env("COLUMNS", "100").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_schema_of_the_report() {
    let text = serde_json::to_string_pretty(&report::schema()).unwrap();
    same("report.schema.json", &format!("{text}\n"));
}

#[test]
fn the_pages_of_the_rules() {
    for check in checks::all() {
        let rule = check.rule;
        let cwe: Vec<String> = rule.cwe.iter().map(|n| format!("CWE-{n}")).collect();
        let head = format!(
            "\n\n| rule | severity | category | OWASP | CWE |\n|---|---|---|---|---|\n| `{}` | {} | {} | {} | {} |\n",
            rule.id,
            rule.severity,
            rule.category.label(),
            rule.category.owasp().join(", "),
            cwe.join(", ")
        );
        let page = checks::remedies::page(rule);
        let (title, rest) = page.split_once('\n').unwrap();
        same(&format!("rules/{}.md", rule.id), &format!("{title}{head}{rest}"));
    }
    if let Ok(files) = std::fs::read_dir(docs().join("rules")) {
        for file in files {
            let name = file.unwrap().file_name().to_string_lossy().into_owned();
            let id = name.trim_end_matches(".md");
            assert!(
                id == "README" || checks::all().iter().any(|c| c.rule.id == id),
                "docs/rules/{name} belongs to no rule"
            );
        }
    }
}

#[test]
fn the_list_of_the_rules() {
    let mut text = String::from("# Rules\n\nWritten by `cargo xtask docs` from the rules themselves.\n");
    for category in model::Category::ALL {
        let _ = write!(text, "\n## {}\n\n| rule | severity | what | twins |\n|---|---|---|---|\n", category.label());
        for check in checks::all().into_iter().filter(|c| c.rule.category == category) {
            let twins = match check.twins {
                Twins::Flask { .. } => "yes".to_owned(),
                Twins::None(why) => format!("no: {why}"),
            };
            let _ = writeln!(
                text,
                "| [{0}]({0}.md) | {1} | {2} | {twins} |",
                check.rule.id, check.rule.severity, check.rule.title
            );
        }
    }
    same("rules/README.md", &text);
}

#[test]
fn the_command_line() {
    let mut text = String::from("# Command line\n\nWritten by `cargo xtask docs` from the program's own help.\n");
    for command in [
        "",
        "scan",
        "spec",
        "rules",
        "explain",
        "compare",
        "replay",
        "verify",
        "cleanup",
        "crack",
        "completions",
        "man",
    ] {
        let arguments: Vec<&str> = if command.is_empty() { vec!["--help"] } else { vec![command, "--help"] };
        let name = format!("middlebrick {command}");
        let _ = write!(text, "\n## {}\n\n```text\n{}\n```\n", name.trim(), help(&arguments).trim_end());
    }
    same("cli.md", &text);
}

#[derive(Deserialize)]
struct Checklist {
    item: Vec<Item>,
    key: std::collections::BTreeMap<String, Cover>,
    detection: Vec<Detection>,
}

/// One detection that published articles on Flask ask for.
#[derive(Deserialize)]
struct Item {
    id: String,
    key: String,
    mode: String,
    detection: String,
}

/// One thing that can be seen of a Flask deployment from outside.
#[derive(Deserialize)]
struct Detection {
    id: String,
    class: String,
    what: String,
    #[serde(flatten)]
    cover: Cover,
}

/// What covers it: rules, or the reason why nothing can.
#[derive(Deserialize)]
struct Cover {
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    why: String,
}

impl Cover {
    /// The links to the rules, and the reason.
    fn answer(&self, id: &str) -> String {
        for rule in &self.rules {
            assert!(checks::find(rule).is_some_and(|c| c.rule.id == rule), "{id}: there is no rule {rule}");
        }
        assert!(!self.rules.is_empty() || self.why.len() > 20, "{id}: neither a rule nor a reason");
        let rules: Vec<String> = self.rules.iter().map(|r| format!("[{r}](rules/{r}.md)")).collect();
        let both = [rules.join(", "), self.why.clone()];
        both.iter().map(String::as_str).filter(|s| !s.is_empty()).collect::<Vec<_>>().join("; ")
    }
}

#[test]
fn the_coverage_of_flask() {
    let table = ["flask-checklist.toml", "flask-detections.toml"]
        .map(|name| std::fs::read_to_string(docs().join(name)).unwrap())
        .join("\n");
    let checklist: Checklist = toml::from_str(&table).unwrap();
    let mut text = String::from(
        "# Flask: what is asked for, and which rule answers\n\nWritten by `cargo xtask docs` from `flask-checklist.toml` and `flask-detections.toml`.\n\n\
         ## What articles ask for\n\nModes: BB is seen from outside, OAS with an OpenAPI document.\n\n\
         | item | key | mode | asked for | answered by |\n|---|---|---|---|---|\n",
    );
    for item in &checklist.item {
        let cover =
            checklist.key.get(&item.key).unwrap_or_else(|| panic!("{} ({}) is covered by nothing", item.id, item.key));
        let detection = item.detection.replace('|', "\\|");
        let answer = cover.answer(&item.key);
        let _ = writeln!(text, "| {} | {} | {} | {detection} | {answer} |", item.id, item.key, item.mode);
    }
    text.push_str(
        "\n## What can be seen\n\nClasses: P is read from ordinary answers, G asks with GET, HEAD or OPTIONS, S sends what the server is expected to refuse \
         (with `--active`), X needs a call back.\n\n| detection | class | what is seen | answered by |\n|---|---|---|---|\n",
    );
    for detection in &checklist.detection {
        let answer = detection.cover.answer(&detection.id);
        let _ = writeln!(text, "| {} | {} | {} | {answer} |", detection.id, detection.class, detection.what);
    }
    same("flask-coverage.md", &text);
}
