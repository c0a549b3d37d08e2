use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use model::{Exchange, Failure, Phase, Request, Truncation};

use crate::server::{Client, Server, ok, response, settings, unlimited, wait};

type Behaviour = fn(&mut TcpStream, usize) -> io::Result<()>;

/// What is to come of a fault.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    /// A whole response of this status.
    Whole(u16),
    /// A response cut short for this reason.
    Cut(Truncation),
    /// No response.
    TimedOut(Phase),
    Closed,
    Malformed,
}

fn outcome(exchange: &Exchange) -> Option<Expected> {
    Some(match (exchange.response(), exchange.failure()?) {
        (None, Failure::TimedOut(phase)) => Expected::TimedOut(*phase),
        (None, Failure::Closed(_)) => Expected::Closed,
        (None, Failure::Malformed(_)) => Expected::Malformed,
        _ => return None,
    })
}

fn judged(exchange: &Exchange) -> Option<Expected> {
    match exchange.response() {
        Some(response) => Some(response.truncated.map_or(Expected::Whole(response.status), Expected::Cut)),
        None => outcome(exchange),
    }
}

fn say(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())
}

/// Says something until the other side has enough.
fn forever(stream: &mut TcpStream, text: &[u8]) -> io::Result<()> {
    loop {
        stream.write_all(text)?;
    }
}

/// One byte at a time, slowly, until the other side has enough.
fn drip(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    for byte in text.bytes() {
        stream.write_all(&[byte])?;
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    wait(stream)
}

fn reset(stream: &TcpStream) -> io::Result<()> {
    // Closing with unread input resets the connection: the client's next bytes are never read.
    stream.shutdown(std::net::Shutdown::Both)?;
    Err(io::ErrorKind::ConnectionReset.into())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn compressed(stream: &mut TcpStream, coding: &str, body: &[u8]) -> io::Result<()> {
    say(stream, &format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n", body.len()))?;
    stream.write_all(body)
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Faults of transport, of HTTP/1.1 and of compression, and what is to come of them.
const FAULTS: &[(&str, Expected, Behaviour)] = &[
    ("silence", Expected::TimedOut(Phase::Head), |s, _| wait(s)),
    ("closing without a word", Expected::Closed, |s, _| reset(s)),
    ("closing in the head", Expected::Closed, |s, _| say(s, "HTTP/1.1 200 OK\r\nX: ").and_then(|()| reset(s))),
    ("closing in the body", Expected::Cut(Truncation::Ended), |s, _| {
        say(s, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").and_then(|()| reset(s))
    }),
    ("an end of sending before an answer", Expected::Closed, |s, _| {
        s.shutdown(std::net::Shutdown::Write)?;
        wait(s)
    }),
    ("a head that drips", Expected::TimedOut(Phase::Head), |s, _| drip(s, &"HTTP/1.1 200 OK\r\nX: y\r\n".repeat(9))),
    ("a body that drips", Expected::Cut(Truncation::Time), |s, _| {
        say(s, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")?;
        drip(s, &"x".repeat(900))
    }),
    ("a body that stops", Expected::Cut(Truncation::Time), |s, _| {
        say(s, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf")?;
        wait(s)
    }),
    ("chunks that drip", Expected::Cut(Truncation::Time), |s, _| {
        say(s, CHUNKED)?;
        drip(s, &"1\r\nx\r\n".repeat(200))
    }),
    ("chunks without end", Expected::Cut(Truncation::Cap), |s, _| {
        say(s, CHUNKED)?;
        forever(s, format!("4000\r\n{}\r\n", "x".repeat(0x4000)).as_bytes())
    }),
    ("a body without end", Expected::Cut(Truncation::Cap), |s, _| {
        say(s, "HTTP/1.1 200 OK\r\n\r\n")?;
        forever(s, &[b'x'; 4096])
    }),
    ("a length without end", Expected::Cut(Truncation::Cap), |s, _| {
        say(s, "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n")?;
        forever(s, &[b'x'; 4096])
    }),
    ("trailers without end", Expected::Cut(Truncation::Undecodable), |s, _| {
        say(s, CHUNKED)?;
        say(s, "1\r\nx\r\n0\r\n")?;
        forever(s, &b"X-Trailer: y\r\n".repeat(100))
    }),
    ("a chunk extension without end", Expected::Cut(Truncation::Undecodable), |s, _| {
        say(s, CHUNKED)?;
        say(s, "1;x=")?;
        forever(s, &[b'y'; 4096])
    }),
    ("a chunk size of sixteen digits", Expected::Cut(Truncation::Ended), |s, _| {
        say(s, CHUNKED)?;
        say(s, "ffffffffffffffff\r\nabc")?;
        reset(s)
    }),
    ("a chunk size of seventeen digits", Expected::Cut(Truncation::Undecodable), |s, _| {
        say(s, CHUNKED)?;
        say(s, "11111111111111111\r\nabc")?;
        wait(s)
    }),
    ("interim responses without end", Expected::Malformed, |s, _| forever(s, b"HTTP/1.1 103 Early Hints\r\n\r\n")),
    ("one interim response", Expected::Whole(200), |s, _| {
        say(s, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")?;
        say(s, &ok("here"))
    }),
    ("a hundred thousand headers", Expected::Malformed, |s, _| {
        say(s, "HTTP/1.1 200 OK\r\n")?;
        say(s, &"X-Header: value\r\n".repeat(100_000))?;
        say(s, "\r\n")
    }),
    ("three hundred short headers", Expected::Malformed, |s, _| {
        say(s, &response("200 OK", &"Set-Cookie: a=b\r\n".repeat(300), "here"))
    }),
    ("two hundred cookies", Expected::Whole(200), |s, _| {
        say(s, &response("200 OK", &"Set-Cookie: a=b\r\n".repeat(200), "here"))
    }),
    ("a header of 256 MiB", Expected::Malformed, |s, _| {
        say(s, "HTTP/1.1 200 OK\r\nX: ")?;
        let piece = vec![b'y'; 1 << 20];
        (0..256).try_for_each(|_| s.write_all(&piece))
    }),
    ("a reason phrase of 1 MiB", Expected::Malformed, |s, _| {
        say(s, &response(&format!("200 {}", "x".repeat(1 << 20)), "", "here"))
    }),
    ("a folded header", Expected::Whole(200), |s, _| say(s, &response("200 OK", "X: a\r\n b\r\n\tc\r\n", "here"))),
    ("NUL in a header", Expected::Malformed, |s, _| say(s, &response("200 OK", "X: a\0b\r\nY: z\r\n", "here"))),
    ("a header without colon", Expected::Whole(200), |s, _| say(s, &response("200 OK", "nonsense\r\n", "here"))),
    ("bare line feeds", Expected::Whole(200), |s, _| say(s, "HTTP/1.1 200 OK\nContent-Length: 4\n\nhere")),
    ("two lengths", Expected::Malformed, |s, _| say(s, &response("200 OK", "Content-Length: 5\r\n", "here"))),
    ("twice the same length", Expected::Whole(200), |s, _| {
        say(s, &response("200 OK", "Content-Length: 4\r\n", "here"))
    }),
    ("a negative length", Expected::Malformed, |s, _| say(s, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhere")),
    ("a length that overflows", Expected::Malformed, |s, _| {
        say(s, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nhere")
    }),
    ("a length and chunks", Expected::Whole(200), |s, _| {
        say(s, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhere\r\n0\r\n\r\n")
    }),
    ("a body with 204", Expected::Whole(204), |s, _| say(s, &response("204 No Content", "", "smuggled"))),
    ("a body with 304", Expected::Whole(304), |s, _| say(s, &response("304 Not Modified", "", "smuggled"))),
    ("switching protocols unasked", Expected::Whole(101), |s, _| {
        say(s, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")?;
        wait(s)
    }),
    ("one byte less than announced", Expected::Cut(Truncation::Ended), |s, _| {
        say(s, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhere").and_then(|()| reset(s))
    }),
    ("HTTP/0.9", Expected::Malformed, |s, _| say(s, "<html>here</html>").and_then(|()| reset(s))),
    ("HTTP/3.7", Expected::Malformed, |s, _| say(s, "HTTP/3.7 200 OK\r\n\r\n")),
    ("HTTP/1.7", Expected::Malformed, |s, _| say(s, "HTTP/1.7 200 OK\r\n\r\n")),
    ("another protocol", Expected::Malformed, |s, _| say(s, "220 mail.example ESMTP\r\n").and_then(|()| wait(s))),
    ("binary garbage", Expected::Malformed, |s, _| s.write_all(&[0, 0x1b, 0x5d, 0xff, 7]).and_then(|()| wait(s))),
    ("status 000", Expected::Malformed, |s, _| say(s, &response("000 Nothing", "", "here"))),
    ("status 0", Expected::Malformed, |s, _| say(s, &response("0 xyz", "", "here"))),
    ("status 1000", Expected::Malformed, |s, _| say(s, &response("1000 Many", "", "here"))),
    ("status 999", Expected::Whole(999), |s, _| say(s, &response("999 Request denied", "", "here"))),
    ("no reason phrase", Expected::Whole(200), |s, _| say(s, &response("200", "", "here"))),
    ("a head of line breaks", Expected::TimedOut(Phase::Head), |s, _| forever(s, b"\r\n")),
    ("a bomb", Expected::Cut(Truncation::Bomb), |s, _| compressed(s, "gzip", &gzip(&vec![0; 16 << 20]))),
    ("a bomb in a bomb", Expected::Cut(Truncation::Bomb), |s, _| {
        compressed(s, "gzip, gzip", &gzip(&gzip(&vec![0; 16 << 20])))
    }),
    ("a million members", Expected::Cut(Truncation::Bomb), |s, _| compressed(s, "gzip", &gzip(b"").repeat(80_000))),
    ("ten codings", Expected::Cut(Truncation::Undecodable), |s, _| compressed(s, &"gzip, ".repeat(10), b"x")),
    ("a coding that was not asked for", Expected::Cut(Truncation::Undecodable), |s, _| compressed(s, "br", b"x")),
    ("no gzip", Expected::Cut(Truncation::Undecodable), |s, _| compressed(s, "gzip", b"plain text")),
    ("half a gzip", Expected::Cut(Truncation::Undecodable), |s, _| {
        let whole = gzip(&(0..=255).collect::<Vec<u8>>());
        compressed(s, "gzip", &whole[..whole.len() / 2])
    }),
    ("a challenge of 1 MiB", Expected::Malformed, |s, _| {
        say(s, &response("401 Unauthorized", &format!("WWW-Authenticate: {}\r\n", "x".repeat(1 << 20)), ""))
    }),
];

/// Each fault once, all at the same time: every one is an exchange of the expected kind, and the wire goes on.
#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_a_typed_outcome() {
    let mut running = Vec::new();
    for (name, expected, behave) in FAULTS {
        running.push(tokio::spawn(async move {
            let server = Server::answering(behave);
            let client = Client::new(&server.origin());
            let exchange = client.send(Request::get(&server.origin(), "/")).await;
            (name, *expected, judged(&exchange), exchange.body_len())
        }));
    }
    let mut wrong = Vec::new();
    for one in running {
        let (name, expected, found, length) = one.await.unwrap();
        assert!(length <= 2 << 20, "{name}");
        if found != Some(expected) {
            wrong.push(format!("{name}: {found:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// After anything odd the next request gets a connection of its own, so that no response is taken for another's.
#[tokio::test]
async fn no_connection_is_used_again_after_anything_odd() {
    let odd = [
        format!("{}HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsmuggle", ok("here")),
        response("200 OK", "Content-Length: 4\r\n", "here"),
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhere\r\n0\r\n\r\n".to_owned(),
        response("204 No Content", "", "smuggled"),
        format!("HTTP/1.1 103 Early Hints\r\n\r\n{}", ok("here")),
        "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nhere".to_owned(),
        response("200 OK", "Connection: close\r\n", "here"),
        response("200 OK", "Connection: x, Close\r\n", "here"),
    ];
    for answer in odd {
        let server = Server::saying(answer.clone());
        let client = Client::new(&server.origin());
        for at in 0..3 {
            let exchange = client.send(Request::get(&server.origin(), format!("/{at}"))).await;
            assert!(matches!(exchange.text().as_ref(), "here" | ""), "{answer:?}: {:?}", exchange.text());
        }
        assert_eq!(server.connections(), 3, "{answer:?}");
    }
}

/// What is said on an idle connection answers nothing, and from then on no connection is kept.
#[tokio::test]
async fn a_response_before_its_request_is_nobodys() {
    let said = Arc::new(tokio::sync::Notify::new());
    let saying = Arc::clone(&said);
    let server = Server::answering(move |stream, place| {
        say(stream, &ok("here"))?;
        if place == 0 {
            std::thread::sleep(std::time::Duration::from_millis(50));
            say(stream, &ok("too early"))?;
            saying.notify_one();
        }
        Ok(())
    });
    let client = Client::new(&server.origin());
    assert_eq!(client.send(Request::get(&server.origin(), "/first")).await.text(), "here");
    said.notified().await;
    for path in ["/second", "/third", "/fourth"] {
        assert_eq!(client.send(Request::get(&server.origin(), path)).await.text(), "here");
    }
    assert_eq!(server.connections(), 4);
    let greeting = Server::new(|stream| say(stream, &ok("unasked")), |stream, _| say(stream, &ok("here")));
    let exchange = Client::new(&greeting.origin()).send(Request::get(&greeting.origin(), "/")).await;
    assert!(matches!(judged(&exchange), Some(Expected::Malformed | Expected::Whole(200))), "{:?}", exchange.outcome);
}

/// A server that stops reading does not hold us.
#[tokio::test]
async fn a_large_body_that_is_not_read_times_out() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = crate::server::origin(listener.local_addr().unwrap());
    let request = Request::new(model::Method::POST, &origin, "/").body("text/plain", vec![b'x'; 32 << 20]);
    let exchange = Client::acting(&origin, unlimited(), settings()).send(request).await;
    assert_eq!(judged(&exchange), Some(Expected::TimedOut(Phase::Send)));
}

/// A server that answers before it has read everything is heard.
#[tokio::test]
async fn an_early_refusal_of_a_large_body_is_heard() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = crate::server::origin(listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        say(&mut stream, &response("413 Content Too Large", "", "too much"))?;
        wait(&mut stream)
    });
    let request = Request::new(model::Method::POST, &origin, "/").body("text/plain", vec![b'x'; 1 << 20]);
    let exchange = Client::acting(&origin, unlimited(), settings()).send(request).await;
    assert!(matches!(judged(&exchange), Some(Expected::Whole(413) | Expected::Malformed)), "{:?}", exchange.outcome);
}
