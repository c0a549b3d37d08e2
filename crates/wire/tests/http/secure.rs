//! HTTPS and HTTP/2 against rustls and h2 servers in this process.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures::future::join_all;
use model::{CertificateFault, Credential, Failure, NotTested, Origin, Phase, Request, Scheme, Secret, TlsVersion};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use wire::{Mandate, Settings};

use crate::authority::{Authority, Leaf};
use crate::server::{Client, identity, known, ok, settings};

type Secured = TlsStream<TcpStream>;

/// A TLS server on a port of its own.
pub(crate) struct TlsServer {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    authority: Authority,
}

impl TlsServer {
    /// Serves each connection with `serve`; `ours` demands a certificate of our authority from the client.
    pub(crate) async fn start<F>(alpn: &[&str], ours: bool, serve: impl Fn(Secured) -> F + Send + 'static) -> TlsServer
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let authority = Authority::new();
        let bundle = authority.leaf(&Leaf::default());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let builder = builder.unwrap();
        let builder = if ours {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(&authority.root()).unwrap()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let chain = vec![CertificateDer::from_pem_file(&bundle).unwrap()];
        let mut config = builder.with_single_cert(chain, PrivateKeyDer::from_pem_file(&bundle).unwrap()).unwrap();
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                if let Ok(stream) = acceptor.accept(stream).await {
                    tokio::spawn(serve(stream));
                }
            }
        });
        TlsServer { address, connections, authority }
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin { scheme: Scheme::Https, host: "localhost".to_owned(), port: self.address.port() }
    }

    /// Settings that find the server under any name.
    pub(crate) fn settings(&self, host: &str) -> Settings {
        Settings { resolve: vec![(host.to_owned(), self.address.port(), self.address.ip())], ..settings() }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Answers each request with its own first line.
pub(crate) async fn http1(mut stream: Secured) -> io::Result<()> {
    loop {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await?);
        }
        let line = String::from_utf8_lossy(&request).lines().next().unwrap_or("").to_owned();
        stream.write_all(ok(&line).as_bytes()).await?;
        stream.flush().await?;
    }
}

/// Answers each request with its method and target.
async fn http2(stream: Secured) -> io::Result<()> {
    let mut connection = h2::server::handshake(stream).await.map_err(io::Error::other)?;
    while let Some(accepted) = connection.accept().await {
        let (request, mut respond) = accepted.map_err(io::Error::other)?;
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let line = format!("{} {target} {}", request.method(), request.headers().contains_key("host"));
        let head = http::Response::builder().header("X-Odd", &b"caf\xe9"[..]).body(()).unwrap();
        let mut body = respond.send_response(head, false).map_err(io::Error::other)?;
        body.send_data(Bytes::from(line), true).map_err(io::Error::other)?;
    }
    Ok(())
}

fn get(server: &TlsServer, target: &str) -> Request {
    Request::get(&server.origin(), target)
}

#[tokio::test]
async fn a_bad_certificate_fails_nothing_and_is_a_fact() {
    let server = TlsServer::start(&["http/1.1"], false, http1).await;
    let client = Client::with(&server.origin(), server.settings("localhost"));
    assert_eq!(client.wire.tls_facts(&server.origin()), None);
    let exchange = client.send(get(&server, "/static/..%2f/{x}")).await;
    assert_eq!(exchange.text(), "GET /static/..%2f/{x} HTTP/1.1");
    let facts = client.wire.tls_facts(&server.origin()).unwrap();
    assert_eq!((facts.protocol.as_str(), facts.faults), ("TLSv1.3", vec![CertificateFault::IssuerMissing]));
    client.send(get(&server, "/again")).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn the_users_own_authority_is_trusted_and_insecure_reports_nothing() {
    let server = TlsServer::start(&["http/1.1"], false, http1).await;
    let own = Settings { cacert: Some(server.authority.root()), ..server.settings("localhost") };
    let insecure = Settings { insecure: true, ..server.settings("localhost") };
    for settings in [own, insecure] {
        let client = Client::with(&server.origin(), settings);
        assert_eq!(client.send(get(&server, "/")).await.status(), 200);
        let facts = client.wire.tls_facts(&server.origin()).unwrap();
        assert!(facts.faults.is_empty() && facts.verify_error.is_none() && facts.chain.len() == 1);
    }
}

#[tokio::test]
async fn credentials_are_not_sent_to_somebody_who_may_be_anybody() {
    let server = TlsServer::start(&["h2", "http/1.1"], false, http2).await;
    let origin = Origin { host: "api.example".to_owned(), ..server.origin() };
    let me = || vec![identity("me", Credential::Bearer(Secret::new("secret-token")))];
    let doubtful = server.settings("api.example");
    let accepted = Settings { insecure: true, ..doubtful.clone() };
    let request = || Request::get(&origin, "/").identity("me");
    let client = Client::acting(&origin, known(me()), doubtful);
    assert!(matches!(client.send(request()).await.failure(), Some(Failure::Untrusted(_))));
    assert_eq!(client.send(Request::get(&origin, "/")).await.status(), 200);
    assert_eq!(Client::acting(&origin, known(me()), accepted).send(request()).await.status(), 200);
}

#[tokio::test]
async fn a_client_certificate_is_presented() {
    let server = TlsServer::start(&["http/1.1"], true, http1).await;
    let without = Client::with(&server.origin(), server.settings("localhost"));
    assert!(without.send(get(&server, "/")).await.failure().is_some());
    let pem = std::fs::read(server.authority.path("bundle.pem")).unwrap();
    let with = Client::with(&server.origin(), Settings { client_cert: Some(pem), ..server.settings("localhost") });
    assert_eq!(with.send(get(&server, "/")).await.status(), 200);
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_named() {
    let origin = Origin { scheme: Scheme::Https, host: "localhost".to_owned(), port: 1 };
    let broken = [
        (Settings { cacert: Some(b"nonsense".to_vec()), ..settings() }, "--cacert"),
        (Settings { client_cert: Some(b"nonsense".to_vec()), ..settings() }, "--client-cert"),
        (Settings { proxy: Some("socks5://x".to_owned()), ..settings() }, "--proxy"),
    ];
    let me = known(vec![identity("me", Credential::Bearer(Secret::new("a\nb")))]);
    let broken = broken.map(|(settings, named)| (Mandate::default(), settings, named));
    for (mandate, settings, named) in broken.into_iter().chain([(me, settings(), "\"me\"")]) {
        let error =
            wire::Wire::new(origin.clone(), mandate, settings, Arc::new(wire::Budget::new(1)), Arc::new(|_| {}));
        let text = error.err().unwrap().to_string();
        assert!(text.contains(named) && !text.contains('\n'), "{text}");
    }
}

#[tokio::test]
async fn the_inspection_is_made_once_and_counted_apart() {
    let server = TlsServer::start(&["http/1.1"], false, http1).await;
    let client = Client::with(&server.origin(), server.settings("localhost"));
    let reports = join_all((0..5).map(|_| client.wire.inspect_tls())).await;
    let first = reports[0].as_ref().unwrap();
    assert!(first.accepts(TlsVersion::Tls13) && !first.accepts(TlsVersion::Tls11));
    assert!(reports.iter().all(|report| Arc::ptr_eq(report.as_ref().unwrap(), first)));
    assert_eq!(client.wire.handshakes() as usize, server.connections());
    assert_eq!((client.wire.requests(), client.wire.budget().spent()), (0, 0));
    let plain = Client::new(&Origin { scheme: Scheme::Http, ..server.origin() });
    assert!(matches!(plain.wire.inspect_tls().await, Err(NotTested::NotApplicable(_))));
}

#[tokio::test]
async fn failed_handshakes_are_typed() {
    type Manner = fn(&mut std::net::TcpStream) -> io::Result<()>;
    type Expected = fn(&Failure) -> bool;
    let manners: [(Manner, Expected); 5] = [
        (crate::server::wait, |f| *f == Failure::TimedOut(Phase::Tls)),
        (|_| Err(io::ErrorKind::Other.into()), |f| matches!(f, Failure::Closed(Phase::Tls) | Failure::Tls(_))),
        (|s| io::Write::write_all(s, b"HTTP/1.1 400 Bad Request\r\n\r\n"), |f| *f == Failure::NotTls),
        (|s| io::Write::write_all(s, &[21, 3, 3, 0, 2, 2, 40]), |f| matches!(f, Failure::Tls(_))),
        (
            |s| loop {
                io::Write::write_all(s, &[22, 3, 3, 0x40, 0, 11, 0xff, 0xff, 0xff])?;
            },
            |f| matches!(f, Failure::Tls(_)),
        ),
    ];
    for (at, (manner, expected)) in manners.into_iter().enumerate() {
        let server = crate::server::Server::new(manner, |_, _| Ok(()));
        let origin = Origin { scheme: Scheme::Https, ..server.origin() };
        let exchange = Client::new(&origin).send(Request::get(&origin, "/")).await;
        let failure = exchange.failure().unwrap();
        assert!(expected(failure), "{at}: {failure:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_carries_many_requests_on_one_connection() {
    let server = TlsServer::start(&["h2", "http/1.1"], false, http2).await;
    let client = Client::with(&server.origin(), server.settings("localhost"));
    let ask = |at: usize| client.send(get(&server, &format!("//x/..%2f?n={at}")));
    let exchanges = join_all((0..100).map(ask)).await;
    for (at, exchange) in exchanges.iter().enumerate() {
        let response = exchange.response().unwrap();
        assert_eq!(response.text(), format!("GET //x/..%2f?n={at} false"));
        assert_eq!((response.version, response.header("x-odd")), ("HTTP/2", Some("caf\u{e9}")));
    }
    assert_eq!((server.connections(), client.wire.requests()), (1, 100));
}

#[tokio::test]
async fn what_http2_cannot_carry_goes_by_http1_on_the_same_port() {
    let serve = |stream: Secured| async move {
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") { http2(stream).await } else { http1(stream).await }
    };
    let server = TlsServer::start(&["h2", "http/1.1"], false, serve).await;
    let client = Client::with(&server.origin(), server.settings("localhost"));
    assert_eq!(client.send(get(&server, "/plain")).await.text(), "GET /plain false");
    for target in ["/a b", "/caf\u{e9}", "*", "/x#y", "http://other.example/"] {
        assert_eq!(client.send(get(&server, target)).await.text(), format!("GET {target} HTTP/1.1"));
    }
    let host = get(&server, "/").header("Host", "other.example");
    assert_eq!(client.send(host).await.text(), "GET / HTTP/1.1");
    assert_eq!(client.send(get(&server, "/plain2")).await.text(), "GET /plain2 false");
}

/// A frame of HTTP/2 on a stream.
fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), content].concat()
}

/// Adds to what is said; whether the connection ends then.
type Misbehaviour = fn(&mut Vec<u8>) -> bool;

/// Ways to speak HTTP/2 badly, after the client has said its part.
const MISBEHAVIOURS: [(&str, Misbehaviour); 13] = [
    ("nothing at all", |_| false),
    ("the end", |_| true),
    ("GOAWAY at once", |out| {
        out.extend(frame(7, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 0]));
        false
    }),
    ("every stream reset", |out| {
        out.extend(frame(3, 0, 1, &[0, 0, 0, 7]));
        false
    }),
    ("a flood of PING", |out| {
        out.extend(frame(6, 0, 0, &[0; 8]).repeat(20_000));
        false
    }),
    ("a flood of SETTINGS", |out| {
        out.extend(frame(4, 0, 0, &[]).repeat(20_000));
        false
    }),
    ("a flood of CONTINUATION", |out| {
        out.extend(frame(1, 0, 1, &[0x88]));
        out.extend(frame(9, 0, 1, &[0x40, 1, b'x', 1, b'y']).repeat(20_000));
        false
    }),
    ("a flood of empty DATA", |out| {
        out.extend(frame(1, 4, 1, &[0x88]));
        out.extend(frame(0, 0, 1, &[]).repeat(20_000));
        false
    }),
    ("a header bomb", |out| {
        // One entry of 4,000 bytes in the table, then references to it without end.
        let mut block = vec![0x88, 0x40, 1, b'x', 0x7f, 0xa1, 0x1e];
        block.extend([b'y'; 4_000]);
        block.extend([0xbe; 12_000]);
        out.extend(frame(1, 4, 1, &block));
        false
    }),
    ("a push", |out| {
        out.extend(frame(5, 4, 1, &[0, 0, 0, 2, 0x88]));
        false
    }),
    ("a frame larger than agreed", |out| {
        out.extend(frame(0, 0, 1, &vec![0; 100_000]));
        false
    }),
    ("no streams allowed", |out| {
        out.extend(frame(4, 0, 0, &[0, 3, 0, 0, 0, 0]));
        false
    }),
    ("HTTP/1.1", |out| {
        out.clear();
        out.extend(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        false
    }),
];

/// A server that agrees on HTTP/2 and speaks it badly is asked by HTTP/1.1.
#[tokio::test(flavor = "multi_thread")]
async fn http2_spoken_badly_ends_in_http1() {
    let mut running = Vec::new();
    for (name, misbehave) in MISBEHAVIOURS {
        running.push(tokio::spawn(async move {
            let serve = move |mut stream: Secured| async move {
                if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
                    return http1(stream).await;
                }
                let mut said = [0; 4096];
                let mut read = 0;
                // The preface, the settings and the request.
                while !said[..read].windows(5).any(|w| w[..2] == [0x01, 0x05] || w[..2] == [0x01, 0x25]) {
                    read += match stream.read(&mut said[read..]).await? {
                        0 => return Ok(()),
                        count => count,
                    };
                }
                let mut out = frame(4, 0, 0, &[]);
                let ends = misbehave(&mut out);
                stream.write_all(&out).await?;
                stream.flush().await?;
                if ends { Ok(()) } else { tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.map(drop) }
            };
            let server = TlsServer::start(&["h2", "http/1.1"], false, serve).await;
            let client = Client::with(&server.origin(), server.settings("localhost"));
            let first = client.send(get(&server, "/first")).await;
            let second = client.send(get(&server, "/second")).await;
            (name, format!("{:?}", first.outcome), second.text().into_owned())
        }));
    }
    let mut wrong = Vec::new();
    for one in running {
        let (name, first, second) = one.await.unwrap();
        if second != "GET /second HTTP/1.1" {
            wrong.push(format!("{name}: {first}, then {second:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
