//! Asking again what a report found: fixed is only what was tested again.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use engine::{Ending, Fate, IdentityRequest, Recheck, Scan, ScanBuilder, ScanRequest, SecretSource, Verification};
use model::{Depth, Report};
use support::{Asked, Response, Still, block_on, serve};

/// What the application does now.
#[derive(Clone, Copy, PartialEq)]
#[repr(u8)]
enum Now {
    /// It writes a parameter into its page, and gives passwords away.
    Vulnerable,
    /// It does neither.
    Mended,
    /// The operations are not there.
    Removed,
    /// They ask for credentials.
    Closed,
    /// They answer with server errors.
    Broken,
}

const ALL: [Now; 5] = [Now::Vulnerable, Now::Mended, Now::Removed, Now::Closed, Now::Broken];

struct Application {
    url: String,
    now: Arc<AtomicU8>,
}

impl Application {
    /// `locked`: the operations want the token `t-1`.
    fn start(locked: bool) -> Application {
        let now = Arc::new(AtomicU8::new(Now::Vulnerable as u8));
        let state = Arc::clone(&now);
        let url = serve(move |asked| respond(asked, ALL[state.load(Ordering::SeqCst) as usize], locked));
        Application { url, now }
    }

    fn is(&self, now: Now) {
        self.now.store(now as u8, Ordering::SeqCst);
    }
}

fn respond(asked: &Asked, now: Now, locked: bool) -> Response {
    let known = asked.headers.get("authorization").is_some_and(|value| value == "Bearer t-1");
    let html = |body: String| (200, "text/html", format!("<!doctype html><html><body>{body}</body></html>"));
    if asked.method == "OPTIONS" {
        return (204, "text/plain", String::new());
    }
    match (asked.path(), now) {
        ("/", _) => html(
            "<a href='/find?q=tea'>find</a> <a href='/people'>people</a> <a href='/other?q=tea'>other</a>".to_owned(),
        ),
        // What a scan probes and has no finding: nothing of it is to be asked again.
        ("/other", _) => html("<p>Other</p>".to_owned()),
        ("/find" | "/people", Now::Removed) => (404, "text/plain", "nothing here".to_owned()),
        ("/find" | "/people", Now::Broken) => (500, "text/plain", "oh".to_owned()),
        ("/find" | "/people", Now::Closed) => (401, "text/plain", "log in".to_owned()),
        ("/find" | "/people", _) if locked && !known => (401, "text/plain", "log in".to_owned()),
        ("/find", Now::Vulnerable) => html(format!("<p>Results for {}</p>", asked.query("q").unwrap_or_default())),
        ("/find", _) => html("<p>Results</p>".to_owned()),
        ("/people", Now::Vulnerable) => {
            (200, "application/json", r#"[{"name": "Ada", "password": "correct-horse-7"}]"#.to_owned())
        }
        ("/people", _) => (200, "application/json", r#"[{"name": "Ada"}]"#.to_owned()),
        _ => (404, "text/plain", "nothing here".to_owned()),
    }
}

const RULES: [&str; 2] = ["password-in-response", "reflected-xss"];

fn me() -> IdentityRequest {
    IdentityRequest::bearer("me", SecretSource::literal("t-1"))
}

/// The report of the two rules; with the token if the application is locked.
fn report(application: &Application, identity: Option<IdentityRequest>) -> Report {
    let mut scan = Scan::of(&application.url).depth(Depth::Standard).surroundings(Still::default());
    for rule in RULES {
        scan = scan.rule(rule);
    }
    if let Some(identity) = identity {
        scan = scan.identity(identity);
    }
    block_on(scan.run()).unwrap()
}

fn verify(recheck: &Recheck<'_>, base: ScanRequest) -> Verification {
    let request = recheck.request(base, None);
    let report = block_on(ScanBuilder::from(request).surroundings(Still::default()).run()).unwrap();
    recheck.judge(&report)
}

fn fates(verification: &Verification) -> Vec<(&str, &str, Fate)> {
    verification.locations.iter().map(|l| (l.rule.as_str(), l.location.as_str(), l.fate)).collect()
}

fn each(fate: Fate) -> Vec<(&'static str, &'static str, Fate)> {
    vec![("reflected-xss", "GET /find", fate), ("password-in-response", "GET /people", fate)]
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

#[test]
fn what_is_there_is_there_and_what_is_mended_is_fixed() {
    let application = Application::start(false);
    let found = report(&application, None);
    let recheck = Recheck::all(&found, None);
    let still = verify(&recheck, ScanRequest::default());
    assert_eq!(sorted(fates(&still)), sorted(each(Fate::StillThere)));
    assert_eq!((still.ending(), still.score_after), (Ending::Failed, found.score));
    assert!(still.requests <= found.requests, "{} of {}", still.requests, found.requests);
    for (now, why) in [(Now::Mended, "mended"), (Now::Removed, "removed")] {
        application.is(now);
        let fixed = verify(&recheck, ScanRequest::default());
        assert_eq!(fixed.locations.iter().map(|l| l.reason.clone()).collect::<Vec<_>>(), [None, None], "{why}");
        assert_eq!(sorted(fates(&fixed)), sorted(each(Fate::Fixed)), "{why}");
        assert_eq!(fixed.ending(), Ending::Passed, "{why}");
        assert!(fixed.score_after > fixed.score_before, "{why}: {:?}", fixed.score_after);
    }
}

#[test]
fn what_could_not_be_tested_is_not_fixed() {
    let application = Application::start(false);
    let found = report(&application, None);
    let recheck = Recheck::all(&found, None);
    application.is(Now::Broken);
    let broken = verify(&recheck, ScanRequest::default());
    assert_eq!(sorted(fates(&broken)), sorted(each(Fate::NotTested)));
    assert_eq!((broken.ending(), broken.score_after), (Ending::Incomplete, broken.score_before));
    assert!(broken.locations.iter().all(|l| l.reason.as_ref().is_some_and(|r| r.contains("500"))));
    // What is behind a log-in now may be as it was.
    application.is(Now::Closed);
    let closed = verify(&recheck, ScanRequest::default());
    assert_eq!(sorted(fates(&closed)), sorted(each(Fate::NotTested)));
    assert!(closed.locations.iter().all(|l| l.reason.as_ref().is_some_and(|r| r.contains("--auth-type"))));
    // Nobody is there: bound and released.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = verify(&recheck, ScanRequest::of(format!("http://127.0.0.1:{port}")));
    assert_eq!(sorted(fates(&nobody)), sorted(each(Fate::NotTested)));
    assert_eq!(nobody.ending(), Ending::Incomplete);
}

#[test]
fn what_was_found_with_credentials_is_not_fixed_by_leaving_them_out() {
    let application = Application::start(true);
    let found = report(&application, Some(me()));
    let recheck = Recheck::all(&found, None);
    let without = verify(&recheck, ScanRequest::default());
    assert_eq!(sorted(fates(&without)), sorted(each(Fate::NotTested)));
    assert!(without.locations.iter().all(|l| l.reason.as_ref().is_some_and(|r| r.contains("--auth-"))));
    let with = ScanRequest { identities: vec![me()], ..ScanRequest::default() };
    assert_eq!(sorted(fates(&verify(&recheck, with.clone()))), sorted(each(Fate::StillThere)));
    application.is(Now::Mended);
    assert_eq!(sorted(fates(&verify(&recheck, with))), sorted(each(Fate::Fixed)));
}

#[test]
fn what_an_older_report_had_may_come_back() {
    let application = Application::start(false);
    let older = report(&application, None);
    application.is(Now::Mended);
    let newer = report(&application, None);
    assert!(newer.findings.is_empty(), "{:?}", newer.findings);
    let recheck = Recheck::all(&newer, Some(&older));
    assert_eq!(verify(&recheck, ScanRequest::default()).ending(), Ending::Passed);
    application.is(Now::Vulnerable);
    let back = verify(&recheck, ScanRequest::default());
    assert_eq!(sorted(fates(&back)), sorted(each(Fate::CameBack)));
    assert_eq!(back.ending(), Ending::Failed);
    assert!(back.score_after < back.score_before);
}

#[test]
fn one_finding_is_asked_by_rule_or_fingerprint() {
    let application = Application::start(false);
    let found = report(&application, None);
    let finding = found.findings.iter().find(|f| f.id == "reflected-xss").unwrap();
    for name in [&finding.id, &finding.fingerprint, &finding.locations[0].fingerprint] {
        let recheck = Recheck::one(&found, name).unwrap();
        assert_eq!(recheck.request(ScanRequest::default(), None).rules, ["reflected-xss"]);
    }
    let said = Recheck::one(&found, "reflected-xs").unwrap_err().to_string();
    assert!(said.contains("did you mean 'reflected-xss'?"), "{said}");
    assert_eq!(engine::compare(&found, &found).remaining, 2);
}
