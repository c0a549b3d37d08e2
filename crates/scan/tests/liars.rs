//! Servers that answer in ways that fool scanners. Nothing above "info" may be found at them but what is true of them, which the
//! table says for each.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Consent, Credential, Depth, Identity, Report, Secret, Severity, Target};
use support::{Answer, Asked, Flask, Manner, Server};

/// A way to lie, and the rules that are true of it all the same, each with why.
struct Liar {
    name: &'static str,
    manner: Manner,
    true_of_it: &'static [(&'static str, &'static str)],
}

const SHELL: &str = "<!doctype html><html><head><title>App</title><script src=\"/app.js\"></script></head>\
    <body><div id=\"root\"></div><noscript>Please enable JavaScript.</noscript></body></html>";

/// Digits that depend on a number alone, so that a run can be repeated.
fn mixed(number: u64) -> u64 {
    let mut x = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x ^= x >> 29;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^ (x >> 32)
}

/// Digits that depend on the request and on how often it came before, not on when it came.
fn random(asked: &Asked) -> u64 {
    let text = format!("{} {} {}", asked.method, asked.target, asked.body.len());
    mixed(text.bytes().fold(u64::from(asked.repeated), |n, b| mixed(n ^ u64::from(b))))
}

fn whole(asked: &Asked) -> String {
    format!("{} {}\n{}\n{}", asked.method, asked.target, asked.headers, String::from_utf8_lossy(&asked.body))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// What a firewall objects to: anything but letters, digits and the marks of plain URLs.
fn odd(asked: &Asked) -> bool {
    asked.target.bytes().any(|b| !b.is_ascii_alphanumeric() && !b"/-_?=&{}.".contains(&b))
        || asked.target.contains("..")
        || asked.path().contains("/.")
}

fn liars() -> Vec<Liar> {
    let liar = |name, manner: Manner, true_of_it| Liar { name, manner, true_of_it };
    vec![
        liar(
            "the same page for everything",
            Arc::new(|_| Answer::html(200, "<h1>Welcome</h1><p>All is well.</p>")),
            &[],
        ),
        liar(
            "echoes the request as escaped HTML",
            Arc::new(|a| Answer::html(200, format!("<pre>{}</pre>", escaped(&whole(a))))),
            &[],
        ),
        liar(
            "echoes the request as JSON",
            Arc::new(|a| Answer::json(200, serde_json::json!({"request": whole(a), "path": a.path()}).to_string())),
            NOT_AS_DECLARED,
        ),
        liar("echoes the request as text", Arc::new(|a| Answer::new(200, "text/plain", whole(a))), &[]),
        liar(
            "redirects everything to the login",
            Arc::new(|_| Answer::html(302, "").header("Location", "/login")),
            &[],
        ),
        liar("a single-page application at every path", Arc::new(|_| Answer::html(200, SHELL)), &[]),
        liar(
            "fails on a third of all requests",
            Arc::new(|a| match random(a) % 3 {
                0 => Answer::json(500, r#"{"error":"Internal Server Error"}"#),
                _ => Answer::json(404, r#"{"error":"Not Found"}"#),
            }),
            &[],
        ),
        liar(
            "fails on a third of all requests and has data otherwise",
            Arc::new(|a| match random(a) % 3 {
                0 => Answer::json(500, r#"{"error":"Internal Server Error"}"#),
                _ => Answer::json(200, r#"[{"id":1,"name":"tea"},{"id":2,"name":"milk"}]"#),
            }),
            &[],
        ),
        liar(
            "wants credentials everywhere",
            Arc::new(|_| Answer::json(401, r#"{"error":"Unauthorized"}"#).header("WWW-Authenticate", "Bearer")),
            &[],
        ),
        liar(
            "a firewall that refuses what is odd",
            Arc::new(|a| {
                if odd(a) {
                    Answer::html(
                        403,
                        "<html><body><h1>Request blocked</h1><p>Your request was blocked by the security policy. SQL injection attempt, /etc/passwd, &lt;script&gt;</p></body></html>",
                    )
                } else {
                    Answer::json(404, r#"{"error":"Not Found"}"#)
                }
            }),
            &[],
        ),
        liar("an empty object for everything", Arc::new(|_| Answer::json(200, "{}")), &[]),
        liar("an empty body for everything", Arc::new(|_| Answer::new(200, "", "")), &[]),
        liar(
            "random tokens and lengths",
            Arc::new(|a| {
                let words: Vec<String> =
                    (0..10 + random(a) % 40).map(|i| format!("{:x}", mixed(random(a) ^ i))).collect();
                Answer::html(
                    200,
                    format!(
                        "<h1>Welcome</h1><p>{}</p><form><input type=hidden name=csrf value={:016x}></form>",
                        words.join(" "),
                        random(a)
                    ),
                )
            }),
            &[],
        ),
        liar(
            "takes its time at random",
            Arc::new(|a| {
                // Up to a sixteenth of a second: what a loaded server does, and what a timing rule must not mistake for a sleep.
                std::thread::sleep(std::time::Duration::from_millis(random(a) % 60));
                Answer::json(200, r#"{"status":"ok"}"#)
            }),
            NOT_AS_DECLARED,
        ),
        liar(
            "lets every origin read everything",
            Arc::new(|a| {
                let said = Answer::json(200, r#"{"sid":"a1","upgrades":["websocket"],"pingInterval":25000}"#);
                said.header("Access-Control-Allow-Origin", a.header("origin"))
                    .header("Access-Control-Allow-Credentials", "true")
            }),
            OPEN_TO_ALL,
        ),
        liar("teapots everything", Arc::new(|_| Answer::new(418, "text/plain", "I'm a teapot")), &[]),
    ]
}

/// True of any plain-HTTP server that sends no caching or security headers and takes no notice of how often it is asked.
const TRUE_OF_ALL: &[(&str, &str)] = &[
    ("plain-http", "all of them are"),
    ("token-over-http", "the ways with credentials send a bearer token, and some ask for one"),
    ("personal-data-cacheable", "answers to credentials carry no Cache-Control"),
    ("csp-missing", "pages carry no policy"),
    ("framing-allowed", "pages may be framed"),
    ("nosniff-missing", "answers may be sniffed"),
    ("rate-limit-missing", "no burst is refused"),
    ("login-rate-limit-missing", "the document says there is a log-in, and no number of attempts changes its answer"),
    ("undocumented-operation", "the document does not say that the path of the URL is served"),
];

/// True of the application done right as these tests run it.
const TRUE_OF_SAFE: &[(&str, &str)] = &[("development-server", "it runs under Werkzeug's")];

/// True of what answers with JSON that has nothing to do with the document.
const NOT_AS_DECLARED: &[(&str, &str)] = &[("undeclared-response-fields", "the fields are not in the document")];

/// True of what answers every origin with whatever it asks for, and with JSON that has nothing to do with the document.
const OPEN_TO_ALL: &[(&str, &str)] = &[
    ("cors-origin-reflected", "it does"),
    ("cors-origin-reflected-with-credentials", "it does"),
    ("undeclared-response-fields", "the fields are not in the document"),
];

/// The ways a scan is run at each.
fn targets(port: u16) -> Vec<(&'static str, Target)> {
    let bare = support::target(port);
    let token = Credential::Bearer(Secret::new("r8Zq2vX5mK7tB1nW4jY9"));
    let ada = Identity { name: "ada".to_owned(), credential: Some(token), headers: Vec::new() };
    let specification = Some(("api.json".to_owned(), include_bytes!("support/api.json").to_vec()));
    let described = Target { specification: specification.clone(), identities: vec![ada], ..bare.clone() };
    let active = Target { consent: Consent::All, depth: Depth::Deep, max_requests: Some(500), ..described.clone() };
    let deep = Target { depth: Depth::Deep, max_requests: Some(500), ..bare.clone() };
    vec![
        ("bare", bare.clone()),
        ("deep", deep),
        ("described", Target { specification, ..bare }),
        ("as somebody", described),
        ("active and deep", active),
    ]
}

/// What was found above "info" and is not allowed, one line for each rule and way.
fn false_alarms(name: &str, way: &str, report: &Report, allowed: &[(&str, &str)]) -> Vec<String> {
    report
        .findings
        .iter()
        .filter(|f| f.severity > Severity::Info && !allowed.iter().chain(TRUE_OF_ALL).any(|(id, _)| *id == f.id))
        .map(|f| {
            let where_: BTreeSet<String> =
                f.locations.iter().take(2).map(|l| format!("{} [{}]", l.reproduce, l.detail)).collect();
            let seen: Vec<&str> = f.evidence.iter().take(2).map(|e| e.excerpt.as_str()).collect();
            format!(
                "{name} ({way}): {} {:?} {:?} at {} locations\n    {where_:?}\n    {seen:?}",
                f.id,
                f.severity,
                f.confidence,
                f.locations.len()
            )
        })
        .collect()
}

#[test]
fn nothing_is_found_at_servers_that_lie() {
    let mut faults = Vec::new();
    for liar in liars() {
        for (way, _) in targets(0) {
            let server = Server::start(Arc::clone(&liar.manner));
            let (_, target) = targets(server.port).into_iter().find(|(w, _)| *w == way).unwrap();
            let report = support::scan(target);
            faults.extend(false_alarms(liar.name, way, &report, liar.true_of_it));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_is_found_at_an_application_done_right() {
    let flask = Flask::start(&["safe"]);
    let mut faults = Vec::new();
    for (way, target) in targets(flask.port("safe")) {
        let report = support::scan(target);
        assert!(report.requests > 10, "{way}: {} requests", report.requests);
        faults.extend(false_alarms("safe", way, &report, TRUE_OF_SAFE));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
