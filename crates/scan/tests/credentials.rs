//! What is told of a credential, and what is concluded with one that does not work.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use model::{Credential, CredentialState, Identity, Report, Secret, Status};
use support::{Answer, Asked, Server};

/// A page with links to three guarded operations, which `opens` says whom to open to.
fn scanned(opens: impl Fn(&Asked) -> bool + Send + Sync + 'static) -> Report {
    let server = Server::start(Arc::new(move |asked| match asked.path() {
        "/" => Answer::html(200, "<a href=/lanes>l</a> <a href=/lockers>k</a> <a href=/courses?level=3>c</a>"),
        "/lanes" | "/lockers" | "/courses" if opens(asked) => Answer::json(200, r#"{"pool":"north","free":4}"#),
        "/lanes" | "/lockers" | "/courses" => Answer::json(401, r#"{"error":"token required"}"#),
        _ => Answer::json(404, r#"{"error":"unknown"}"#),
    }));
    let credential = Some(Credential::Bearer(Secret::new("t-9d02")));
    let identity = Identity { name: "swimmer".to_owned(), credential, headers: Vec::new() };
    support::scan(model::Target { identities: vec![identity], ..support::target(server.port) })
}

fn state(report: &Report) -> CredentialState {
    assert_eq!(report.credentials.len(), 1);
    report.credentials[0].state
}

fn is_right(asked: &Asked) -> bool {
    asked.header("authorization") == "Bearer t-9d02"
}

#[test]
fn one_that_opens_something_is_accepted() {
    let report = scanned(is_right);
    assert_eq!((state(&report), report.status, &report.fault), (CredentialState::Accepted, Status::Completed, &None));
    assert!(report.coverage.rules_tested > 0);
}

#[test]
fn one_that_is_refused_ends_the_scan() {
    let report = scanned(|_| false);
    assert_eq!((state(&report), report.status, report.grade), (CredentialState::Refused, Status::Incomplete, None));
    assert!(report.fault.expect("the request has to be corrected").contains("401"));
    assert!(report.findings.is_empty() && report.coverage.rules_tested == 0, "{:?}", report.findings);
}

#[test]
fn one_that_changes_nothing_leaves_no_grade() {
    let report = scanned(|_| true);
    assert_eq!((state(&report), report.grade, report.fault), (CredentialState::NoEffect, None, None));
}

/// A page that holds another token each time, and the name of the user of the credential where `greets`.
fn state_at_a_page_that_varies(greets: bool) -> CredentialState {
    let calls = AtomicU32::new(0);
    let server = Server::start(Arc::new(move |asked| {
        let token = format!("{:x}", calls.fetch_add(1, Ordering::Relaxed).wrapping_mul(2_654_435_761));
        let name = if greets && is_right(asked) { "swimmer" } else { "guest" };
        match asked.path() {
            "/" => Answer::html(200, format!("<p>Hello {name}</p><input type=hidden name=t value={token}>")),
            _ => Answer::json(404, r#"{"error":"unknown"}"#),
        }
    }));
    let credential = Some(Credential::Bearer(Secret::new("t-9d02")));
    let identity = Identity { name: "swimmer".to_owned(), credential, headers: Vec::new() };
    state(&support::scan(model::Target { identities: vec![identity], ..support::target(server.port) }))
}

#[test]
fn a_page_that_differs_each_time_is_no_effect_of_the_credential() {
    assert_eq!(state_at_a_page_that_varies(false), CredentialState::NoEffect);
    assert_eq!(state_at_a_page_that_varies(true), CredentialState::Accepted);
}

#[test]
fn one_that_dies_meanwhile_is_noticed_and_what_came_after_is_not_believed() {
    let whole = scanned(is_right);
    let used = AtomicU32::new(0);
    let report = scanned(move |asked| is_right(asked) && used.fetch_add(1, Ordering::SeqCst) < 8);
    assert_eq!((state(&report), report.status, report.grade), (CredentialState::Lost, Status::Incomplete, None));
    let untrue = report.findings.iter().filter(|f| !whole.findings.iter().any(|known| known.id == f.id));
    assert_eq!(untrue.count(), 0);
    assert!(report.coverage.rules_tested < whole.coverage.rules_tested, "{:?}", report.coverage);
}

#[test]
fn one_that_dies_with_its_last_use_is_noticed() {
    let whole = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&whole);
    scanned(move |asked| is_right(asked) && counted.fetch_add(1, Ordering::SeqCst) < u32::MAX);
    let last = whole.load(Ordering::SeqCst) - 1;
    let used = AtomicU32::new(0);
    let report = scanned(move |asked| is_right(asked) && used.fetch_add(1, Ordering::SeqCst) < last);
    assert_eq!((state(&report), report.status, report.grade), (CredentialState::Lost, Status::Incomplete, None));
}
