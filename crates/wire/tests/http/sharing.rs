use std::io::Write;

use futures::future::join_all;
use model::{Identity, Method, NotTested, Request, Truncation};
use wire::{Lease, Mandate, Settings};

use crate::server::{Client, KEY, Server, ok, settings, unlimited, wait};

#[tokio::test(flavor = "multi_thread")]
async fn identical_safe_requests_are_sent_once_under_concurrency() {
    let server = Server::saying(ok("here"));
    let client = Client::new(&server.origin());
    let ask = |at: usize| client.send(Request::get(&server.origin(), format!("/{}", at % 5)));
    let exchanges = join_all((0..200).map(ask)).await;
    assert!(exchanges.iter().all(|e| e.text() == "here"));
    assert_eq!((server.seen().len(), client.wire.requests(), client.wire.budget().spent()), (5, 5, 5));
    assert_eq!(client.wire.transcript().len(), 5);
}

#[tokio::test]
async fn what_differs_or_writes_or_says_so_is_sent_each_time() {
    let server = Server::saying(ok("here"));
    let nobody = Identity { name: String::new(), credential: None, headers: Vec::new() };
    let mandate = Mandate { identities: vec![nobody], ..unlimited() };
    let client = Client::acting(&server.origin(), mandate, settings());
    let get = || Request::get(&server.origin(), "/");
    for request in [
        get(),
        get().header("X", "1"),
        get().header("X", "2"),
        get().follow(),
        get().identity(""),
        get().fresh(),
        get().fresh(),
        Request::new(Method::HEAD, &server.origin(), "/x"),
        Request::new(Method::POST, &server.origin(), "/"),
        Request::new(Method::POST, &server.origin(), "/"),
    ] {
        client.send(request).await;
    }
    assert_eq!(server.seen().len(), 10);
    let once = || Request::new(Method::POST, &server.origin(), "/once").body("text/plain", "a").once();
    for request in [once(), once(), once().body("text/plain", "b")] {
        client.send(request).await;
    }
    assert_eq!(server.seen().len(), 12, "what is said to be enough once");
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::saying(ok("here"));
    let client = Client::new(&server.origin());
    for at in 0..20 {
        client.send(Request::get(&server.origin(), format!("/{at}"))).await;
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_server_that_closes_idle_connections_loses_no_request() {
    let server = Server::answering(|stream, _| {
        stream.write_all(ok("here").as_bytes())?;
        Err(std::io::ErrorKind::ConnectionAborted.into())
    });
    let client = Client::new(&server.origin());
    for at in 0..20 {
        assert_eq!(client.send(Request::get(&server.origin(), format!("/{at}"))).await.status(), 200);
    }
    assert_eq!(server.seen().len(), 20);
}

#[tokio::test]
async fn a_lease_and_the_budget_bound_what_is_sent() {
    let server = Server::saying(ok("here"));
    let client = Client::new(&server.origin());
    let lease = Lease::reading(client.wire.budget(), 2);
    let mut outcomes = Vec::new();
    for at in 0..4 {
        outcomes.push(client.wire.send(Request::get(&server.origin(), format!("/{at}")), &lease, KEY).await.err());
    }
    assert_eq!(outcomes, [None, None, Some(NotTested::OverBudget), Some(NotTested::OverBudget)]);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn dropped_requests_leave_the_wire_usable() {
    let server = Server::answering(|stream, at| match at {
        1..=4 => wait(stream),
        _ => stream.write_all(ok("here").as_bytes()),
    });
    let client = Client::with(&server.origin(), Settings { concurrency: 4, ..settings() });
    let get = |at: usize| client.send(Request::get(&server.origin(), format!("/{}", at % 6)));
    client.send(Request::get(&server.origin(), "/first")).await;
    let under_way = async {
        while server.seen().len() < 5 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = join_all((0..12).map(get)) => panic!("they hang"),
        () = under_way => {}
    }
    let exchanges = join_all((0..12).map(get)).await;
    assert!(exchanges.iter().all(|exchange| exchange.text() == "here"));
    assert_eq!(server.seen().len(), 1 + 4 + 6, "asked again, and still shared");
}

#[tokio::test]
async fn nothing_is_sent_after_a_cancel() {
    let server = Server::saying(ok("here"));
    let client = Client::new(&server.origin());
    client.wire.cancel(NotTested::Cut);
    assert_eq!(client.try_send(Request::get(&server.origin(), "/")).await.err(), Some(NotTested::Cut));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn bodies_are_kept_within_bounds() {
    let server = Server::saying(ok(&"x".repeat(100_000)));
    let mut settings = settings();
    settings.limits.kept_bytes = 100_000;
    let client = Client::with(&server.origin(), settings);
    let mut lengths = Vec::new();
    for at in 0..10 {
        let exchange = client.send(Request::get(&server.origin(), format!("/{at}"))).await;
        lengths.push((exchange.body_len(), exchange.response().unwrap().truncated));
    }
    assert_eq!(lengths[..2], [(65_536, Some(Truncation::Cap)); 2]);
    assert_eq!(lengths[2..], [(4_096, Some(Truncation::Cap)); 8]);
}
