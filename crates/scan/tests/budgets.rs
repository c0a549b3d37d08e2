//! The published budgets, and what becomes of a large surface.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use model::{Consent, Depth, Report, Status, Target, Verdict};
use support::{Answer, Server};

/// A document of so many operations, of a few shapes.
fn document(operations: usize) -> Vec<u8> {
    let mut paths = String::new();
    for at in 0..operations {
        let comma = if at == 0 { "" } else { "," };
        let (path, parameters) = match at % 4 {
            0 => (format!("/things{at}"), String::new()),
            1 => (
                format!("/things{at}/{{id}}"),
                r#"{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}"#.to_owned(),
            ),
            2 => (
                format!("/find{at}"),
                r#"{"name":"q","in":"query","required":true,"schema":{"type":"string"}}"#.to_owned(),
            ),
            _ => (format!("/a/b{at}/c"), String::new()),
        };
        let _ = write!(
            paths,
            r#"{comma}"{path}":{{"get":{{"parameters":[{parameters}],"responses":{{"200":{{"description":""}}}}}}}}"#
        );
    }
    format!(r#"{{"openapi":"3.0.3","info":{{"title":"Large","version":"1"}},"paths":{{{paths}}}}}"#).into_bytes()
}

/// A scan and how many requests arrived.
fn scan(operations: usize, with: impl FnOnce(Target) -> Target) -> (Report, u32) {
    let arrived = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&arrived);
    let server = Server::start(Arc::new(move |a| {
        count.fetch_add(1, Ordering::SeqCst);
        Answer::json(200, format!(r#"{{"id":1,"path":"{}"}}"#, a.path().len()))
    }));
    let target = support::target(server.port);
    let report =
        support::scan(with(Target { specification: Some(("large.json".to_owned(), document(operations))), ..target }));
    (report, arrived.load(Ordering::SeqCst))
}

/// What is counted apart.
const APART: u32 = wire::Budget::APART + wire::Budget::GUESSES;

#[test]
fn every_depth_keeps_to_its_budget() {
    for (depth, operations, most) in [
        (Depth::Quick, 500, 45),
        (Depth::Standard, 10, 60 + 5 * 11),
        (Depth::Standard, 500, 2_000),
        (Depth::Deep, 5, 200 + 40 * 6),
    ] {
        let (report, arrived) = scan(operations, |target| Target { depth, ..target });
        assert_eq!(report.requests, arrived, "{depth} {operations}");
        assert!(arrived <= most + APART, "{depth} {operations}: {arrived}");
        assert_eq!(report.status, Status::Completed, "{depth} {operations}: {:?}", report.status_detail);
        let sent: u32 = report.spent.values().map(|s| s.sent).sum();
        assert_eq!(sent, report.requests, "{:?}", report.spent);
    }
}

#[test]
fn the_user_has_the_last_word() {
    for most in [0, 1, 10, 100, 700] {
        let (report, arrived) = scan(40, |target| Target { max_requests: Some(most), ..target });
        assert!(arrived <= most + APART && report.requests == arrived, "{arrived} of {most}");
        if most == 0 {
            assert_eq!(report.status, Status::Unreachable);
        }
    }
}

#[test]
fn a_large_surface_is_sampled_and_the_report_says_so() {
    let (report, _) = scan(500, |target| target);
    let coverage = &report.coverage;
    assert!(coverage.operations > 500 && coverage.operations_probed >= 12, "{coverage:?}");
    assert!(coverage.operations_probed < coverage.operations, "{coverage:?}");
    assert!(report.not_tested.iter().any(|n| n.reason == "sampled"));
    // The budget goes round: no rule is left out because another asked about every operation first.
    let left_out: Vec<&str> = report
        .not_tested
        .iter()
        .filter(|n| n.reason == "over-budget" && n.operations.is_empty())
        .map(|n| n.rule.as_str())
        .collect();
    let offered = scan(3, |target| target).0;
    let missed: Vec<&str> = offered
        .not_tested
        .iter()
        .filter(|n| n.reason == "over-budget" && n.operations.is_empty())
        .map(|n| n.rule.as_str())
        .collect();
    assert!(left_out.len() <= missed.len(), "{left_out:?} {missed:?}");
    assert!(report.spent.values().any(|s| s.shared > 0), "{:?}", report.spent);
}

/// Where a site has so few links that paths are guessed, the guesses leave enough for the passwords that consent permits.
#[test]
fn guesses_leave_enough_for_wrong_passwords() {
    const HOME: &str = r#"<form method="post" action="/login"><input name="username"><input type="password" name="password">
        <button>Log in</button></form> <a href="/hours">Hours</a> <a href="/way">The way to us</a>"#;
    let server = Server::start(Arc::new(|a| match (a.method.as_str(), a.path()) {
        ("GET", "/") => Answer::html(200, HOME),
        ("GET", "/hours" | "/way") => Answer::html(200, format!("<h1>{}</h1>", a.path())),
        ("POST", "/login") => Answer::html(401, "<p>Wrong password</p>"),
        _ => Answer::json(404, r#"{"error":"not found"}"#),
    }));
    let report = support::scan(Target { consent: Consent::SafeWrites, ..support::target(server.port) });
    let verdict = report.rules.iter().find(|r| r.id == "login-rate-limit-missing").map(|r| r.verdict);
    assert_eq!(verdict, Some(Verdict::Failed), "{:?}", report.not_tested);
}
