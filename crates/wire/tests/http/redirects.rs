use std::io::Write;

use model::{Credential, Exchange, Method, NotTested, ParameterIn, Request, Secret};
use wire::{Lease, Settings};

use crate::server::{Client, KEY, Server, identity, known, ok, response, settings};

fn redirect(location: &str) -> String {
    response("302 Found", &format!("Location: {location}\r\n"), "elsewhere")
}

fn path(exchange: &Exchange) -> &str {
    &exchange.request.target
}

#[tokio::test]
async fn five_hops_each_an_exchange_and_a_unit_of_the_budget() {
    let server = Server::answering(|stream, at| stream.write_all(redirect(&format!("/{}", at + 1)).as_bytes()));
    let client = Client::new(&server.origin());
    let exchange = client.send(Request::get(&server.origin(), "/0").follow()).await;
    assert_eq!((exchange.status(), path(&exchange)), (302, "/5"));
    assert_eq!(exchange.hops.iter().map(|hop| path(hop)).collect::<Vec<_>>(), ["/0", "/1", "/2", "/3", "/4"]);
    assert_eq!((server.seen().len(), client.wire.budget().spent(), client.wire.transcript().len()), (6, 6, 6));
    let lease = Lease::reading(client.wire.budget(), 2);
    let cut = client.wire.send(Request::get(&server.origin(), "/other").follow(), &lease, KEY).await;
    assert_eq!(cut.err(), Some(NotTested::OverBudget));
}

#[tokio::test]
async fn a_loop_ends_and_without_follow_nothing_is_followed() {
    let server = Server::saying(redirect("/loop"));
    let client = Client::new(&server.origin());
    assert_eq!(client.send(Request::get(&server.origin(), "/loop").follow()).await.hops.len(), 5);
    assert!(client.send(Request::get(&server.origin(), "/loop")).await.hops.is_empty());
    assert_eq!(server.seen().len(), 7);
}

#[tokio::test]
async fn only_the_scope_is_followed() {
    let canary = Server::saying(ok("canary"));
    let port = canary.address.port();
    for location in [
        format!("http://127.0.0.1:{port}/"),
        format!("//127.0.0.1:{port}/"),
        format!("http:\\\\127.0.0.1:{port}\\"),
        format!("http://user:pass@127.0.0.1:{port}/"),
        format!("http://127.1:{port}/"),
        format!("http://2130706433:{port}/"),
        "file:///etc/passwd".to_owned(),
        "gopher://127.0.0.1/".to_owned(),
        "data:text/html,x".to_owned(),
        "javascript:alert(1)".to_owned(),
        "http://".to_owned(),
        "http://[::1".to_owned(),
        "http://ex\u{e4}mple\u{3002}com/".to_owned(),
        String::new(),
    ] {
        let server = Server::answering(move |stream, at| {
            stream.write_all(if at == 0 { redirect(&location) } else { ok("same origin") }.as_bytes())
        });
        let exchange = Client::new(&server.origin()).send(Request::get(&server.origin(), "/").follow()).await;
        assert!(exchange.request.origin == server.origin(), "{}", exchange.request.origin);
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_line_break_in_a_location_is_no_second_request() {
    let server = Server::answering(|stream, at| {
        let broken = "HTTP/1.1 302 Found\r\nLocation: /a\rX: y\r\nLocation: /b c%0d%0aX:y\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(if at == 0 { broken.to_owned() } else { ok("here") }.as_bytes())
    });
    let client = Client::new(&server.origin());
    client.send(Request::get(&server.origin(), "/").follow()).await;
    for request in server.seen().iter().skip(1) {
        assert!(!String::from_utf8_lossy(request).contains("\nX:"), "{}", String::from_utf8_lossy(request));
    }
}

/// Credentials of every kind, and what of them stands in a request.
fn credentials() -> Vec<(Credential, &'static str)> {
    let secret = || Secret::new("canary-secret");
    let key = |place| Credential::ApiKey { place, name: "X-Api-Key".to_owned(), value: secret() };
    vec![
        (Credential::Bearer(secret()), "canary-secret"),
        (Credential::Basic { username: "me".to_owned(), password: secret() }, "Authorization: Basic "),
        (Credential::Cookie(Secret::new("session=canary-secret")), "canary-secret"),
        (key(ParameterIn::Header), "canary-secret"),
        (key(ParameterIn::Query), "canary-secret"),
        (key(ParameterIn::Cookie), "canary-secret"),
    ]
}

#[tokio::test]
async fn credentials_stay_at_their_origin() {
    for (credential, shown) in credentials() {
        let canary = Server::saying(ok("canary"));
        let elsewhere = canary.origin();
        let server = Server::answering(move |stream, at| {
            let location = if at == 0 { "/same".to_owned() } else { format!("{elsewhere}/other") };
            stream.write_all(redirect(&location).as_bytes())
        });
        let mut me = identity("me", credential);
        me.headers.push(("X-Tenant".to_owned(), Secret::new("canary-tenant")));
        let allow_hosts = vec![format!("127.0.0.1:{}", canary.address.port())];
        let client = Client::acting(&server.origin(), known(vec![me]), Settings { allow_hosts, ..settings() });
        let request = Request::get(&server.origin(), "/").identity("me").follow();
        let request = request.header("X-Forged-Token", "canary-forged").header("Accept", "text/html");
        let exchange = client.send(request).await;
        assert_eq!(exchange.text(), "canary");
        let same: Vec<String> = server.seen().iter().map(|r| String::from_utf8_lossy(r).into_owned()).collect();
        assert_eq!(same.len(), 2);
        assert!(same.iter().all(|r| r.contains(shown) && r.contains("canary-tenant") && r.contains("canary-forged")));
        let other = String::from_utf8_lossy(&canary.seen()[0]).into_owned();
        assert!(!other.contains("canary-") && !other.contains("Authorization"), "{other}");
        assert!(other.contains("Accept: text/html"));
    }
}

#[tokio::test]
async fn an_identity_that_is_not_known_is_not_sent_as_nobody() {
    let server = Server::saying(ok("here"));
    let me = identity("me", Credential::Bearer(Secret::new("canary-secret")));
    let client = Client::acting(&server.origin(), known(vec![me]), settings());
    let outcome = client.try_send(Request::get(&server.origin(), "/").identity("you")).await;
    assert!(matches!(&outcome, Err(NotTested::Inconclusive(why)) if why.contains("\"you\"")), "{outcome:?}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_secret_in_a_location_goes_nowhere_else() {
    let canary = Server::saying(ok("canary"));
    let elsewhere = canary.origin();
    let server = Server::answering(move |stream, _| {
        stream.write_all(redirect(&format!("{elsewhere}/?token=canary-secret")).as_bytes())
    });
    let me = identity("me", Credential::Bearer(Secret::new("canary-secret")));
    let allow_hosts = vec!["127.0.0.1".to_owned()];
    let client = Client::acting(&server.origin(), known(vec![me]), Settings { allow_hosts, ..settings() });
    let exchange = client.send(Request::get(&server.origin(), "/").identity("me").follow()).await;
    assert_eq!((exchange.status(), canary.connections()), (302, 0));
}

#[tokio::test]
async fn head_and_options_stay_what_they_are_and_have_no_surprises() {
    let server = Server::answering(|stream, at| {
        let answer = match at {
            0 | 2 => redirect("/next"),
            _ => response("200 OK", "", ""),
        };
        // No body after HEAD, whatever is announced.
        let end = answer.find("\r\n\r\n").map_or(answer.len(), |end| end + 4);
        stream.write_all(if at < 2 { &answer[..end] } else { &answer }.as_bytes())
    });
    let client = Client::new(&server.origin());
    for method in [Method::HEAD, Method::OPTIONS] {
        assert_eq!(client.send(Request::new(method, &server.origin(), "/").follow()).await.status(), 200);
    }
    let lines = ["HEAD / HTTP/1.1", "HEAD /next HTTP/1.1", "OPTIONS / HTTP/1.1", "OPTIONS /next HTTP/1.1"];
    assert_eq!(server.lines(), lines);
    assert_eq!(server.connections(), 1, "nothing of this is odd");
}
