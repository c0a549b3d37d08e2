//! Accounts that a scan makes for itself, with consent, at real Flask servers.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Arc;

use model::{Consent, Credential, Identity, Method, Report, Secret, Selection, Target, Verdict};
use scan::Scan;
use support::{Flask, twins};

const API: &str = "accounts_api";
const PAGES: &str = "accounts_pages";

fn scan(target: Target) -> Report {
    let selection = Selection { rules: vec!["jwt-weak-secret".to_owned()], ..Selection::default() };
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let scan = Scan::new(Target { selection, ..target }, support::patient(), Arc::new(|_| {})).unwrap();
        Box::pin(scan.with_whole_transcript().run()).await
    })
}

fn target(port: u16, consent: Consent) -> Target {
    Target { consent, ..twins::target(port, model::Scheme::Http) }
}

/// How often something was posted to this path.
fn posts(report: &Report, path: &str) -> usize {
    let is_to = |url: &str| url.split('?').next().is_some_and(|url| url.ends_with(path));
    report.transcript.iter().filter(|entry| entry.method == Method::POST && is_to(&entry.url)).count()
}

/// The status of the ordinary call of `GET path`.
fn status(report: &Report, path: &str) -> Option<u16> {
    report.surface.iter().find(|o| o.method == Method::GET && *o.path == *path)?.status
}

fn tells_of_accounts(report: &Report) -> bool {
    report.notes.iter().any(|note| note.starts_with("the scan registered the accounts mb"))
}

#[test]
fn two_are_registered_and_the_first_opens_what_was_closed() {
    let serving = Flask::start(&[API]);
    let report = scan(target(serving.port(API), Consent::SafeWrites));
    assert_eq!((posts(&report, "/singers/sign-up"), posts(&report, "/singers/sign-in")), (2, 2));
    assert_eq!((status(&report, "/rehearsals"), status(&report, "/whoami")), (Some(200), Some(200)));
    let verdict = report.rules.iter().find(|rule| rule.id == "jwt-weak-secret").map(|rule| rule.verdict);
    assert_eq!(verdict, Some(Verdict::Failed));
    assert!(tells_of_accounts(&report), "{:?}", report.notes);
    let text = serde_json::to_string(&report).unwrap();
    let account = checks::calling::registration::account(target(0, Consent::SafeWrites).seed, 0);
    assert!(text.contains(&account.name) && !text.contains(account.password.expose()));
}

#[test]
fn forms_are_sent_with_the_token_of_their_page_and_pages_of_users_are_found() {
    let serving = Flask::start(&[PAGES]);
    let report = scan(target(serving.port(PAGES), Consent::SafeWrites));
    assert_eq!((posts(&report, "/gardeners/new"), posts(&report, "/enter")), (2, 2));
    assert_eq!(status(&report, "/plots"), Some(200), "{:?}", report.surface);
    assert!(tells_of_accounts(&report), "{:?}", report.notes);
    let left = report.transcript.iter().any(|entry| entry.url.ends_with("/logout"));
    assert!(!left, "it never leaves");
}

#[test]
fn without_consent_and_with_an_identity_of_the_users_nobody_registers() {
    let serving = Flask::start(&[API, PAGES]);
    for name in [API, PAGES] {
        let report = scan(target(serving.port(name), Consent::ReadOnly));
        assert!(report.transcript.iter().all(|entry| entry.method.is_safe()) && !tells_of_accounts(&report));
    }
    let credential = Some(Credential::Bearer(Secret::new("t-9d02")));
    let identities = vec![Identity { name: "singer".to_owned(), credential, headers: Vec::new() }];
    let report = scan(Target { identities, ..target(serving.port(API), Consent::SafeWrites) });
    assert_eq!(posts(&report, "/singers/sign-up"), 0);
}
