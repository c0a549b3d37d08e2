//! Targets that are spoken to otherwise than they want: by the wrong scheme, without the certificate that they ask for, or by a
//! newer TLS than theirs. Each is told, with what to do.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../wire/tests/tls/authority.rs"]
#[allow(dead_code)]
mod authority;
#[path = "../../wire/tests/tls/openssl.rs"]
mod openssl;
mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use authority::{Authority, Leaf};
use model::{Depth, Origin, Report, Scheme, Selection, Status, Target};
use wire::Settings;

/// A scan of a port of this machine, by this scheme, for what its TLS is.
fn scan(scheme: Scheme, address: SocketAddr) -> Report {
    scan_with(scheme, address, Settings::polite(true))
}

fn scan_with(scheme: Scheme, address: SocketAddr, settings: Settings) -> Report {
    let origin = Origin { scheme, host: "127.0.0.1".to_owned(), port: address.port() };
    let rules = ["tls-old-protocol", "tls-weak-cipher", "certificate-untrusted"].map(str::to_owned).to_vec();
    let selection = Selection { rules, ..Selection::default() };
    let target = Target { origin, selection, depth: Depth::Quick, ..support::target(address.port()) };
    // `openssl s_server` has one connection at a time: one that it does not end itself is not to be waited for.
    support::scan_with(target, settings)
}

fn detail(report: &Report) -> &str {
    report.status_detail.as_deref().map_or("", |detail| detail)
}

/// Does this with each connection.
fn serve(with: impl Fn(TcpStream) -> std::io::Result<()> + Send + Sync + Copy + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Who hangs up is not the server's affair.
            std::thread::spawn(move || drop(with(stream)));
        }
    });
    address
}

/// A response in plain HTTP, whatever was asked.
fn bad_request(mut stream: TcpStream) -> std::io::Result<()> {
    let _ = stream.read(&mut [0; 4096])?;
    stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\nConnection: close\r\n\r\nno\r\n")
}

#[test]
fn https_on_a_port_of_plain_http_names_the_url_to_scan() {
    let address = serve(bad_request);
    let report = scan(Scheme::Https, address);
    assert_eq!((report.status, report.grade), (Status::Unreachable, None));
    assert!(detail(&report).contains(&format!("scan http://{address}/")), "{:?}", report.status_detail);
}

#[test]
fn http_on_a_port_of_tls_names_the_url_to_scan() {
    let authority = Authority::new();
    let server = openssl::Server::start(&authority.leaf(&Leaf::default()), &[]);
    let says = format!("scan https://{}/", server.address);
    let report = scan(Scheme::Http, server.address);
    assert_eq!((report.status, report.grade), (Status::Unreachable, None));
    assert!(detail(&report).contains(&says), "{:?}", report.status_detail);
    // As nginx and Go answer it: by a response in plain HTTP.
    let behind = server.address;
    let polite = serve(move |stream| {
        let mut first = [0];
        stream.peek(&mut first)?;
        if first == [22] { relay(stream, TcpStream::connect(behind)?) } else { bad_request(stream) }
    });
    let report = scan(Scheme::Http, polite);
    assert_eq!((report.status, report.grade), (Status::Incomplete, None));
    assert!(detail(&report).contains(&format!("scan https://{polite}/")), "{:?}", report.status_detail);
    assert!(report.grade_reason.is_some_and(|why| why.contains("https://")) && report.findings.is_empty());
    // An API that answers everything with 400 is only that.
    let report = scan(Scheme::Http, serve(bad_request));
    assert!(!detail(&report).contains("https://"), "{:?}", report.status_detail);
}

/// Passes on what comes, both ways.
fn relay(one: TcpStream, other: TcpStream) -> std::io::Result<()> {
    let (mut from, mut to) = (one.try_clone()?, other.try_clone()?);
    let back = std::thread::spawn(move || std::io::copy(&mut { other }, &mut { one }));
    std::io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Write)?;
    drop(back.join());
    Ok(())
}

#[test]
fn a_client_certificate_that_is_demanded_is_named() {
    let authority = Authority::new();
    let pem = authority.leaf(&Leaf::default());
    for version in ["-tls1_2", "-tls1_3"] {
        let server = openssl::Server::start(&pem, &["-Verify", "1", "-verify_return_error", version]);
        let report = scan(Scheme::Https, server.address);
        assert_eq!(report.grade, None, "{version}");
        assert!(detail(&report).contains("--client-cert"), "{version}: {:?}", report.status_detail);
    }
    // One that is not accepted is told from one that is missing.
    for version in ["-tls1_2", "-tls1_3"] {
        let other = Authority::new();
        let server = openssl::Server::start(&pem, &["-Verify", "1", "-verify_return_error", version]);
        let own = std::fs::read(other.leaf(&Leaf { issuer: authority::Issuer::Itself, ..Leaf::default() })).unwrap();
        let report =
            scan_with(Scheme::Https, server.address, Settings { client_cert: Some(own), ..Settings::polite(true) });
        assert!(detail(&report).contains("is it the right one"), "{version}: {:?}", report.status_detail);
    }
    // One that may be given is a note, and the scan goes on.
    let server = openssl::Server::start(&pem, &["-verify", "1"]);
    let report = scan(Scheme::Https, server.address);
    assert!(report.notes.iter().any(|note| note.contains("--client-cert")), "{:?}", report.notes);
}

#[test]
fn a_server_with_nothing_but_old_tls_is_judged_by_its_handshakes() {
    let authority = Authority::new();
    let pem = authority.leaf(&Leaf { key: "RSA-2048", ..Leaf::default() });
    for (arguments, rule, says) in [
        (["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"], "tls-old-protocol", "accepts TLSv1.1 only"),
        (["-tls1_2", "-cipher", "AES128-SHA"], "tls-weak-cipher", "TLS_RSA_WITH_AES_128_CBC_SHA"),
    ] {
        let server = openssl::Server::start(&pem, &arguments);
        let report = scan(Scheme::Https, server.address);
        let found: Vec<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
        assert!(found.contains(&rule), "{arguments:?}: {found:?}");
        assert_eq!((report.status, report.grade), (Status::Incomplete, None), "{arguments:?}");
        assert!(detail(&report).contains(says), "{arguments:?}: {:?}", report.status_detail);
    }
}

#[test]
fn a_gateway_that_answers_in_the_place_of_the_api_is_named() {
    let nginx = "<html><center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.24.0</center></html>";
    let kong = r#"{"message":"no Route matched with those values"}"#;
    for (status, body, says) in [
        (502, nginx, "nginx, in front of the API, cannot reach the service behind it"),
        (404, kong, "Kong, in front of the API, knows no service for this host and path"),
    ] {
        let server = support::Server::start(Arc::new(move |_| support::Answer::html(status, body)));
        let report = support::scan(support::target(server.port));
        assert_eq!(report.grade, None, "{status}");
        assert!(report.grade_reason.as_deref().is_some_and(|why| why.starts_with(says)), "{:?}", report.grade_reason);
    }
}
