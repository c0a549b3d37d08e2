//! Slowing down, and knowing when to stop.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use model::{Event, NotTested, Request};
use wire::{Account, Lease, Settings};

use crate::server::{Client, KEY, Server, ok, response, settings, wait};

fn slowed(client: &Client) -> Vec<String> {
    let events = client.events.lock().unwrap();
    events.iter().filter_map(|e| if let Event::SlowedDown { why } = e { Some(why.to_string()) } else { None }).collect()
}

async fn ask(client: &Client, server: &Server, paths: std::ops::Range<usize>) -> Vec<Result<u16, NotTested>> {
    let send = |at: usize| client.try_send(Request::get(&server.origin(), format!("/{at}")));
    let all = join_all(paths.map(send)).await;
    all.into_iter().map(|outcome| outcome.map(|exchange| exchange.status())).collect()
}

#[tokio::test]
async fn retry_after_counts_only_with_a_refusal() {
    let server = Server::saying(response("200 OK", "Retry-After: 99999999\r\n", "here"));
    let client = Client::new(&server.origin());
    assert!(ask(&client, &server, 0..40).await.iter().all(|status| *status == Ok(200)));
    assert!(slowed(&client).is_empty());
}

#[tokio::test]
async fn a_volley_of_refusals_pauses_once_and_the_scan_goes_on() {
    let server = Server::answering(|stream, at| {
        let answer = if at < 8 { response("429 Too Many Requests", "Retry-After: -5\r\n", "") } else { ok("here") };
        stream.write_all(answer.as_bytes())
    });
    let client = Client::new(&server.origin());
    ask(&client, &server, 0..8).await;
    assert_eq!(slowed(&client).len(), 1);
    assert!(ask(&client, &server, 8..40).await.iter().all(|status| *status == Ok(200)));
    assert!(!client.wire.is_banned());
}

#[tokio::test]
async fn bursts_provoke_refusals_without_consequence() {
    let server = Server::saying(response("429 Too Many Requests", "Retry-After: 3600\r\n", ""));
    let client = Client::new(&server.origin());
    let lease = Lease::reading(client.wire.budget(), 60).paid_by(Account::Apart).provoking();
    for at in 0..30 {
        client.wire.send(Request::get(&server.origin(), format!("/{at}")), &lease, KEY).await.unwrap();
    }
    assert!(slowed(&client).is_empty() && !client.wire.is_banned());
}

/// A pause longer than a scan can make is not waited for again and again.
#[tokio::test]
async fn a_target_that_asks_for_hours_is_left_alone() {
    let server = Server::answering(|stream, at| {
        let hours = response("429 Too Many Requests", "Retry-After: 99999999\r\n", "");
        stream.write_all(if at == 0 { ok("here") } else { hours }.as_bytes())
    });
    let client = Client::new(&server.origin());
    ask(&client, &server, 0..1).await;
    for at in 1..10 {
        ask(&client, &server, at..at + 1).await;
    }
    assert!(client.wire.is_banned());
    assert_eq!(server.seen().len(), 1 + 1 + 1, "one refusal and one control");
}

#[tokio::test]
async fn what_is_put_off_is_sent_again_and_answered() {
    for refusal in [("429 Too Many Requests", ""), ("503 Service Unavailable", "Retry-After: 0\r\n")] {
        let server = Server::answering(move |stream, at| {
            let answer = if at % 3 == 2 { response(refusal.0, refusal.1, "later") } else { ok("here") };
            stream.write_all(answer.as_bytes())
        });
        let client = Client::new(&server.origin());
        assert_eq!(ask(&client, &server, 0..12).await, vec![Ok(200); 12]);
        assert!(client.wire.was_put_off() && !client.wire.is_banned());
        assert!(server.seen().len() > 12);
        assert_eq!(client.wire.budget().spent(), 12, "sending again costs the scan nothing else");
        let kept: Vec<u16> = client.wire.transcript().iter().map(|record| record.exchange.status()).collect();
        assert_eq!(kept, [200; 12]);
    }
}

#[tokio::test]
async fn a_server_that_is_out_of_order_is_not_asked_again() {
    let server = Server::answering(|stream, at| {
        let answer = if at == 1 { response("503 Service Unavailable", "", "") } else { ok("here") };
        stream.write_all(answer.as_bytes())
    });
    let client = Client::new(&server.origin());
    ask(&client, &server, 0..1).await;
    assert_eq!(ask(&client, &server, 1..2).await, [Ok(503)]);
}

/// One path has a limit of its own, of hours: it is asked once, whatever else is asked there is answered as it is, and nobody waits.
#[tokio::test]
async fn the_limit_of_one_path_is_no_ban_and_not_waited_for() {
    let server = Server::answering(|stream, at| {
        let hours = response("429 Too Many Requests", "Retry-After: 99999999\r\n", "");
        stream.write_all(if at == 1 || at == 3 { hours } else { ok("here") }.as_bytes())
    });
    let client = Client::new(&server.origin());
    ask(&client, &server, 0..1).await;
    let limited = |query: &str| client.try_send(Request::get(&server.origin(), format!("/limited?{query}")));
    assert_eq!(limited("a").await.unwrap().status(), 429);
    assert_eq!(limited("b").await.unwrap().status(), 429);
    assert_eq!(ask(&client, &server, 4..5).await, [Ok(200)]);
    assert!(!client.wire.is_banned());
    assert_eq!(server.seen().len(), 1 + (1 + 1) + 1 + 1, "the control is asked once");
}

#[tokio::test]
async fn after_a_burst_the_scan_waits_until_it_is_let_in() {
    let server = Server::answering(|stream, at| {
        let answer = if (1..6).contains(&at) { response("429 Too Many Requests", "", "") } else { ok("here") };
        stream.write_all(answer.as_bytes())
    });
    let client = Client::new(&server.origin());
    ask(&client, &server, 0..1).await;
    let lease = Lease::reading(client.wire.budget(), 60).paid_by(Account::Apart).provoking();
    for at in 1..4 {
        client.wire.send(Request::get(&server.origin(), format!("/{at}")), &lease, KEY).await.unwrap();
    }
    client.wire.let_in().await;
    assert_eq!(server.lines().last().map(String::as_str), Some("GET /0 HTTP/1.1"));
    assert_eq!(server.seen().len(), 7, "refused twice, then let in");
    assert_eq!(ask(&client, &server, 7..9).await, [Ok(200), Ok(200)]);
    client.wire.let_in().await;
    assert_eq!(server.seen().len(), 9, "nothing is asked when nothing was refused");
}

#[tokio::test]
async fn a_stop_ends_the_wait_for_a_pause() {
    let server = Server::saying(response("429 Too Many Requests", "Retry-After: 3000\r\n", ""));
    let limits = wire::Limits { pause: Duration::from_hours(1), ..settings().limits };
    let client = Client::with(&server.origin(), Settings { limits, ..settings() });
    let stop = async {
        while slowed(&client).is_empty() {
            tokio::task::yield_now().await;
        }
        client.wire.cancel(NotTested::Cut);
    };
    let sent = async { tokio::join!(client.try_send(Request::get(&server.origin(), "/")), stop).0 };
    let sent = tokio::time::timeout(Duration::from_mins(5), sent).await.unwrap();
    assert_eq!(sent.err(), Some(NotTested::Cut));
}

/// For every n: the server answers n requests and then refuses everything, as firewalls do.
#[tokio::test(flavor = "multi_thread")]
async fn a_ban_after_any_number_of_answers_is_seen() {
    let bans = (1..=45).map(|n| async move {
        let server = Server::answering(move |stream, at| {
            let blocked = || response("403 Forbidden", "Server: waf\r\n", "<h1>Request blocked</h1>");
            stream.write_all(if at < n { ok("here") } else { blocked() }.as_bytes())
        });
        let client = Client::new(&server.origin());
        let mut outcomes = Vec::new();
        for at in 0..80 {
            outcomes.extend(ask(&client, &server, at..at + 1).await);
        }
        (n, client.wire.is_banned(), client.wire.is_dead(), outcomes.pop().unwrap(), server.seen().len())
    });
    for (n, banned, dead, last, sent) in join_all(bans).await {
        assert_eq!((banned, dead, last), (true, false, Err(NotTested::Blocked)), "after {n}");
        assert_eq!(sent, n + 4 + 1, "four refusals and one control");
    }
}

#[tokio::test]
async fn forbidden_paths_are_no_ban() {
    let server = Server::answering(|stream, at| {
        let answer = if at % 50 == 0 || at == 5 || at == 14 { ok("here") } else { response("403 Forbidden", "", "no") };
        stream.write_all(answer.as_bytes())
    });
    // Refusals of everything but the first request, which is the control.
    let first = Arc::new(Mutex::new(None));
    let known = Arc::clone(&first);
    let judge = Server::new(
        |_| Ok(()),
        move |stream, _| {
            let mut known = known.lock().unwrap();
            let answer = if known.is_none() { ok("here") } else { response("403 Forbidden", "", "no") };
            *known = Some(());
            stream.write_all(answer.as_bytes())
        },
    );
    let client = Client::new(&server.origin());
    for at in 0..25 {
        ask(&client, &server, at..at + 1).await;
    }
    assert!(!client.wire.is_banned(), "the control was answered when it was asked");
    let client = Client::new(&judge.origin());
    for at in 0..25 {
        ask(&client, &judge, at..at + 1).await;
    }
    assert!(client.wire.is_banned(), "the control was refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_hanging_endpoint_is_no_death() {
    let server =
        Server::answering(
            |stream, at| if at == 0 || at > 16 { stream.write_all(ok("here").as_bytes()) } else { wait(stream) },
        );
    let client = Client::new(&server.origin());
    ask(&client, &server, 0..1).await;
    let hanging = ask(&client, &server, 1..17).await;
    assert!(hanging.iter().all(|status| *status == Ok(0)));
    assert!(!client.wire.is_dead());
    assert_eq!(ask(&client, &server, 20..21).await, [Ok(200)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_dies_is_dead() {
    let answered = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&answered);
    let server = Server::answering(move |stream, at| {
        if at >= 10 {
            return Err(std::io::ErrorKind::ConnectionReset.into());
        }
        counted.fetch_add(1, Ordering::Relaxed);
        stream.write_all(ok("here").as_bytes())
    });
    let client = Client::new(&server.origin());
    let mut last = Vec::new();
    for at in 0..40 {
        last = ask(&client, &server, at..at + 1).await;
    }
    assert!(client.wire.is_dead() && client.wire.was_reached() && !client.wire.is_banned());
    assert_eq!((last, answered.load(Ordering::Relaxed)), (vec![Err(NotTested::NoAnswer)], 10));
    assert_eq!(slowed(&client).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_requests_at_once_than_allowed() {
    let (under_way, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, highest) = (Arc::clone(&under_way), Arc::clone(&most));
    let server = Server::answering(move |stream, _| {
        highest.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::yield_now();
        now.fetch_sub(1, Ordering::SeqCst);
        stream.write_all(ok("here").as_bytes())
    });
    let client = Client::with(&server.origin(), Settings { concurrency: 3, ..settings() });
    ask(&client, &server, 0..200).await;
    assert!((1..=3).contains(&most.load(Ordering::SeqCst)));
    assert!(server.connections() <= 3);
}

#[tokio::test]
async fn outside_the_scope_nothing_is_sent() {
    let (server, other) = (Server::saying(ok("here")), Server::saying(ok("other")));
    let request = || Request::get(&other.origin(), "/");
    assert_eq!(Client::new(&server.origin()).try_send(request()).await.err(), Some(NotTested::OutOfScope));
    assert_eq!(other.connections(), 0);
    let allow_hosts = vec![format!("127.0.0.1:{}", other.address.port())];
    let client = Client::with(&server.origin(), Settings { allow_hosts, ..settings() });
    assert_eq!(client.send(request()).await.text(), "other");
}
