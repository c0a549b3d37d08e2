//! What the tests of whole scans share: tiny HTTP servers that answer as a function says, real Flask applications, and targets.

#![allow(dead_code, unreachable_pub, unused_imports, clippy::unwrap_used, clippy::panic)] // each test uses its part

mod flask;
mod sample;
pub mod truth;
pub mod twins;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{Origin, Report, Scheme, Target};
use scan::Scan;
use wire::{Limits, Settings};

pub use flask::{Flask, python};
pub use sample::Sample;

/// A request as it arrived.
pub struct Asked {
    /// Its place among the requests of this server, from 0.
    pub number: u32,
    /// How often the same method and target were asked before.
    pub repeated: u32,
    pub method: String,
    pub target: String,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or("")
    }

    /// The value of a header, empty without it.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map_or("", |(_, v)| v.trim())
    }
}

/// What a server says.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// Closes the connection without saying anything.
    pub hang_up: bool,
}

impl Answer {
    pub fn new(status: u16, media: &str, body: impl Into<String>) -> Answer {
        let headers = if media.is_empty() { Vec::new() } else { vec![("Content-Type", media.to_owned())] };
        Answer { status, headers, body: body.into(), hang_up: false }
    }

    pub fn html(status: u16, body: impl Into<String>) -> Answer {
        Answer::new(status, "text/html; charset=utf-8", body)
    }

    pub fn json(status: u16, body: impl Into<String>) -> Answer {
        Answer::new(status, "application/json", body)
    }

    pub fn hang_up() -> Answer {
        Answer { hang_up: true, ..Answer::new(0, "", "") }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}

/// How a server answers.
pub type Manner = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;

/// A server on a port of its own; it ends when dropped.
pub struct Server {
    pub port: u16,
    ended: Arc<AtomicBool>,
}

impl Server {
    pub fn start(manner: Manner) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let ended = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&ended);
        let count = Arc::new(Count::default());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (manner, count) = (Arc::clone(&manner), Arc::clone(&count));
                if let Ok(stream) = stream {
                    std::thread::spawn(move || serve(stream, &manner, &count));
                }
            }
        });
        Server { port, ended }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port)); // wakes the listener
    }
}

/// What a server was asked so far.
#[derive(Default)]
struct Count {
    all: AtomicU32,
    each: Mutex<BTreeMap<String, u32>>,
}

/// Answers the requests of one connection until it is closed.
fn serve(stream: TcpStream, manner: &Manner, count: &Count) {
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader, count) {
        let answer = manner(&asked);
        if answer.hang_up {
            return;
        }
        let mut text = format!("HTTP/1.1 {} Said\r\nContent-Length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in &answer.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        if asked.method != "HEAD" {
            text.push_str(&answer.body);
        }
        if writer.write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>, count: &Count) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() > 100_000 || reader.read_until(b'\n', &mut head).ok()? == 0 {
            return None;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let (line, headers) = head.split_once("\r\n")?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let repeated = {
        let mut each = count.each.lock().unwrap();
        let times = each.entry(format!("{method} {target}")).or_default();
        *times += 1;
        *times - 1
    };
    let mut asked = Asked {
        number: count.all.fetch_add(1, Ordering::SeqCst),
        repeated,
        method,
        target,
        headers: headers.to_owned(),
        body: Vec::new(),
    };
    asked.body = vec![0; asked.header("content-length").parse::<usize>().unwrap_or(0).min(1_000_000)];
    reader.read_exact(&mut asked.body).ok()?;
    Some(asked)
}

/// A read-only standard scan of `http://127.0.0.1:port/`, with time enough on a busy machine.
pub fn target(port: u16) -> Target {
    let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port };
    Target { seed: 7, now: 1_790_000_000, deadline: Some(Duration::from_mins(10)), ..Target::of(origin) }
}

/// Settings for servers on this machine, however busy it is: no test waits for a time limit.
pub fn patient() -> Settings {
    let long = Duration::from_mins(1);
    let limits = Limits { connect: long, tls: long, head: long, body: long, slow_after: long, ..Limits::default() };
    Settings { limits, ..Settings::polite(true) }
}

/// Scans a target.
pub fn scan(target: Target) -> Report {
    scan_with(target, patient())
}

/// Scans a target with settings of one's own.
pub fn scan_with(target: Target, settings: Settings) -> Report {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(Scan::new(target, settings, Arc::new(|_| {})).unwrap().run())
}
