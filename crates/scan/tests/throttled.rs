//! Targets that limit how fast they are asked: the scan slows down, sends again what was refused, and finds what it finds elsewhere.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::{Category, Report, Status};
use support::{Answer, Asked, Server};
use wire::{Limits, Settings};

/// An API with faults that are found by what they reflect and by how they fail.
fn ordinary(asked: &Asked) -> Answer {
    let value = asked.target.split_once('=').map_or("", |(_, value)| value);
    let plain = decoded(value);
    match asked.path() {
        "/" => Answer::html(
            200,
            "<a href='/moon?day=1'>m</a><a href='/boats?name=Gull'>b</a><a href=/piers>p</a><a href=/tides>t</a>",
        ),
        "/moon" => Answer::html(200, format!("<h1>Moon of day {plain}</h1>")),
        "/boats" if plain.matches('\'').count() % 2 == 1 => {
            Answer::json(500, r#"{"error":"sqlite3.OperationalError: unrecognized token"}"#)
        }
        "/boats" => Answer::json(200, r#"{"boats":["Gull"]}"#),
        "/piers" => Answer::json(
            200,
            r#"[{"name":"Ana","password_hash":"$2b$12$.BOQWMz..VtSCnvmwKfv7.YOESX7xwRwlm1Qp3My74hfaSBPJxgD6"}]"#,
        ),
        "/tides" => Answer::json(200, r#"{"high":"04:10"}"#),
        _ => Answer::json(404, r#"{"message":"no such thing"}"#),
    }
}

fn decoded(value: &str) -> String {
    let mut pieces = value.split('%');
    let first = pieces.next().unwrap_or("").to_owned();
    pieces.fold(first, |text, piece| {
        let byte = piece.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        text + &byte.map_or(String::new(), |byte| char::from(byte).to_string()) + piece.get(2..).unwrap_or("")
    })
}

/// A scan of it behind a limiter. Pauses are short, so that the test is; how often the limiter refuses depends on no clock.
fn scanned(refuses: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static) -> Report {
    let server = Server::start(Arc::new(move |asked| refuses(asked).unwrap_or_else(|| ordinary(asked))));
    let patient = support::patient();
    let limits = Limits { pause: Duration::from_millis(20), ..patient.limits };
    support::scan_with(support::target(server.port), Settings { limits, ..patient })
}

/// Findings and verdicts, but for what is said of limits.
fn judged(report: &Report) -> BTreeMap<String, String> {
    let mut judged: BTreeMap<String, String> = BTreeMap::new();
    for rule in report.rules.iter().filter(|rule| rule.category != Category::RateLimiting) {
        judged.insert(rule.id.clone(), format!("{:?}", rule.verdict));
    }
    for finding in report.findings.iter().filter(|finding| finding.category != Category::RateLimiting) {
        let places: Vec<&str> = finding.locations.iter().map(|place| place.fingerprint.as_str()).collect();
        let told = format!(" {:?} {places:?}", finding.confidence);
        judged.entry(finding.id.clone()).or_default().push_str(&told);
    }
    judged
}

#[test]
fn behind_a_limiter_all_is_found_that_is_found_without() {
    let free = scanned(|_| None);
    assert!(free.findings.iter().any(|f| f.id == "reflected-xss"), "there is something to find");
    // A bucket that is empty now and then, and a window that ends for several requests in a row.
    let limiters: [fn(u32) -> bool; 2] = [|number| number % 7 == 6, |number| number % 40 > 36];
    for refuses in limiters {
        for headers in [&[] as &[(&'static str, &str)], &[("Retry-After", "0")]] {
            let limited = scanned(move |asked| {
                let refusal = || headers.iter().fold(Answer::json(429, "{}"), |answer, (n, v)| answer.header(n, *v));
                refuses(asked.number).then(refusal)
            });
            assert_eq!(limited.status, Status::Completed, "{:?}", limited.status_detail);
            let of_burst = |detail: &str| detail.contains("of the burst");
            let lost = limited.not_tested.iter().filter(|n| n.detail.contains("429") && !of_burst(&n.detail));
            let lost: Vec<_> = lost.collect();
            assert!(!limited.findings.iter().any(|f| f.id == "rate-limit-missing"), "it has shown that it has one");
            assert!(lost.is_empty(), "{lost:?}");
            assert!(limited.notes.iter().any(|note| note.contains("slowed down")), "{:?}", limited.notes);
            let (limited, free) = (judged(&limited), judged(&free));
            let other: Vec<_> = free.iter().filter(|(id, told)| limited.get(*id) != Some(*told)).collect();
            assert!(other.is_empty() && limited.len() == free.len(), "{other:?}");
        }
    }
}

#[test]
fn five_scans_behind_a_limiter_come_to_the_same_verdicts() {
    // Which requests are refused differs from scan to scan: the limiter counts from elsewhere, and responses come in any order.
    let scans: Vec<_> = (0..5)
        .map(|phase| {
            scanned(move |asked| {
                ((asked.number + phase) % 6 == 5).then(|| Answer::json(429, "{}").header("Retry-After", "0"))
            })
        })
        .collect();
    let slowed = |report: &Report| report.notes.iter().any(|note| note.contains("slowed down"));
    assert!(scans.iter().all(slowed), "each was refused something");
    let grades: Vec<_> = scans.iter().map(|scan| (scan.status, scan.grade)).collect();
    assert!(grades.windows(2).all(|pair| pair[0] == pair[1]), "{grades:?}");
    let all: Vec<_> = scans.iter().map(judged).collect();
    assert!(all[0].values().any(|told| told.contains("Failed")), "there is something to find");
    for other in &all[1..] {
        let differs: Vec<_> = all[0].iter().filter(|(id, told)| other.get(*id) != Some(*told)).collect();
        assert!(differs.is_empty() && other.len() == all[0].len(), "{differs:?}");
    }
}

#[test]
fn a_path_with_a_limit_of_its_own_costs_the_others_nothing() {
    let limited = scanned(|asked| {
        let refusal = || Answer::json(429, "{}").header("Retry-After", "3600");
        (asked.path() == "/tides" && asked.repeated + asked.number > 8).then(refusal)
    });
    assert_eq!(limited.status, Status::Completed, "{:?}", limited.status_detail);
    assert!(limited.findings.iter().any(|f| f.id == "reflected-xss"));
}
