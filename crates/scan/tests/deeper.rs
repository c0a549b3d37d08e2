//! A deep scan finds and judges what a standard one does, and more.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Depth, Report, Target, Verdict};
use support::{Answer, Asked, Flask, Server};

/// A single page.
fn page(asked: &Asked) -> Answer {
    match asked.path() {
        "/" => Answer::html(200, "<link rel=stylesheet href=/static/lamp.css><a href=/lamps>Lamps</a>"),
        "/static/lamp.css" => Answer::new(200, "text/css", "h1{margin:0}"),
        "/lamps" => Answer::json(200, r#"{"lamps":["north","south"]}"#),
        _ => Answer::html(404, "<h1>Not Found</h1>"),
    }
}

/// Two operations that know one scheme and fail on any other.
fn guarded(asked: &Asked) -> Answer {
    match asked.path() {
        "/" => Answer::html(200, "<a href=/scales>Scales</a> <a href=/loads>Loads</a>"),
        "/scales" | "/loads" => match asked.header("authorization") {
            "" => Answer::json(401, r#"{"error":"log in"}"#).header("WWW-Authenticate", "Basic realm=weights"),
            basic if basic.starts_with("Basic ") => Answer::json(403, r#"{"error":"forbidden"}"#),
            _ => Answer::html(500, "<h1>Internal Server Error</h1>"),
        },
        _ => Answer::html(404, "<h1>Not Found</h1>"),
    }
}

/// Many operations of one shape, each of them with something to find.
fn many(asked: &Asked) -> Answer {
    let value = asked.target.split_once('=').map_or("", |(_, value)| value).replace("%3C", "<").replace("%3E", ">");
    if asked.path() == "/" {
        let links: Vec<String> = (0..40).map(|at| format!("<a href='/bins/b{at}?of=1'>{at}</a>")).collect();
        return Answer::html(200, links.concat());
    }
    match asked.path().strip_prefix("/bins/b") {
        Some(_) => Answer::html(200, format!("<h1>{value}</h1>")),
        None => Answer::html(404, "<h1>Not Found</h1>"),
    }
}

fn scan(port: u16, depth: Depth) -> Report {
    support::scan(Target { depth, ..support::target(port) })
}

/// What a standard scan found or judged and a deep one did not.
fn missed(port: u16) -> Vec<String> {
    let (standard, deep) = (scan(port, Depth::Standard), scan(port, Depth::Deep));
    let found = |report: &Report| -> BTreeSet<String> {
        let places =
            report.findings.iter().flat_map(|f| f.locations.iter().map(move |place| format!("{} {place:?}", f.id)));
        places.collect()
    };
    let judged = |report: &Report| -> BTreeSet<String> {
        let judged = report.rules.iter().filter(|rule| matches!(rule.verdict, Verdict::Passed | Verdict::Failed));
        judged.map(|rule| rule.id.clone()).collect()
    };
    assert!(!judged(&standard).is_empty() && deep.requests > standard.requests);
    let mut missed: Vec<String> = found(&standard).difference(&found(&deep)).cloned().collect();
    missed.extend(judged(&standard).difference(&judged(&deep)).map(|id| format!("{id}: not judged")));
    missed
}

#[test]
fn a_deep_scan_finds_and_judges_what_a_standard_one_does() {
    for (name, manner) in [("page", page as fn(&Asked) -> Answer), ("guarded", guarded), ("many", many)] {
        let server = Server::start(Arc::new(manner));
        assert_eq!(missed(server.port), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_deep_scan_of_an_application_finds_and_judges_what_a_standard_one_does() {
    let applications = ["library", "notes", "safe"];
    let flask = Flask::start(&applications);
    for name in applications {
        assert_eq!(missed(flask.port(name)), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn guesses_leave_a_deep_scan_what_the_rules_need() {
    let server = Server::start(Arc::new(guarded));
    let deep = scan(server.port, Depth::Deep);
    assert!(deep.findings.iter().any(|f| f.id == "wrong-scheme-crashes"), "{:?}", deep.not_tested);
}
