//! A scan ends in time, whatever the target does, and says what it had no time for.

#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use model::{Status, Target};
use support::{Answer, Manner, Server};

const PAGE: &str = "<a href=/herds>Herds</a> <a href=/pastures>Pastures</a> <a href=/shears?of=7>Shears</a>";

/// A small site that takes so long for each response.
fn slow(wait: Duration) -> Manner {
    Arc::new(move |asked| {
        std::thread::sleep(wait);
        match asked.path() {
            "/" => Answer::html(200, PAGE),
            "/herds" | "/pastures" | "/shears" => Answer::json(200, r#"{"page": 1}"#),
            _ => Answer::json(404, "{}"),
        }
    })
}

fn reasons(report: &model::Report) -> Vec<&str> {
    report.not_tested.iter().map(|n| n.reason.as_str()).collect()
}

#[test]
fn what_the_deadline_drops_is_not_tested_and_what_is_known_is_reported() {
    let server = Server::start(slow(Duration::from_millis(200)));
    let target = Target { deadline: Some(Duration::from_secs(4)), ..support::target(server.port) };
    let report = support::scan(target);
    assert_eq!(report.status, Status::Incomplete);
    assert!(reasons(&report).contains(&"out-of-time"), "{:?}", reasons(&report));
    assert!(!reasons(&report).contains(&"cut"), "nobody stopped it");
    // Looking around takes half of the time at most.
    assert!(report.coverage.operations_reached > 0, "{:?}", report.coverage);
    assert!(report.notes.iter().any(|note| note.contains("too slowly")), "{:?}", report.notes);
}

#[test]
fn a_deadline_ends_what_only_computes() {
    let keys: Vec<String> = (0..10_000).map(|at| format!(r#""password_{at}": "user{at}@mail.example.org""#)).collect();
    let body = format!("{{{}}}", keys.join(","));
    let server = Server::start(Arc::new(move |_| Answer::json(200, body.clone())));
    let target = Target { deadline: Some(Duration::from_secs(3)), ..support::target(server.port) };
    let started = Instant::now();
    let report = support::scan(target);
    // Far more than a busy machine makes of it, and far less than reading all of the responses without an end takes.
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
    assert!(report.requests > 0);
}

/// Serves a page that leads to a stream without an end; how long each connection to the stream was held.
fn streaming() -> (u16, Arc<Mutex<Vec<Duration>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let held: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let times = Arc::clone(&held);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let times = Arc::clone(&times);
            std::thread::spawn(move || respond(stream, &times));
        }
    });
    (port, held)
}

fn respond(mut stream: TcpStream, times: &Mutex<Vec<Duration>>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
    let request = lines.next()?;
    lines.find(String::is_empty)?;
    let target = request.split(' ').nth(1)?.to_owned();
    let (status, media, body) = match target.split('?').next()? {
        "/live" => {
            let started = Instant::now();
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
            stream.write_all(head.as_bytes()).ok()?;
            // Fast enough not to be given up for its rate.
            while stream.write_all("data: 1\n\n".repeat(60).as_bytes()).is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
            times.lock().unwrap().push(started.elapsed());
            return Some(());
        }
        "/" => (200, "text/html", r#"<a href="/live?of=ice">live</a> <a href="/nets">nets</a>"#),
        "/nets" => (200, "application/json", "{}"),
        _ => (404, "application/json", "{}"),
    };
    let head = format!("HTTP/1.1 {status} Said\r\nContent-Type: {media}\r\nConnection: close\r\n");
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).ok()
}

#[test]
fn a_stream_without_an_end_is_waited_for_once() {
    let (port, held) = streaming();
    let report = support::scan(support::target(port));
    assert!(report.surface.iter().any(|o| o.path == "/live" && o.status == Some(200)), "{:?}", report.surface);
    let held = held.lock().unwrap();
    let long = held.iter().filter(|held| **held > Duration::from_secs(2)).count();
    assert!(held.len() > 8, "it is asked about: {held:?}");
    assert!(long <= 2, "four seconds the first time, half of one later: {held:?}");
}
