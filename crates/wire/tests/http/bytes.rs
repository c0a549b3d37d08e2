use model::{Method, NotTested, Request};

use crate::server::{Client, Server, ok, settings, unlimited};

/// Request targets that libraries normalise, encode or refuse.
const TARGETS: [&str; 24] = [
    "/static/..%2f..%2fetc/passwd",
    "/static/../x",
    "/../../../../etc/passwd",
    "/a/./b",
    "/a/%2e%2e/b",
    "/a/.%2e/b",
    "/a\\..\\b",
    "//x//y",
    "/a/..;/b",
    "/%zz",
    "/a%00b",
    "/a/{id}",
    "/caf\u{e9}/\u{4e16}",
    "/a b",
    "/search?q='\"<>",
    "/search?q=<script>alert(1)</script>",
    "/search?q=a'%20OR%201=1--",
    "/x?a=|^`{}[]\\",
    "/x#fragment",
    "/x?",
    "*",
    "http://127.0.0.1/absolute?form",
    "relative",
    "?query",
];

#[tokio::test]
async fn targets_go_out_byte_for_byte() {
    let server = Server::saying(ok("here"));
    let client = Client::new(&server.origin());
    for target in TARGETS {
        let exchange = client.send(Request::get(&server.origin(), target)).await;
        assert_eq!(exchange.status(), 200, "{target}");
    }
    let expected: Vec<String> = TARGETS.iter().map(|target| format!("GET {target} HTTP/1.1")).collect();
    assert_eq!(server.lines(), expected);
}

#[tokio::test]
async fn headers_go_out_byte_for_byte_and_in_order() {
    let server = Server::saying(ok("here"));
    let client = Client::new(&server.origin());
    let high: Vec<u8> = (0x80..=0xff).collect();
    let request = Request::get(&server.origin(), "/")
        .header("Host", "one.example")
        .header("Host", "two.example")
        .header("x-CaSe", "a")
        .header("X-Case", "b")
        .header("X-High", high.clone())
        .header("X-Tab", "a\tb")
        .header("Bad Name", "kept")
        .header("User-Agent", "own");
    client.send(request).await;
    let seen = server.seen().remove(0);
    let expected = [
        b"Host: one.example\r\nHost: two.example\r\nx-CaSe: a\r\nX-Case: b\r\nX-High: ".as_slice(),
        &high,
        b"\r\nX-Tab: a\tb\r\nBad Name: kept\r\nUser-Agent: own\r\n\r\n",
    ];
    assert!(seen.ends_with(&expected.concat()), "{}", String::from_utf8_lossy(&seen));
    assert_eq!(
        seen.windows(5).filter(|w| w.eq_ignore_ascii_case(b"host:")).count(),
        2,
        "no Host of ours beside theirs"
    );
}

#[tokio::test]
async fn odd_methods_go_out_and_odd_requests_get_a_connection_of_their_own() {
    let server = Server::saying(ok("here"));
    let client = Client::acting(&server.origin(), unlimited(), settings());
    for method in ["JEFF!#$", "get-it", "G\u{e9}T", "A B"] {
        client.send(Request::new(Method::new(method), &server.origin(), "/")).await;
    }
    assert_eq!(server.lines(), ["JEFF!#$ / HTTP/1.1", "get-it / HTTP/1.1", "G\u{e9}T / HTTP/1.1", "A B / HTTP/1.1"]);
    let closing = |request: &Vec<u8>| String::from_utf8_lossy(request).contains("\r\nConnection: close\r\n");
    assert_eq!(server.seen().iter().map(closing).collect::<Vec<_>>(), [false, false, true, true]);
}

/// A check may ask what a server makes of a coding that it does not know, without a body that could be taken for a second request.
#[tokio::test]
async fn a_transfer_coding_on_a_get_adds_no_framing_of_ours() {
    let server = Server::saying(ok("here"));
    let client = Client::new(&server.origin());
    client.send(Request::get(&server.origin(), "/").header("Transfer-Encoding", "xyz")).await;
    let seen = String::from_utf8(server.seen().remove(0)).unwrap();
    assert!(seen.contains("\r\nTransfer-Encoding: xyz\r\n") && seen.contains("\r\nConnection: close\r\n"), "{seen}");
    assert!(!seen.to_ascii_lowercase().contains("content-length") && seen.ends_with("\r\n\r\n"), "{seen}");
}

#[tokio::test]
async fn what_would_become_two_requests_is_not_sent() {
    let server = Server::saying(ok("here"));
    let client = Client::new(&server.origin());
    for request in [
        Request::get(&server.origin(), "/ HTTP/1.1\r\nX: y\r\n\r\nGET /second"),
        Request::get(&server.origin(), "/\0"),
        Request::get(&server.origin(), "/").header("X", "a\r\nY: b"),
        Request::get(&server.origin(), "/").header("X: a\nY", "b"),
    ] {
        let outcome = client.try_send(request).await;
        assert!(matches!(outcome, Err(NotTested::Inconclusive(_))), "{outcome:?}");
    }
    assert!(server.seen().is_empty());
    assert_eq!(client.wire.budget().spent(), 0);
}

#[tokio::test]
async fn bodies_announce_their_length_unless_the_request_does() {
    let server = Server::saying(ok("here"));
    let client = Client::acting(&server.origin(), unlimited(), settings());
    client.send(Request::new(Method::POST, &server.origin(), "/").body("application/json", "{}")).await;
    client.send(Request::new(Method::POST, &server.origin(), "/")).await;
    client.send(Request::new(Method::DELETE, &server.origin(), "/")).await;
    let own = Request::new(Method::PUT, &server.origin(), "/").header("content-length", "3");
    client.send(Request { body: b"abc".to_vec(), ..own }).await;
    let seen: Vec<String> = server.seen().iter().map(|r| String::from_utf8_lossy(r).into_owned()).collect();
    assert!(seen[0].contains("\r\nContent-Length: 2\r\n") && seen[0].ends_with("\r\n\r\n{}"));
    assert!(seen[1].contains("\r\nContent-Length: 0\r\n"));
    assert!(!seen[2].to_lowercase().contains("content-length"));
    assert_eq!(seen[3].to_lowercase().matches("content-length").count(), 1);
}

#[tokio::test]
async fn names_and_values_come_back_as_sent() {
    let server = Server::saying(
        &b"HTTP/1.1 299 Very  Odd\r\nX-oDD: caf\xe9\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 2\r\n\r\nok"[..],
    );
    let exchange = Client::new(&server.origin()).send(Request::get(&server.origin(), "/")).await;
    let response = exchange.response().unwrap();
    assert_eq!((response.status, response.reason.as_str(), response.version), (299, "Very  Odd", "HTTP/1.1"));
    let headers: Vec<(&str, &str)> = response.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        headers,
        [("X-oDD", "caf\u{e9}"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("Content-Length", "2")]
    );
}
