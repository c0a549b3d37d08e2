//! What a report says of what came from outside is of the type that only the redactor makes. The list is of what is ours: ids, dates, words
//! of a fixed set, fingerprints.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

const REPORT: &str = include_str!("../src/report.rs");
const EVENT: &str = include_str!("../src/event.rs");

const OURS: [&str; 29] = [
    "AlteredView.place",
    "FindingView.cwe",
    "FindingView.fingerprint",
    "FindingView.id",
    "FindingView.owasp",
    "FindingView.references",
    "IgnoredView.expires",
    "IgnoredView.fingerprint",
    "IgnoredView.rule",
    "LocationView.fingerprint",
    "NextFix.rule",
    "NotTestedView.reason",
    "NotTestedView.rule",
    "PartView.place",
    "Report.cap",
    "Report.completed_at",
    "Report.consent",
    "Report.context",
    "Report.depth",
    "Report.id",
    "Report.schema",
    "Report.score_version",
    "Report.spent",
    "Report.started_at",
    "RuleView.id",
    "RuleView.title",
    "SurfaceView.tried",
    "Tool.name",
    "Tool.version",
];

/// `Type.field` of each field that holds plain text.
fn plain(source: &str) -> Vec<String> {
    let mut of = "";
    let mut fields = Vec::new();
    for line in source.lines() {
        let line = line.trim();
        let words: Vec<&str> = line.split([' ', ':', '{']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["pub", "struct" | "enum", name, ..] => of = name,
            ["//" | "///", ..] | [] => {}
            _ if line.ends_with(',') && !line.contains("fn ") && (line.contains("String") || line.contains("str>")) => {
                let field = line.trim_start_matches("pub ").split(':').next().unwrap();
                fields.push(format!("{of}.{field}"));
            }
            _ => {}
        }
    }
    fields
}

#[test]
fn only_our_own_words_are_plain_text() {
    let mut fields = plain(REPORT);
    fields.sort();
    assert_eq!(fields, OURS);
    assert_eq!(plain(EVENT), Vec::<String>::new());
    assert_eq!(plain("pub struct A {\n    /// Text.\n    pub b: Option<String>,\n}"), ["A.b"]);
}
