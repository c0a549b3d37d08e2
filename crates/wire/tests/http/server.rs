use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{Consent, Effect, Exchange, Identity, NotTested, OrderKey, Origin, Request, Round, Scheme};
use wire::{Budget, Lease, Limits, Mandate, Settings, Wire};

/// A server of one behaviour, each connection on a thread of its own. It remembers every request as it came.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Vec<u8>>>>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    /// Answers each request by `behave`, which gets the request's place among all; the connection ends when it fails.
    pub(crate) fn answering(
        behave: impl Fn(&mut TcpStream, usize) -> io::Result<()> + Send + Sync + 'static,
    ) -> Server {
        Server::new(|_| Ok(()), behave)
    }

    /// Says always the same.
    pub(crate) fn saying(answer: impl Into<Vec<u8>>) -> Server {
        let answer = answer.into();
        Server::answering(move |stream, _| stream.write_all(&answer))
    }

    /// Like [`Server::answering`], with something to do before the first request of a connection.
    pub(crate) fn new(
        greet: impl Fn(&mut TcpStream) -> io::Result<()> + Send + Sync + 'static,
        behave: impl Fn(&mut TcpStream, usize) -> io::Result<()> + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server =
            Server { address: listener.local_addr().unwrap(), seen: Arc::default(), connections: Arc::default() };
        let (seen, connections) = (Arc::clone(&server.seen), Arc::clone(&server.connections));
        let behaviour = Arc::new((greet, behave));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, behaviour) = (Arc::clone(&seen), Arc::clone(&behaviour));
                *connections.lock().unwrap() += 1;
                std::thread::spawn(move || {
                    let mut stream = stream?;
                    behaviour.0(&mut stream)?;
                    loop {
                        let request = read_request(&mut stream)?;
                        let place = {
                            let mut seen = seen.lock().unwrap();
                            seen.push(request);
                            seen.len() - 1
                        };
                        behaviour.1(&mut stream, place)?;
                    }
                    #[allow(unreachable_code)]
                    io::Result::Ok(())
                });
            }
        });
        server
    }

    pub(crate) fn origin(&self) -> Origin {
        origin(self.address)
    }

    /// Every request so far, byte for byte.
    pub(crate) fn seen(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap().clone()
    }

    /// The first line of every request so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |request: &Vec<u8>| String::from_utf8_lossy(request).lines().next().unwrap_or("").to_owned();
        self.seen().iter().map(line).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

pub(crate) fn origin(address: SocketAddr) -> Origin {
    Origin { scheme: Scheme::Http, host: address.ip().to_string(), port: address.port() }
}

/// A head, and the body that its `Content-Length` announces.
pub(crate) fn read_request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    request.extend(body);
    Ok(request)
}

/// Waits until the other side has gone.
pub(crate) fn wait(stream: &mut TcpStream) -> io::Result<()> {
    io::copy(stream, &mut io::sink()).map(drop)
}

/// A response of 200 with this body.
pub(crate) fn ok(body: &str) -> String {
    response("200 OK", "", body)
}

/// A response with a status line's end, header lines and a body.
pub(crate) fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

/// Limits short enough for tests and long enough for a busy machine.
pub(crate) fn short() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        tls: Duration::from_secs(3),
        head: Duration::from_secs(3),
        body: Duration::from_secs(4),
        slow_after: Duration::from_secs(1),
        pause: Duration::from_millis(100),
        ..Limits::default()
    }
}

/// A wire with a budget of its own.
pub(crate) struct Client {
    pub(crate) wire: Wire,
    pub(crate) events: Arc<Mutex<Vec<model::Event>>>,
}

pub(crate) const KEY: OrderKey = OrderKey { round: Round::Probe, check: 1, operation: 0, step: 0 };

impl Client {
    pub(crate) fn new(origin: &Origin) -> Client {
        Client::with(origin, settings())
    }

    pub(crate) fn with(origin: &Origin, settings: Settings) -> Client {
        Client::acting(origin, Mandate::default(), settings)
    }

    pub(crate) fn acting(origin: &Origin, mandate: Mandate, settings: Settings) -> Client {
        let events: Arc<Mutex<Vec<model::Event>>> = Arc::default();
        let heard = Arc::clone(&events);
        let listener = Arc::new(move |event| heard.lock().unwrap().push(event));
        let wire = Wire::new(origin.clone(), mandate, settings, Arc::new(Budget::new(2_000)), listener).unwrap();
        Client { wire, events }
    }

    /// A lease of everything that the mandate allows.
    pub(crate) fn lease(&self) -> Lease {
        let reading = Lease::reading(self.wire.budget(), 1_000);
        if self.wire.consent() == Consent::All { reading.with_effect(Effect::Destroys, true) } else { reading }
    }

    pub(crate) async fn send(&self, request: Request) -> Arc<Exchange> {
        self.try_send(request).await.unwrap()
    }

    pub(crate) async fn try_send(&self, request: Request) -> Result<Arc<Exchange>, NotTested> {
        self.wire.send(request, &self.lease(), KEY).await
    }
}

pub(crate) fn settings() -> Settings {
    Settings { limits: short(), ..Settings::polite(true) }
}

/// The mandate of somebody with these identities who only reads.
pub(crate) fn known(identities: Vec<Identity>) -> Mandate {
    Mandate { identities, ..Mandate::default() }
}

/// The mandate of somebody who may change everything.
pub(crate) fn unlimited() -> Mandate {
    Mandate { consent: Consent::All, ..Mandate::default() }
}

pub(crate) fn identity(name: &str, credential: model::Credential) -> Identity {
    Identity { name: name.to_owned(), credential: Some(credential), headers: Vec::new() }
}
