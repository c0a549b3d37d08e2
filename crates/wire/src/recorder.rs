//! A real server on the loopback for the tests of what may leave: it remembers every request, creates what is posted and removes what
//! is deleted.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use model::{Origin, Scheme};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    pub(crate) target: String,
    head: String,
}

impl Arrived {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

#[derive(Default)]
struct State {
    arrived: Vec<Arrived>,
    /// Paths of objects.
    objects: BTreeSet<String>,
    created: u32,
}

/// What may be said before the server answers; `None` for its ordinary answer.
type Instead = dyn Fn(&Arrived) -> Option<String> + Send + Sync;

/// The server.
pub(crate) struct Recorder {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Recorder {
    pub(crate) fn start() -> Recorder {
        Recorder::instead(|_| None)
    }

    /// With another answer to some requests.
    pub(crate) fn instead(instead: impl Fn(&Arrived) -> Option<String> + Send + Sync + 'static) -> Recorder {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let recorder = Recorder { address: listener.local_addr().unwrap(), state: Arc::default() };
        let (state, instead) = (Arc::clone(&recorder.state), Arc::new(instead));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, instead) = (Arc::clone(&state), Arc::clone(&instead));
                std::thread::spawn(move || while serve(&stream, &state, &*instead).is_ok() {});
            }
        });
        recorder
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin { scheme: Scheme::Http, host: self.address.ip().to_string(), port: self.address.port() }
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.state().arrived.clone()
    }

    /// `METHOD target` of every request so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.arrived().iter().map(|arrived| format!("{} {}", arrived.method, arrived.target)).collect()
    }

    /// Paths of the objects that are there.
    pub(crate) fn objects(&self) -> Vec<String> {
        self.state().objects.iter().cloned().collect()
    }
}

fn serve(mut stream: &TcpStream, state: &Mutex<State>, instead: &Instead) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split(' ').map(str::to_owned);
    let mut arrived = Arrived {
        method: words.next().unwrap_or_default(),
        target: words.next().unwrap_or_default(),
        head: String::new(),
    };
    arrived.head = head;
    let length = arrived.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    stream.read_exact(&mut vec![0; length])?;
    // What is said instead is decided before the request counts as arrived, so that a test sees what was known until then.
    let said = instead(&arrived);
    let mut state = state.lock().unwrap();
    state.arrived.push(arrived.clone());
    let answer = said.unwrap_or_else(|| state.answer(&arrived));
    drop(state);
    stream.write_all(answer.as_bytes())
}

/// A response with a body of JSON.
pub(crate) fn response(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

impl State {
    fn answer(&mut self, arrived: &Arrived) -> String {
        let path = arrived.target.split('?').next().unwrap_or("").to_owned();
        match arrived.method.as_str() {
            "POST" => {
                self.created += 1;
                let id = 5_000 + self.created;
                self.objects.insert(format!("{path}/{id}"));
                response("201 Created", &format!("{{\"id\": {id}}}"))
            }
            "PUT" => {
                self.objects.insert(path);
                response("200 OK", "{}")
            }
            "DELETE" if self.objects.remove(&path) => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
            "DELETE" => response("404 Not Found", "{}"),
            "HEAD" => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n".to_owned(),
            _ => response("200 OK", "{}"),
        }
    }
}
