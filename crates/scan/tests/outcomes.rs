//! "Nothing found" is "passed" only where something was tested, and stays "passed" where it was.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use model::{Selection, Target, Verdict};
use support::{Answer, Asked, Server};

/// What one rule comes to at a server, with the reasons of what was not tested.
fn outcome(rule: &str, manner: fn(&Asked) -> Answer, document: Option<&str>) -> (Verdict, String) {
    let server = Server::start(Arc::new(manner));
    let specification = document.map(|text| ("api.json".to_owned(), text.as_bytes().to_vec()));
    let selection = Selection { rules: vec![rule.to_owned()], ..Selection::default() };
    let report = support::scan(Target { selection, specification, ..support::target(server.port) });
    let view = report.rules.iter().find(|view| view.id == rule).unwrap();
    let reasons: Vec<&str> = report.not_tested.iter().map(|n| n.detail.as_str()).collect();
    (view.verdict, reasons.join("; "))
}

fn not_found() -> Answer {
    Answer::json(404, r#"{"error":"Not Found"}"#)
}

/// One GET operation with a path or a query.
fn document(path: &str, place: &str, name: &str) -> String {
    format!(
        r#"{{"openapi":"3.0.3","info":{{"title":"t","version":"1"}},"paths":{{"{path}":{{"get":{{"parameters":[
        {{"name":"{name}","in":"{place}","required":true,"schema":{{"type":"string"}}}}],"responses":{{"200":{{"description":"ok"}}}}}}}}}}}}"#
    )
}

/// Takes any `q` and shows nothing of it.
fn deaf(asked: &Asked) -> Answer {
    match asked.path() {
        "/search" => Answer::json(200, r#"{"items":[{"id":1,"name":"tea"}]}"#),
        "/" => Answer::html(200, "<a href=\"/search?q=tea\">search</a>"),
        _ => not_found(),
    }
}

/// The same with a firewall before it, which looks at whole URLs.
fn behind_a_firewall(asked: &Asked) -> Answer {
    if asked.target.contains('%') { Answer::html(403, "<h1>Request blocked</h1>") } else { deaf(asked) }
}

/// Refuses what is odd in `q` itself.
fn strict(asked: &Asked) -> Answer {
    if asked.target.starts_with("/search?q=") && asked.target.contains('%') && !asked.target.contains('&') {
        Answer::json(403, r#"{"error":"no such characters"}"#)
    } else {
        deaf(asked)
    }
}

fn busy(asked: &Asked) -> Answer {
    if asked.target.contains('%') { Answer::json(429, r#"{"error":"slow down"}"#) } else { deaf(asked) }
}

#[test]
fn injection_rules_know_who_refused() {
    let verdict = |manner: fn(&Asked) -> Answer| outcome("reflected-xss", manner, None);
    assert_eq!(verdict(deaf).0, Verdict::Passed);
    // The page for paths that are not there is asked too: what it came to is the other half of the rule.
    let (_, reasons) = verdict(behind_a_firewall);
    assert!(reasons.contains("something before the application refuses what was sent (403)"), "{reasons}");
    let (verdict_, reasons) = verdict(strict);
    assert!(verdict_ == Verdict::Passed && reasons.is_empty(), "the application's own refusal is an answer: {reasons}");
    let (verdict_, reasons) = verdict(busy);
    assert!(verdict_ == Verdict::NotTested && reasons.contains("429"), "{verdict_:?} {reasons}");
}

#[test]
fn what_a_gate_keeps_from_being_asked_is_not_tested() {
    for rule in ["nosql-injection", "sql-injection", "command-injection"] {
        let (verdict, reasons) = outcome(rule, deaf, None);
        assert_eq!(
            verdict,
            if rule == "sql-injection" { Verdict::Passed } else { Verdict::NotTested },
            "{rule} {reasons}"
        );
    }
    let (verdict, reasons) = outcome("open-redirect", deaf, None);
    assert_eq!(verdict, Verdict::NotApplicable, "{reasons}");
}

#[test]
fn operations_that_fail_anyway_are_not_tested() {
    let missing = document("/books/{slug}", "path", "slug");
    for rule in ["input-reflection", "command-injection", "adjacent-object-readable"] {
        let (verdict, reasons) = outcome(rule, |_| not_found(), Some(&missing));
        assert!(verdict == Verdict::NotTested && reasons.contains("404"), "{rule}: {verdict:?} {reasons}");
    }
}

/// A person under `/users/7f3a`, nobody under any other id.
fn one_person(asked: &Asked) -> Answer {
    match asked.path() {
        "/users" => Answer::json(200, r#"[{"id":"7f3a","name":"Ann"}]"#),
        "/users/7f3a" => Answer::json(200, r#"{"id":"7f3a","name":"Ann","email":"ann@a.example"}"#),
        _ => not_found(),
    }
}

#[test]
fn an_id_without_neighbours_is_not_tested() {
    let users = document("/users/{id}", "path", "id")
        .replace(r#""paths":{"#, r#""paths":{"/users":{"get":{"responses":{"200":{"description":"ok"}}}},"#);
    let (verdict, reasons) = outcome("adjacent-object-readable", one_person, Some(&users));
    assert!(verdict == Verdict::NotTested && reasons.contains("no id of another object"), "{verdict:?} {reasons}");
}

#[test]
fn an_open_door_has_no_lock_to_test() {
    for rule in ["method-swap", "role-from-client"] {
        let (verdict, reasons) = outcome(rule, deaf, None);
        assert!(verdict == Verdict::NotApplicable && reasons.contains("not refused"), "{rule}: {verdict:?} {reasons}");
        let (verdict, reasons) = outcome(rule, |_| Answer::json(403, r#"{"error":"Forbidden"}"#), None);
        assert!(verdict == Verdict::Passed, "{rule}: {verdict:?} {reasons}");
    }
}

#[test]
fn a_debugger_that_is_not_there_holds_and_one_behind_a_filter_is_not_tested() {
    assert_eq!(outcome("werkzeug-debugger", deaf, None).0, Verdict::Passed);
    assert_eq!(outcome("werkzeug-debugger", |_| Answer::html(200, "<h1>a page</h1>"), None).0, Verdict::Passed);
    let filtering = |asked: &Asked| {
        if asked.target.contains("__debugger__") { Answer::html(403, "<h1>blocked</h1>") } else { deaf(asked) }
    };
    let (verdict, reasons) = outcome("werkzeug-debugger", filtering, None);
    assert!(verdict == Verdict::NotTested && reasons.contains("refuses the query (403)"), "{verdict:?} {reasons}");
}

const OPEN: &str = r#"0{"sid":"a1","upgrades":["websocket"],"pingTimeout":20000,"pingInterval":25000}"#;

/// A page that uses Socket.IO, and what the server says to a handshake.
fn mentions(asked: &Asked, said: Answer) -> Answer {
    match asked.path() {
        "/" => Answer::html(200, "<script src=\"https://cdn.socket.io/4.8.1/socket.io.min.js\"></script>"),
        "/socket.io/" => said,
        _ => not_found(),
    }
}

fn open_to_all(asked: &Asked) -> Answer {
    let said = Answer::new(200, "text/plain", OPEN).header("Access-Control-Allow-Credentials", "true");
    mentions(asked, said.header("Access-Control-Allow-Origin", asked.header("origin")))
}

#[test]
fn sockets_are_told_apart() {
    let verdict = |manner: fn(&Asked) -> Answer| outcome("socketio-any-origin", manner, None).0;
    assert_eq!(verdict(open_to_all), Verdict::Failed);
    let refused = |a: &Asked| mentions(a, Answer::new(400, "text/plain", "\"Not an accepted origin.\""));
    assert_eq!(verdict(refused), Verdict::Passed);
    assert_eq!(verdict(|a: &Asked| mentions(a, Answer::new(200, "text/plain", OPEN))), Verdict::NotTested);
    assert_eq!(verdict(|a: &Asked| mentions(a, not_found())), Verdict::NotApplicable);
    assert_eq!(verdict(deaf), Verdict::NotApplicable);
}

/// Answers first and fetches afterwards, as servers with a queue do.
fn fetches_afterwards(asked: &Asked) -> Answer {
    let named = asked.target.split_once("url=http%3A%2F%2F127.0.0.1%3A");
    if let Some((port, path)) = named.and_then(|(_, rest)| rest.split_once("%2F")) {
        let (port, path) = (port.parse().unwrap(), path.to_owned());
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            stream.write_all(format!("GET /{path} HTTP/1.1\r\n\r\n").as_bytes()).unwrap();
        });
    }
    Answer::json(202, r#"{"queued":true}"#)
}

#[test]
fn a_call_may_come_after_the_answer() {
    let preview = document("/preview", "query", "url");
    assert_eq!(outcome("ssrf", fetches_afterwards, Some(&preview)).0, Verdict::Failed);
}

/// Runs its parameter by a real shell and shows what that prints: nothing of an ordinary value, and nothing of one that is no shell
/// syntax.
fn run_by_a_shell(asked: &Asked) -> Answer {
    let query = asked.target.split_once('?').map_or("", |(_, query)| query);
    let value = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "cmd").map(|(_, value)| value);
    let done = Command::new("sh").args(["-c", &format!("true {}", value.unwrap_or_default())]).output().unwrap();
    Answer::html(200, format!("<h1>Terminal</h1><pre>{}</pre>", String::from_utf8_lossy(&done.stdout)))
}

#[test]
fn a_command_is_asked_though_its_answer_never_changes() {
    let run = document("/terminal", "query", "cmd");
    let (verdict, reasons) = outcome("command-injection", run_by_a_shell, Some(&run));
    assert_eq!(verdict, Verdict::Failed, "{reasons}");
    let quiet = |_: &Asked| Answer::html(200, "");
    assert_eq!(outcome("command-injection", quiet, Some(&run)).0, Verdict::Passed);
}

/// An API whose operations are all POST, as its document says.
fn posts_alone(asked: &Asked) -> Answer {
    let operation = r#"{"post": {"requestBody": {"content": {"application/json": {"schema": {"type": "object",
        "properties": {"name": {"type": "string"}}}}}}, "responses": {"200": {"description": "ok"}}}}"#;
    match (asked.method.as_str(), asked.path()) {
        ("GET", "/openapi.json") => Answer::json(
            200,
            format!(
                r#"{{"openapi": "3.0.3", "info": {{"title": "T", "version": "1"}}, "paths": {{"/sort": {operation}, "/sum": {operation}}}}}"#
            ),
        ),
        ("POST", "/sort" | "/sum") => Answer::json(200, r#"{"ok": true}"#),
        _ => not_found(),
    }
}

#[test]
fn an_api_that_needs_consent_is_not_said_to_be_missing() {
    let server = Server::start(Arc::new(posts_alone));
    let report = support::scan(support::target(server.port));
    assert_eq!(report.grade, None);
    let why = report.grade_reason.expect("a reason");
    assert!(why.contains("0 of 2 operations tested") && why.contains("2 need --active"), "{why}");
}
