//! What injection rules find in the bodies of requests, with consent, at real Flask servers: all that `apps/in_bodies_vulnerable.py` lets in,
//! and nothing at its twin, which looks the same and lets in nothing. Without consent no body is sent.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Consent, Report, Selection, Target, Verdict};
use scan::Scan;
use support::{Flask, twins};

/// Rule, path and field of the body.
const EXPECTED: [(&str, &str, &str); 11] = [
    ("code-injection", "/sum", "expression"),
    ("command-injection", "/echo", "word"),
    ("nosql-injection", "/keepers/find", "name"),
    ("nosql-injection", "/keepers/signin", "password"),
    ("path-traversal", "/file", "file"),
    ("reflected-xss", "/card", "greeting"),
    ("reflected-xss", "/preview", "entry"),
    ("sql-injection", "/books/find", "title"),
    ("sql-injection", "/login", "username"),
    ("stored-xss", "/guests", "message"),
    ("template-injection", "/card", "greeting"),
];

fn scan(port: u16, consent: Consent) -> Report {
    let rules = EXPECTED.iter().map(|(rule, _, _)| (*rule).to_owned()).collect();
    let selection = Selection { rules, ..Selection::default() };
    let target = Target { consent, selection, ..twins::target(port, model::Scheme::Http) };
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let scan = Scan::new(target, support::patient(), Arc::new(|_| {})).unwrap();
        Box::pin(scan.with_whole_transcript().run()).await
    })
}

fn found(report: &Report) -> BTreeSet<(String, String, String)> {
    let all = report.findings.iter().flat_map(|finding| finding.locations.iter().map(move |l| (finding, l)));
    all.map(|(finding, location)| {
        let field = location.parameter.as_ref().map_or_else(String::new, |p| p.name.to_string());
        (finding.id.clone(), location.path.as_deref().unwrap_or("").to_owned(), field)
    })
    .collect()
}

#[test]
fn payloads_in_bodies_are_found_where_they_are_let_in_and_nowhere_else() {
    let serving = Flask::start(&["in_bodies_vulnerable", "in_bodies_fixed"]);
    let vulnerable = scan(serving.port("in_bodies_vulnerable"), Consent::SafeWrites);
    let expected = EXPECTED.map(|(rule, path, field)| (rule.to_owned(), path.to_owned(), field.to_owned()));
    assert_eq!(found(&vulnerable), BTreeSet::from(expected));
    let fixed = scan(serving.port("in_bodies_fixed"), Consent::SafeWrites);
    assert!(fixed.findings.is_empty(), "{:?}", found(&fixed));
    for (rule, _, _) in EXPECTED {
        let verdict = fixed.rules.iter().find(|view| view.id == rule).map(|view| view.verdict);
        assert_eq!(verdict, Some(Verdict::Passed), "{rule}: {:?}", fixed.not_tested);
    }
}

#[test]
fn without_consent_no_body_is_sent() {
    let serving = Flask::start(&["in_bodies_vulnerable"]);
    let report = scan(serving.port("in_bodies_vulnerable"), Consent::ReadOnly);
    assert!(report.findings.is_empty(), "{:?}", found(&report));
    assert!(report.transcript.iter().all(|entry| entry.method.is_safe()));
}
