//! Bans of every shape: whatever a protection answers once it has had enough, the scan stops, believes nothing of it, and gives no grade.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use model::{Grade, Report, Severity, Status};
use support::{Answer, Asked, Server};

const PUZZLE: &str = "<title>One moment</title><h1>Are you human?</h1><form action=/puzzle><input name=answer></form>";

/// Requests that may still go out: those by which a ban is told (more where it looks like paths that are not there), those that check it,
/// and those that were under way.
const LATE: u32 = 6 + 2 + 15;

type Ban = fn(&Asked) -> Answer;

fn bans() -> [(&'static str, Ban); 11] {
    [
        ("a puzzle", |_| Answer::html(200, PUZZLE)),
        ("an empty 200", |_| Answer::html(200, "")),
        ("a cheerful 200", |_| Answer::json(200, r#"{"status":"verification required"}"#)),
        ("a redirect", |_| Answer::json(302, "").header("Location", "/challenge")),
        ("not found", |_| Answer::html(404, "<h1>Not Found</h1>")),
        ("bad request", |_| Answer::json(400, r#"{"error":"bad request"}"#)),
        ("unauthorized", |_| Answer::json(401, r#"{"error":"unauthorized"}"#)),
        ("forbidden", |_| Answer::html(403, "<h1>Forbidden</h1>")),
        ("too many", |_| Answer::json(429, "{}")),
        ("a connection that is closed", |_| Answer::hang_up()),
        ("a server error", |_| Answer::html(500, "<h1>Internal Server Error</h1>")),
    ]
}

/// An API without faults but for one that every scan finds.
fn ordinary(asked: &Asked) -> Answer {
    let links =
        "<a href=/boats?size=2>b</a><a href=/crew/1>c</a><a href=/piers>p</a><a href=/tides>t</a><a href=/fees>f</a>";
    match asked.path() {
        "/" => Answer::html(200, links),
        "/boats" => Answer::json(200, r#"[{"id":1,"name":"Gull","length":7}]"#),
        "/crew/1" => Answer::json(200, r#"{"id":1,"role":"mate"}"#),
        "/piers" => Answer::json(200, r#"{"piers":["north","south"]}"#),
        "/tides" => Answer::json(200, r#"{"high":"04:10","low":"10:22"}"#),
        "/fees" => Answer::json(200, r#"{"night":31}"#),
        _ => Answer::json(404, r#"{"message":"no such thing"}"#),
    }
}

fn banned_after(requests: u32, ban: Ban) -> (Report, u32) {
    let late = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&late);
    let server = Server::start(Arc::new(move |asked| {
        if asked.number < requests {
            ordinary(asked)
        } else {
            counted.fetch_add(1, Ordering::SeqCst);
            ban(asked)
        }
    }));
    let report = support::scan(support::target(server.port));
    (report, late.load(Ordering::SeqCst))
}

/// What the refusals of a ban show themselves, where it is seen before the ban is.
fn shown_by(shape: &str) -> BTreeSet<&'static str> {
    if shape == "too many" { BTreeSet::from(["retry-after-missing"]) } else { BTreeSet::new() }
}

fn found(report: &Report) -> BTreeSet<&str> {
    report.findings.iter().filter(|f| f.severity > Severity::Info).map(|f| f.id.as_str()).collect()
}

#[test]
fn a_ban_of_any_shape_ends_the_scan_without_a_grade() {
    let (whole, none) = banned_after(u32::MAX, |_| Answer::hang_up());
    assert_eq!((whole.status, none), (Status::Completed, 0), "{:?}", whole.status_detail);
    let mut wrong = Vec::new();
    for (shape, ban) in bans() {
        let true_of_it = found(&whole).into_iter().chain(shown_by(shape)).collect();
        // Each of these is waited for, as a limiter asks for it.
        let afters: &[u32] = if shape == "too many" { &[2, 21] } else { &[1, 2, 3, 5, 8, 13, 21, 34] };
        for &after in afters {
            let (report, late) = banned_after(after, ban);
            let untrue: Vec<&str> = found(&report).difference(&true_of_it).copied().collect();
            let graded = report.grade.is_some_and(|grade| grade > Grade::F);
            let noticed = report.status != Status::Completed || report.grade.is_none();
            if graded || !noticed || !untrue.is_empty() || late > LATE && report.status == Status::Incomplete {
                let (status, grade) = (report.status, report.grade);
                wrong.push(format!("{shape} after {after}: {status:?} {grade:?}, {late} late, {untrue:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Pages that are all built alike, and one link that gives all of them another banner.
fn with_modes(is_hard: &AtomicBool, asked: &Asked, others: bool) -> Answer {
    if let Some(mode) = asked.path().strip_prefix("/mode/") {
        is_hard.store(mode == "hard", Ordering::SeqCst);
    }
    let banner = if is_hard.load(Ordering::SeqCst) { "<em>hard</em><hr>" } else { "<b>easy</b>" };
    let links = "<a href=/boats>b</a><a href=/crew>c</a><a href=/piers>p</a><a href=/mode/hard>m</a><a href=/tides>t</a><a href=/fees>f</a>";
    match asked.path() {
        "/tides" if others => Answer::json(200, r#"{"high":"04:10","low":"10:22"}"#),
        "/" | "/boats" | "/crew" | "/piers" | "/tides" | "/fees" | "/mode/hard" => {
            Answer::html(200, format!("{banner}{links}"))
        }
        _ => Answer::json(404, r#"{"message":"no such thing"}"#),
    }
}

#[test]
fn pages_that_all_changed_are_no_ban() {
    for others in [true, false] {
        let is_hard = AtomicBool::new(false);
        let server = Server::start(Arc::new(move |asked| with_modes(&is_hard, asked, others)));
        let report = support::scan(support::target(server.port));
        assert_eq!(report.status, Status::Completed, "others {others}: {:?}", report.grade_reason);
    }
}
