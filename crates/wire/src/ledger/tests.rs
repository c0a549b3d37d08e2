//! The ledger against a real server: written ahead, undone in time, finished by another run.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{Consent, Effect, Method, NotTested, OrderKey, Request, Round};

use super::{Line, Sink, read};
use crate::recorder::{Recorder, response};
use crate::{Budget, Lease, Mandate, Settings, Wire};

const KEY: OrderKey = OrderKey { round: Round::Write, check: 1, operation: 0, step: 0 };
const SOON: Duration = Duration::from_secs(20);

type Lines = Arc<Mutex<Vec<Line>>>;

fn sink(lines: &Lines) -> Sink {
    let lines = Arc::clone(lines);
    Arc::new(move |line| {
        lines.lock().unwrap().push(line.clone());
        Ok(())
    })
}

fn wire(server: &Recorder, budget: Budget, sink: Sink) -> Wire {
    let mandate = Mandate { consent: Consent::SafeWrites, ..Mandate::default() };
    let settings = Settings::polite(true);
    let wire = Wire::new(server.origin(), mandate, settings, Arc::new(budget), Arc::new(|_| {})).unwrap();
    wire.keep_ledger(sink);
    wire.know_paths(["/things", "/things/{id}", "/things/{id}/notes", "/things/{id}/notes/{n}"]);
    wire
}

async fn send(wire: &Wire, server: &Recorder, method: Method, target: &str) -> Result<String, NotTested> {
    let lease = Lease::reading(wire.budget(), 1).with_effect(Effect::Destroys, false);
    let exchange = wire.send(Request::new(method, &server.origin(), target), &lease, KEY).await?;
    Ok(exchange.text().into_owned())
}

#[tokio::test]
async fn an_intent_is_written_before_the_request_leaves() {
    let lines: Lines = Arc::default();
    let seen = Arc::clone(&lines);
    let known: Arc<Mutex<Vec<usize>>> = Arc::default();
    let counts = Arc::clone(&known);
    let server = Recorder::instead(move |_| {
        counts.lock().unwrap().push(seen.lock().unwrap().len());
        None
    });
    let wire = wire(&server, Budget::new(99), sink(&lines));
    send(&wire, &server, Method::POST, "/things").await.unwrap();
    assert_eq!(*known.lock().unwrap(), [1], "the intent was written when the request arrived");
    assert!(matches!(&lines.lock().unwrap()[..], [Line::Intent { .. }, Line::Created { .. }]));
}

#[tokio::test]
async fn what_cannot_be_written_is_not_sent() {
    let server = Recorder::start();
    let wire = wire(&server, Budget::new(9), Arc::new(|_| Err(std::io::ErrorKind::StorageFull.into())));
    assert!(send(&wire, &server, Method::POST, "/things").await.is_err());
    assert!(server.arrived().is_empty() && wire.budget().left() == 9);
}

#[tokio::test]
async fn everything_is_undone_the_newest_first_and_after_a_stop() {
    let server = Recorder::start();
    let wire = wire(&server, Budget::new(99), sink(&Lines::default()));
    send(&wire, &server, Method::POST, "/things").await.unwrap();
    send(&wire, &server, Method::POST, "/things").await.unwrap();
    send(&wire, &server, Method::POST, "/things/5001/notes").await.unwrap();
    let nobody = wire.nobody("7", "word");
    send(&wire, &server, Method::PUT, &format!("/things/{nobody}")).await.unwrap();
    assert_eq!(server.objects().len(), 4);
    wire.cancel(NotTested::Cut);
    let undone = wire.undo(SOON).await;
    assert_eq!((undone.removed.len(), undone.left.len(), undone.unknown.len()), (4, 0, 0), "{undone:?}");
    assert!(server.objects().is_empty());
    let lines = server.lines();
    let place = |line: &str| lines.iter().position(|l| l == line).unwrap();
    assert!(place("DELETE /things/5001/notes/5003") < place("DELETE /things/5001"), "{lines:?}");
    assert_eq!(wire.undo(SOON).await.removed.len(), 0, "once");
}

#[tokio::test]
async fn own_objects_may_be_changed_and_those_of_others_may_not() {
    let server = Recorder::start();
    let wire = wire(&server, Budget::new(99), sink(&Lines::default()));
    send(&wire, &server, Method::POST, "/things").await.unwrap();
    for method in [Method::PATCH, Method::PUT] {
        assert_eq!(send(&wire, &server, method.clone(), "/things/7").await, Err(NotTested::ForeignObject));
        assert!(send(&wire, &server, method, "/things/5001").await.is_ok());
    }
    assert_eq!(send(&wire, &server, Method::DELETE, "/things/7").await, Err(NotTested::ForeignObject));
    assert!(send(&wire, &server, Method::DELETE, "/things/5001").await.is_ok());
    assert!(wire.undo(SOON).await.removed.is_empty(), "a detector removed it already");
}

#[tokio::test]
async fn what_is_not_undone_is_said() {
    let server = Recorder::instead(|arrived| match (arrived.method.as_str(), arrived.target.as_str()) {
        ("DELETE", _) => Some(response("405 Method Not Allowed", "{}")),
        (_, "/things/5001/notes") => Some(response("201 Created", "{}")),
        _ => None,
    });
    let lines: Lines = Arc::default();
    let wire = wire(&server, Budget::new(99), sink(&lines));
    send(&wire, &server, Method::POST, "/things").await.unwrap();
    send(&wire, &server, Method::POST, "/things/5001/notes").await.unwrap();
    let notes = wire.undo(SOON).await.notes();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("DELETE /things/5001 returns 405"), "{notes:?}");
    assert!(notes[1].contains("POST /things/5001/notes may have created something"), "{notes:?}");
    assert_eq!(read(&lines.lock().unwrap()).created.len(), 1, "another run may try again");
}

#[tokio::test]
async fn the_lines_of_a_crash_finish_the_work() {
    let server = Recorder::start();
    let lines: Lines = Arc::default();
    let crashed = wire(&server, Budget::new(99), sink(&lines));
    for _ in 0..3 {
        send(&crashed, &server, Method::POST, "/things").await.unwrap();
    }
    drop(crashed);
    let text: Vec<String> = lines.lock().unwrap().iter().map(|line| serde_json::to_string(line).unwrap()).collect();
    let known: Vec<Line> = text.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    // The last line of a crash may be an intent.
    let open = read(&known[..5]);
    assert_eq!((open.created.len(), open.unknown.len()), (2, 1));
    assert!(open.created[0].number > open.created[1].number, "the newest first");
    let next = wire(&server, Budget::new(99), sink(&lines));
    let undone = next.undo_lines(&known, SOON).await;
    assert_eq!((undone.removed.len(), undone.left.len()), (3, 0));
    assert!(server.objects().is_empty());
    assert_eq!(read(&lines.lock().unwrap()).created, [], "the ledger says so");
}

#[tokio::test]
async fn a_maximum_holds_with_what_is_undone() {
    let server = Recorder::start();
    let wire = wire(&server, Budget::strict(5), sink(&Lines::default()));
    for _ in 0..9 {
        let _ = send(&wire, &server, Method::POST, "/things").await;
    }
    assert_eq!(wire.undo(SOON).await.left.len(), 0);
    assert!(server.objects().is_empty());
    assert!(server.arrived().len() <= 5, "{:?}", server.lines());
}

/// What came of removing one object, created with or without a `Location`, where DELETE is answered with 404 and GET so.
async fn missing(located: bool, get: &'static str) -> (usize, usize) {
    let server = Recorder::instead(move |arrived| match arrived.method.as_str() {
        "POST" if located => {
            Some("HTTP/1.1 201 Created\r\nLocation: /things/8\r\nContent-Length: 0\r\n\r\n".to_owned())
        }
        "DELETE" => Some(response("404 Not Found", "{}")),
        "GET" => Some(response(get, "{}")),
        _ => None,
    });
    let lines: Lines = Arc::default();
    let crashed = wire(&server, Budget::new(99), sink(&lines));
    send(&crashed, &server, Method::POST, "/things").await.unwrap();
    drop(crashed);
    let known = lines.lock().unwrap().clone();
    let undone = wire(&server, Budget::new(99), sink(&lines)).undo_lines(&known, SOON).await;
    assert_eq!(read(&lines.lock().unwrap()).created.len(), undone.left.len(), "the ledger says the same");
    (undone.removed.len(), undone.left.len())
}

#[tokio::test]
async fn what_is_missing_is_removed_only_where_it_is_known_to_have_been() {
    for (located, get, expected, why) in [
        (true, "404 Not Found", (1, 0), "the target named the path, and nothing is there"),
        (true, "405 Method Not Allowed", (1, 0), "the path cannot be read, and there is a route"),
        (true, "200 OK", (0, 1), "there is no route for DELETE"),
        (true, "403 Forbidden", (0, 1), "nobody knows"),
        (false, "404 Not Found", (0, 1), "it may be at another path"),
    ] {
        assert_eq!(missing(located, get).await, expected, "{why}");
    }
}

#[tokio::test]
async fn what_was_read_or_has_removed_kin_is_known_to_have_been_there() {
    let gone = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_gone = Arc::clone(&gone);
    let server = Recorder::instead(move |arrived| {
        let missing = match arrived.method.as_str() {
            "GET" => is_gone.load(std::sync::atomic::Ordering::SeqCst),
            "DELETE" => arrived.target != "/things/5002",
            _ => false,
        };
        missing.then(|| response("404 Not Found", "{}"))
    });
    let lines: Lines = Arc::default();
    let crashed = wire(&server, Budget::new(99), sink(&lines));
    for target in ["/things", "/things", "/things/5001/notes", "/things/5002/notes"] {
        send(&crashed, &server, Method::POST, target).await.unwrap();
    }
    send(&crashed, &server, Method::GET, "/things/5001/notes/5003").await.unwrap();
    drop(crashed);
    gone.store(true, std::sync::atomic::Ordering::SeqCst);
    let known = lines.lock().unwrap().clone();
    let undone = wire(&server, Budget::new(99), sink(&lines)).undo_lines(&known, SOON).await;
    let left: Vec<String> = undone.left.iter().map(|(created, _)| created.undo.target.clone()).collect();
    assert_eq!(left, ["/things/5002/notes/5004"], "neither read nor beside one that was removed");
    assert_eq!(undone.removed.len(), 3);
}
