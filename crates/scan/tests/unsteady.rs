//! Targets that answer by chance: nothing is concluded from them.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Arc;

use model::{Report, Severity};
use support::{Answer, Asked, Server};

fn ordinary(asked: &Asked) -> Answer {
    match asked.path() {
        "/" => Answer::html(200, "<a href='/grain?kind=rye'>g</a><a href='/sacks?size=2'>s</a><a href=/wheels>w</a>"),
        "/grain" | "/sacks" | "/wheels" => Answer::json(200, r#"{"mill":"north","free":4}"#),
        _ => Answer::json(404, r#"{"error":"not found"}"#),
    }
}

/// A scan of it where what one in so many requests gets is drawn, the same draw for the same number of the request.
fn scanned(seed: u32, manner: impl Fn(u32, Answer) -> Answer + Send + Sync + 'static) -> Report {
    let server = Server::start(Arc::new(move |asked| {
        let draw = (asked.number + seed).wrapping_mul(2_654_435_761).rotate_left(9).wrapping_mul(40_503) >> 16;
        manner(draw, ordinary(asked))
    }));
    support::scan(support::target(server.port))
}

fn untrue(report: &Report) -> Vec<&str> {
    // What is true of every response of these servers.
    let true_of_all = ["plain-http", "nosniff-missing", "framing-allowed", "csp-missing", "rate-limit-missing"];
    let known = report.findings.iter().filter(|f| f.severity > Severity::Info);
    known.map(|f| f.id.as_str()).filter(|id| !true_of_all.contains(id)).collect()
}

#[test]
fn a_server_that_fails_by_chance_gets_no_grade() {
    for seed in 0..8 {
        let report =
            scanned(
                seed,
                |draw, answer| {
                    if draw % 4 == 0 { Answer::json(500, r#"{"error":"internal error"}"#) } else { answer }
                },
            );
        assert_eq!((report.grade, untrue(&report)), (None, Vec::new()), "seed {seed}: {:?}", report.grade_reason);
    }
}

#[test]
fn a_server_whose_status_is_drawn_gets_no_grade() {
    const STATUSES: [u16; 8] = [200, 200, 404, 500, 401, 302, 400, 204];
    for seed in 0..8 {
        let report = scanned(seed, |draw, answer| Answer { status: STATUSES[draw as usize % 8], ..answer });
        assert_eq!((report.grade, untrue(&report)), (None, Vec::new()), "seed {seed}: {:?}", report.grade_reason);
    }
}

/// Nothing untrue is found at any seed, and one at most is graded: what comes by chance may happen to come alike each time it is looked at.
fn assert_hardly_graded(seeds: u32, drawn: impl Fn(u32, Answer) -> Answer + Copy + Send + Sync + 'static) {
    let reports: Vec<Report> = (0..seeds).map(|seed| scanned(seed, drawn)).collect();
    let graded: Vec<_> = reports.iter().filter_map(|report| report.grade).collect();
    assert!(graded.len() <= 1, "{graded:?}");
    assert!(reports.iter().all(|report| untrue(report).is_empty()));
}

const ERRORS: [&str; 3] = [
    r#"{"error":"You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version"}"#,
    r#"{"error":"ORA-01756: quoted string not properly terminated"}"#,
    r#"{"error":"sqlite3.OperationalError: near \"'\": syntax error"}"#,
];

#[test]
fn a_server_that_quotes_database_errors_by_chance_gets_no_grade() {
    assert_hardly_graded(8, |draw, answer| match draw % 7 {
        0 if answer.status == 200 => Answer::json([200, 500][draw as usize / 7 % 2], ERRORS[draw as usize / 14 % 3]),
        _ => answer,
    });
}

/// Says one of two things of each path but the first, or of some of them.
fn one_of_two(draw: u32, answer: Answer, drawn: bool) -> Answer {
    const SAID: [&str; 2] = [r#"{"open":true,"rows":[1,2,3]}"#, r#"{"open":false,"rows":[]}"#];
    if drawn && answer.body.contains("mill") { Answer::json(200, SAID[draw as usize % 2]) } else { answer }
}

#[test]
fn a_server_whose_content_is_drawn_gets_no_grade_and_one_feed_is_no_chance() {
    assert_hardly_graded(4, |draw, answer| one_of_two(draw, answer, true));
    let server = Server::start(Arc::new(|asked| one_of_two(asked.number, ordinary(asked), asked.path() == "/wheels")));
    let report = support::scan(support::target(server.port));
    assert!(report.grade.is_some(), "{:?}", report.grade_reason);
}

/// A response with headers that are drawn: a cookie, the server's name, and what caches and other sites may do.
fn with_drawn_headers(draw: u32, mut answer: Answer) -> Answer {
    const DRAWN: [(&str, &[&str]); 5] = [
        ("Set-Cookie", &["sid=7f1c; HttpOnly", "n=17", "sid=8a2e"]),
        ("Server", &["nginx", "mill", "gunicorn", "Werkzeug/2.0.1 Python/3.9.2"]),
        ("Cache-Control", &["no-store", "public, max-age=60", "private"]),
        ("Access-Control-Allow-Origin", &["*", "https://app.mill.example"]),
        ("X-Powered-By", &["PHP/5.6.40", "Express"]),
    ];
    for (place, (name, values)) in DRAWN.into_iter().enumerate() {
        let drawn = (draw >> (place * 3)) as usize % (values.len() * 2);
        if let Some(value) = values.get(drawn) {
            answer.headers.push((name, (*value).to_owned()));
        }
    }
    answer
}

#[test]
fn a_server_whose_headers_are_drawn_gets_no_grade_and_a_first_cookie_is_no_chance() {
    for seed in 0..6 {
        let report = scanned(seed, with_drawn_headers);
        assert_eq!((report.grade, untrue(&report)), (None, Vec::new()), "seed {seed}: {:?}", report.grade_reason);
    }
    let server = Server::start(Arc::new(|asked| match (asked.path(), asked.repeated) {
        ("/wheels", number) => with_drawn_headers(number.wrapping_mul(40_503), ordinary(asked)),
        (_, 0) => ordinary(asked).header("Set-Cookie", "seen=1"),
        _ => ordinary(asked),
    }));
    let report = support::scan(support::target(server.port));
    assert!(report.grade.is_some(), "{:?}", report.grade_reason);
}

#[test]
fn what_always_fails_and_what_failed_once_is_no_chance() {
    let always = scanned(0, |_, answer| answer);
    assert!(always.grade.is_some(), "{:?}", always.grade_reason);
    let server = Server::start(Arc::new(|asked| match (asked.path(), asked.repeated) {
        ("/wheels", _) | ("/sacks", 0) => Answer::json(500, r#"{"error":"internal error"}"#),
        _ => ordinary(asked),
    }));
    let report = support::scan(support::target(server.port));
    let reason = report.grade_reason.map(|reason| reason.to_string()).unwrap_or_default();
    assert!(!reason.contains("now this way"), "{reason}");
}
