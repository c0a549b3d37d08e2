//! Counted nouns agree with their number, wherever the program prints them.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;

use assert_cmd::Command;
use support::{Response, serve};

const NOUNS: [&str; 22] = [
    "operations",
    "requests",
    "rules",
    "values",
    "categories",
    "findings",
    "locations",
    "exchanges",
    "points",
    "words",
    "types",
    "routes",
    "tools",
    "days",
    "minutes",
    "bytes",
    "characters",
    "objects",
    "faults",
    "pages",
    "settings",
    "responses",
];

/// The first noun in the plural behind a lone 1, with what stands around it.
fn disagreement(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let wrong = |at: usize| {
        let word =
            |ahead: usize| words.get(at + ahead).map(|word| word.trim_end_matches(|c: char| !c.is_alphanumeric()));
        let noun = |ahead: usize| word(ahead).is_some_and(|word| NOUNS.contains(&word));
        let adjective = word(1).is_some_and(|word| matches!(word, "more" | "further"));
        words[at].trim_start_matches(['+', '(', '"', '>']) == "1" && (noun(1) || adjective && noun(2))
    };
    (0..words.len()).find(|at| wrong(*at)).map(|at| words[at.saturating_sub(4)..words.len().min(at + 5)].join(" "))
}

#[test]
fn a_disagreement_is_seen() {
    for text in ["At most 1 requests.", "+1 points", "(and 1 more operations)", "1 of 1 operations tested"] {
        assert!(disagreement(text).is_some(), "{text}");
    }
    for text in
        ["At most 1 request.", "21 requests", "1 of 2 operations", "0.1 points", "TLS 1.1 bytes", "1 more operation"]
    {
        assert_eq!(disagreement(text), None, "{text}");
    }
}

fn run(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    let output = command.current_dir(folder).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn one_of_everything_reads_well() {
    let json = "200 OK\r\nContent-Type: application/json";
    let url = serve(move |target| match target {
        "/" => Response::new(json, r#"{"users":[{"id":1,"password":"Tr0ub4dor-3"}]}"#),
        _ => Response::new("404 Not Found\r\nContent-Type: application/json", r#"{"error":"unknown"}"#),
    });
    let folder = tempfile::tempdir().unwrap();
    let document = r#"{"openapi":"3.0.3","info":{"title":"One","version":"1"},"paths":{"/":{"get":{"responses":{"200":{"description":"ok"}}}}}}"#;
    std::fs::write(folder.path().join("one.json"), document).unwrap();
    let scan = ["scan", &url, "--spec", "one.json"];
    let reports = ["json", "sarif", "html", "markdown", "junit", "table", "github", "gitlab", "gitlab-dast"];
    let outputs: Vec<String> = reports.iter().map(|format| format!("{format}={format}.out")).collect();
    let whole: Vec<&str> = scan
        .iter()
        .copied()
        .chain(["--output", "summary"])
        .chain(outputs.iter().flat_map(|o| ["--output", o.as_str()]))
        .collect();
    let mut said = vec![("scan", run(folder.path(), &whole))];
    said.extend(
        reports.map(|format| (format, std::fs::read_to_string(folder.path().join(format!("{format}.out"))).unwrap())),
    );
    let tiny: Vec<&str> = scan.iter().copied().chain(["--max-requests", "1"]).collect();
    let plan: Vec<&str> = scan.iter().copied().chain(["--plan", "--max-requests", "1"]).collect();
    let one: Vec<&str> = scan.iter().copied().chain(["--rule", "password-in-response"]).collect();
    said.push(("a budget of one", run(folder.path(), &tiny)));
    said.push(("--plan", run(folder.path(), &plan)));
    said.push(("one rule", run(folder.path(), &one)));
    said.push(("spec", run(folder.path(), &["spec", "one.json"])));
    said.push(("compare", run(folder.path(), &["compare", "json.out", "json.out"])));
    said.push(("verify", run(folder.path(), &["verify", "json.out"])));
    for (what, text) in said {
        assert!(!text.is_empty(), "{what}");
        assert_eq!(disagreement(&text), None, "{what}: {text}");
    }
}
