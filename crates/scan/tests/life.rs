//! Scans that end early, and targets that do.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use model::{Event, Report, Round, Status, Target};
use scan::Scan;
use support::{Answer, Manner, Server};
use wire::Settings;

fn page() -> Answer {
    Answer::json(200, r#"{"items":[{"id":1,"name":"tea"},{"id":2,"name":"milk"}]}"#)
}

fn described(port: u16) -> Target {
    let specification = Some(("api.json".to_owned(), include_bytes!("support/api.json").to_vec()));
    Target { specification, ..support::target(port) }
}

fn found(report: &Report) -> BTreeSet<String> {
    report.findings.iter().map(|f| f.id.clone()).collect()
}

#[test]
fn a_scan_can_be_spawned() {
    fn is_send<T: Send>(_: T) {}
    is_send(Scan::new(support::target(9), Settings::polite(true), Arc::new(|_| {})).unwrap().run());
}

#[test]
fn nobody_there_is_no_grade() {
    let port = Server::start(Arc::new(|_| page())).port; // dropped at once
    let report = support::scan(described(port));
    assert_eq!(report.status, Status::Unreachable);
    assert_eq!((report.score, report.grade, report.coverage.rules_tested), (None, None, 0));
    assert!(report.findings.is_empty() && report.status_detail.is_some());
    assert!(report.not_tested.iter().all(|n| n.reason == "no-answer"), "{:?}", report.not_tested);
}

#[test]
fn a_target_that_dies_is_an_incomplete_scan() {
    let alive = {
        let server = Server::start(Arc::new(|_| page()));
        support::scan(described(server.port))
    };
    assert_eq!(alive.status, Status::Completed, "{:?}", alive.status_detail);
    for k in 1..40 {
        let server = Server::start(Arc::new(move |a| if a.number < k { page() } else { Answer::hang_up() }));
        let report = support::scan(described(server.port));
        assert_eq!(report.status, Status::Incomplete, "dead after {k}");
        assert!(report.coverage.rules_tested < alive.coverage.rules_tested, "dead after {k}: {:?}", report.coverage);
        assert!(found(&report).is_subset(&found(&alive)), "dead after {k}: {:?}", found(&report));
    }
}

#[test]
fn what_died_before_the_rules_asked_has_passed_nothing() {
    let dead = Arc::new(AtomicBool::new(false));
    let gone = Arc::clone(&dead);
    let server = Server::start(Arc::new(move |_| if gone.load(Ordering::SeqCst) { Answer::hang_up() } else { page() }));
    let target = described(server.port);
    let settings = Settings::polite(true);
    let listener = Arc::new(move |event| {
        if matches!(event, Event::RoundStarted { round: Round::Probe, .. }) {
            dead.store(true, Ordering::SeqCst);
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let report = runtime.block_on(Scan::new(target, settings, listener).unwrap().run());
    assert_eq!(report.status, Status::Incomplete);
    assert!(report.coverage.rules_tested > 0, "what was seen before counts");
    for rule in ["sql-injection", "reflected-xss", "command-injection"] {
        let reasons: Vec<&str> =
            report.not_tested.iter().filter(|n| n.rule == rule).map(|n| n.reason.as_str()).collect();
        assert!(
            !reasons.is_empty() && reasons.iter().all(|r| ["no-answer", "over-budget"].contains(r)),
            "{rule}: {reasons:?}"
        );
    }
}

#[test]
fn a_scan_can_be_stopped_at_any_moment() {
    for after in [1, 2, 3, 5, 8, 13, 20, 30, 45, 60] {
        let server = Server::start(Arc::new(|_| page()));
        let target = described(server.port);
        let settings = Settings::polite(true);
        let stop: Arc<Mutex<Option<scan::Stop>>> = Arc::default();
        let (handle, stopped) = (Arc::clone(&stop), Arc::new(AtomicBool::new(false)));
        let done = Arc::clone(&stopped);
        let listener = Arc::new(move |event| {
            if matches!(event, Event::ExchangeMade { requests, .. } if requests >= after)
                && !done.swap(true, Ordering::SeqCst)
            {
                handle.lock().unwrap().as_ref().unwrap().stop();
            }
        });
        let scan = Scan::new(target, settings, listener).unwrap();
        *stop.lock().unwrap() = Some(scan.stop_handle());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let report = runtime.block_on(scan.run());
        assert_eq!(report.status, Status::Incomplete, "stopped after {after}");
        assert_eq!(report.status_detail.as_deref(), Some("the scan was stopped before it (Ctrl-C or another signal)"));
        assert!(report.not_tested.iter().any(|n| n.reason == "cut"), "stopped after {after}");
    }
}

#[test]
fn a_ban_is_noticed_and_moves_nothing() {
    let free = {
        let server = Server::start(Arc::new(|_| page()));
        support::scan(described(server.port))
    };
    // They wait more than they work: side by side.
    std::thread::scope(|scope| {
        for (status, body) in [(429, "Too many requests"), (403, "<h1>Request blocked</h1>")] {
            for k in [1, 2, 5, 10, 20, 30, 40] {
                let free = &free;
                scope.spawn(move || banned_after(k, status, body, free));
            }
        }
    });
}

/// A scan of a server that refuses everything from this request on finds nothing that one without a ban does not.
fn banned_after(k: u32, status: u16, body: &'static str, free: &Report) {
    let after = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&after);
    let manner: Manner = Arc::new(move |a| {
        if a.number < k {
            return page();
        }
        count.fetch_add(1, Ordering::SeqCst);
        Answer::html(status, body).header("Retry-After", "0")
    });
    let server = Server::start(manner);
    let report = support::scan(described(server.port));
    assert_eq!(report.status, Status::Incomplete, "{status} after {k}: {:?}", report.coverage);
    assert!(
        found(&report).is_subset(&found(free)),
        "{status} after {k}: {:?} {:?}",
        found(&report).difference(&found(free)),
        report.findings
    );
    assert!(after.load(Ordering::SeqCst) <= 60, "{status} after {k}: {after:?} requests to who refuses them");
}

#[test]
fn a_document_that_cannot_be_had_is_told() {
    let server = Server::start(Arc::new(|a| match a.path() {
        "/page.json" => Answer::html(200, "<p>no document</p>"),
        "/" => page(),
        _ => Answer::json(404, "{}"),
    }));
    for (document, why) in
        [("/gone.json", "404"), ("/page.json", "not an OpenAPI document"), ("http://127.0.0.2:1/a.json", "scope")]
    {
        let target = Target { specification_url: Some(document.to_owned()), ..support::target(server.port) };
        let report = support::scan(target);
        let fault = report.fault.expect("nothing is scanned in its place");
        assert!(fault.contains(document) && fault.contains(why), "{fault}");
        assert_eq!((report.status, report.grade, report.coverage.rules_tested), (Status::Incomplete, None, 0));
    }
}

/// A server with links to what must be left alone, and the paths that it was asked for.
fn asked_of_links(with: impl FnOnce(Target) -> Target) -> BTreeSet<String> {
    let paths = Arc::new(Mutex::new(BTreeSet::new()));
    let asked = Arc::clone(&paths);
    let server = Server::start(Arc::new(move |a| {
        asked.lock().unwrap().insert(a.path().to_owned());
        match a.path() {
            "/" => Answer::html(200, "<a href=/mode/hard>hard</a> <a href=/jump>jump</a> <a href=/notes>notes</a>"),
            "/jump" => Answer::html(302, "").header("Location", "/mode/easy"),
            "/notes" | "/mode/hard" | "/mode/easy" => page(),
            _ => Answer::html(404, "not found"),
        }
    }));
    support::scan(with(support::target(server.port)));
    paths.lock().unwrap().clone()
}

#[test]
fn excluded_paths_are_never_asked_for_and_included_ones_alone_are_crawled() {
    let all = asked_of_links(|target| target);
    assert!(all.contains("/mode/hard") && all.contains("/notes"), "{all:?}");
    let most = asked_of_links(|target| Target { exclude_paths: vec!["/mode/*".to_owned()], ..target });
    assert!(most.contains("/notes") && !most.iter().any(|path| path.starts_with("/mode")), "{most:?}");
    let few = asked_of_links(|target| Target { include_paths: vec!["/notes".to_owned()], ..target });
    assert!(few.contains("/notes") && !few.contains("/jump") && !few.contains("/mode/hard"), "{few:?}");
}
