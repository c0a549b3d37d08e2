//! What is counted is what was sent: repeats and resets are, what never left is not.

use std::io::{ErrorKind, Write};
use std::sync::Arc;

use model::{NotTested, Request};
use wire::{Account, Budget, Lease, Wire};

use crate::server::{Client, KEY, Server, ok, response, settings};

fn wire(server: &Server, budget: Budget) -> Wire {
    Wire::new(server.origin(), wire::Mandate::default(), settings(), Arc::new(budget), Arc::new(|_| {})).unwrap()
}

/// Every second request is read and then reset, so that it is sent again on a fresh connection.
#[tokio::test]
async fn a_request_that_is_sent_again_is_counted_again() {
    let server = Server::answering(|stream, at| match at % 2 {
        0 => stream.write_all(ok("here").as_bytes()),
        _ => Err(ErrorKind::ConnectionReset.into()),
    });
    for most in [1, 2, 7, 30] {
        let before = server.seen().len();
        let wire = wire(&server, Budget::strict(most));
        let lease = Lease::reading(wire.budget(), 1_000);
        for at in 0..60 {
            let outcome = wire.send(Request::get(&server.origin(), format!("/{at}")), &lease, KEY).await;
            assert!(outcome.err().is_none_or(|why| why == NotTested::OverBudget));
        }
        let arrived = (server.seen().len() - before) as u32;
        assert_eq!((arrived, wire.requests(), wire.budget().spent()), (most, most, most));
    }
}

#[tokio::test]
async fn what_could_not_be_sent_costs_nothing() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::new(&crate::server::origin(closed));
    assert_eq!(client.send(Request::get(&crate::server::origin(closed), "/")).await.status(), 0);
    assert_eq!((client.wire.budget().spent(), client.wire.requests()), (0, 0));
}

/// An account of one's own is no licence: guesses pause when they are told to, and bursts do not.
#[tokio::test]
async fn only_who_provokes_refusals_ignores_them() {
    for (provokes, pauses) in [(false, 1), (true, 0)] {
        let server = Server::answering(|stream, at| {
            let busy = response("429 Too Many Requests", "Retry-After: 0\r\n", "");
            stream.write_all(if at == 0 { busy } else { ok("here") }.as_bytes())
        });
        let client = Client::new(&server.origin());
        let lease = Lease::reading(client.wire.budget(), 9).paid_by(Account::Apart);
        let lease = if provokes { lease.provoking() } else { lease };
        client.wire.send(Request::get(&server.origin(), "/guess"), &lease, KEY).await.unwrap();
        let slowed = |event: &&model::Event| matches!(event, model::Event::SlowedDown { .. });
        assert_eq!(client.events.lock().unwrap().iter().filter(slowed).count(), pauses);
        assert_eq!(client.wire.budget().spent(), 0, "paid apart");
    }
}
