use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream};

use model::{Failure, Origin, Request, Scheme};
use wire::Settings;

use crate::secure::{TlsServer, http1};
use crate::server::{Client, Server, ok, settings, wait};

fn through(proxy: &Server) -> Settings {
    Settings { proxy: Some(format!("http://user:pa%20ss@{}", proxy.address)), ..settings() }
}

#[tokio::test]
async fn plain_requests_go_to_the_proxy_in_absolute_form() {
    let proxy = Server::saying(ok("proxied"));
    let origin = Origin { scheme: Scheme::Http, host: "api.example".to_owned(), port: 8000 };
    let client = Client::with(&origin, through(&proxy));
    for target in ["/static/..%2f{x}", "*", "http://api.example:8000/own"] {
        assert_eq!(client.send(Request::get(&origin, target)).await.text(), "proxied");
    }
    let lines = [
        "GET http://api.example:8000/static/..%2f{x} HTTP/1.1",
        "GET http://api.example:8000 HTTP/1.1",
        "GET http://api.example:8000/own HTTP/1.1",
    ];
    assert_eq!(proxy.lines(), lines);
    let seen = String::from_utf8_lossy(&proxy.seen()[0]).into_owned();
    assert!(
        seen.contains("\r\nProxy-Authorization: Basic dXNlcjpwYSBzcw==\r\n") && seen.contains("Host: api.example:8000")
    );
    let recorded = format!("{:?}", client.wire.transcript());
    assert!(!recorded.contains("dXNlcjpwYSBzcw=="), "the proxy's password is no part of an exchange");
}

/// Tunnels one connection to the port after it was asked for.
fn tunnel(stream: &mut TcpStream, port: u16) -> std::io::Result<()> {
    let mut inner = TcpStream::connect(("127.0.0.1", port))?;
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut up, mut down) = (stream.try_clone()?, inner.try_clone()?);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut up, &mut down);
        let _ = down.shutdown(Shutdown::Both);
    });
    std::io::copy(&mut inner, stream)?;
    Err(std::io::ErrorKind::ConnectionAborted.into())
}

#[tokio::test]
async fn tls_goes_through_a_tunnel_and_so_does_its_inspection() {
    let server = TlsServer::start(&["http/1.1"], false, http1).await;
    let port = server.address.port();
    let proxy = Server::answering(move |stream, _| tunnel(stream, port));
    let origin = Origin { host: "api.example".to_owned(), ..server.origin() };
    let client = Client::with(&origin, through(&proxy));
    assert_eq!(client.send(Request::get(&origin, "/x")).await.text(), "GET /x HTTP/1.1");
    assert!(client.wire.tls_facts(&origin).is_some());
    let report = client.wire.inspect_tls().await.unwrap();
    assert!(!report.chain.is_empty());
    let line = format!("CONNECT api.example:{port} HTTP/1.1");
    assert!(proxy.lines().iter().all(|seen| *seen == line) && proxy.lines().len() > 5);
    let seen = String::from_utf8_lossy(&proxy.seen()[0]).into_owned();
    assert!(seen.contains("Proxy-Authorization: ") && !seen.contains("User-Agent"));
}

#[tokio::test]
async fn a_proxy_that_refuses_or_rambles_is_a_typed_failure() {
    let origin = Origin { scheme: Scheme::Https, host: "api.example".to_owned(), port: 443 };
    let endless = "X: y\r\n".repeat(100_000);
    for (answer, expected) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"),
        ("HTTP/1.1 200 OK\r\n\r\nmore than asked", "more than"),
        ("SSH-2.0-x\r\n", "SSH-2.0"),
        (&format!("HTTP/1.1 200 OK\r\n{endless}"), "larger"),
    ] {
        let proxy = Server::saying(answer);
        let exchange = Client::with(&origin, through(&proxy)).send(Request::get(&origin, "/")).await;
        let text = exchange.failure().unwrap().to_string();
        assert!(text.contains(expected), "{text}");
    }
    let silent = Server::answering(|stream, _| wait(stream));
    let exchange = Client::with(&origin, through(&silent)).send(Request::get(&origin, "/")).await;
    assert!(exchange.failure().unwrap().to_string().contains("in time"));
}

#[tokio::test]
async fn a_proxy_that_is_down_or_refuses_is_named_and_its_password_is_not() {
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let down = free();
    let refusing = Server::saying("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    for scheme in [Scheme::Http, Scheme::Https] {
        let origin = Origin { scheme, host: "api.example".to_owned(), port: 8000 };
        for (proxy, why) in [(down, "cannot be reached"), (refusing.address, "wants credentials")] {
            let settings = Settings { proxy: Some(format!("http://ada:canary-pass@{proxy}")), ..settings() };
            let exchange = Client::with(&origin, settings).send(Request::get(&origin, "/")).await;
            let text = exchange.failure().unwrap().to_string();
            assert!(text.contains(&format!("the proxy {proxy} (--proxy) {why}")), "{text}");
            assert!(!text.contains("canary-pass") && !text.contains("api.example"), "{text}");
        }
    }
}

#[tokio::test]
async fn names_are_pinned_and_addresses_tried_in_turn() {
    let server = Server::saying(ok("here"));
    let port = server.address.port();
    let origin = Origin { scheme: Scheme::Http, host: "api.example".to_owned(), port };
    let settings = Settings { resolve: vec![("API.example".to_owned(), port, server.address.ip())], ..settings() };
    let client = Client::with(&origin, settings.clone());
    assert_eq!(client.send(Request::get(&origin, "/")).await.text(), "here");
    assert!(String::from_utf8_lossy(&server.seen()[0]).contains(&format!("Host: api.example:{port}\r\n")));
    // `localhost` may be ::1 first, where nothing listens.
    let local = Origin { host: "localhost".to_owned(), ..origin };
    assert_eq!(Client::new(&local).send(Request::get(&local, "/")).await.text(), "here");
}

#[tokio::test]
async fn ipv6_literals_are_asked_in_brackets() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else { return };
    let port = listener.local_addr().unwrap().port();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        let request = crate::server::read_request(&mut stream)?;
        stream.write_all(ok("six").as_bytes())?;
        std::io::Result::Ok(String::from_utf8_lossy(&request).into_owned())
    });
    let origin = Origin { scheme: Scheme::Http, host: "::1".to_owned(), port };
    assert_eq!(Client::new(&origin).send(Request::get(&origin, "/")).await.text(), "six");
    assert!(asked.join().unwrap().unwrap().contains(&format!("Host: [::1]:{port}\r\n")));
}

#[tokio::test]
async fn nothing_listening_is_unreachable_and_soon_given_up() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let origin = crate::server::origin(address);
    let client = Client::new(&origin);
    let mut outcomes = Vec::new();
    for at in 0..5 {
        outcomes.push(client.try_send(Request::get(&origin, format!("/{at}"))).await);
    }
    assert!(matches!(outcomes[0].as_ref().unwrap().failure(), Some(Failure::Unreachable(_))));
    assert!(outcomes[4].is_err() && client.wire.is_dead() && !client.wire.was_reached());
    assert_eq!(client.wire.requests(), 0, "nothing was put on the wire");
}
