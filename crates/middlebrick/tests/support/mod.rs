//! A small HTTP server for tests of the program: real sockets, and bodies of any size without holding them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// A response: its status line and headers without the length, and a body that is sent so many times over.
#[derive(Clone)]
pub(crate) struct Response {
    pub(crate) head: String,
    pub(crate) body: Arc<[u8]>,
    pub(crate) times: usize,
}

impl Response {
    pub(crate) fn new(head: impl Into<String>, body: impl Into<Vec<u8>>) -> Response {
        Response { head: head.into(), body: body.into().into(), times: 1 }
    }
}

/// The URL of a server on a free port that responds to each request target, path and query, as the function says. It lives as long as
/// the test.
pub(crate) fn serve(respond: impl Fn(&str) -> Response + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let respond = Arc::new(respond);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let respond = Arc::clone(&respond);
            std::thread::spawn(move || converse(stream, &*respond));
        }
    });
    url
}

/// Serves one connection until it ends.
fn converse(stream: TcpStream, respond: &dyn Fn(&str) -> Response) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
            if header.trim().is_empty() {
                break;
            }
            let lower = header.to_ascii_lowercase();
            length = lower.strip_prefix("content-length:").map_or(length, |n| n.trim().parse().unwrap_or(0));
        }
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).ok()?;
        let Response { head, body, times } = respond(&target);
        write!(writer, "HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len() * times).ok()?;
        for _ in 0..if method == "HEAD" { 0 } else { times } {
            writer.write_all(&body).ok()?;
        }
    }
}
