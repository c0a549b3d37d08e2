use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use model::{TlsFailure, TlsReport, TlsVersion};
use wire::tls::Limits;

use crate::report_of;

/// A `ServerHello` of TLS 1.2 with a suite that every hello below TLS 1.3 without class questions offers.
const HELLO: [u8; 42] = {
    let mut hello = [7; 42];
    hello[0] = 2;
    hello[1] = 0;
    hello[2] = 0;
    hello[3] = 38;
    hello[4] = 3;
    hello[5] = 3;
    hello[38] = 0;
    hello[39] = 0xc0;
    hello[40] = 0x2f;
    hello[41] = 0;
    hello
};

/// Serves each connection on a thread of its own until either side has enough.
fn serve(behave: fn(&mut TcpStream) -> std::io::Result<()>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || {
                let mut stream = stream.unwrap();
                stream.read(&mut [0; 4096]).and_then(|_| behave(&mut stream))
            });
        }
    });
    address
}

fn report(behave: fn(&mut TcpStream) -> std::io::Result<()>) -> TlsReport {
    let limits = Limits { handshake: Duration::from_millis(500), ..Limits::default() };
    report_of(serve(behave), "localhost", limits)
}

/// What went wrong with the offer of TLS 1.2.
fn failure(report: &TlsReport) -> &TlsFailure {
    &report.failures.iter().find(|(version, _)| *version == TlsVersion::Tls12).unwrap().1
}

/// Waits until the other side has gone.
fn wait(stream: &mut TcpStream) -> std::io::Result<()> {
    std::io::copy(stream, &mut std::io::sink()).map(|_| ())
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind, 3, 3][..], &(content.len() as u16).to_be_bytes(), content].concat()
}

#[test]
fn silence_is_a_time_out_and_not_a_refusal() {
    let report = report(wait);
    assert_eq!(failure(&report), &TlsFailure::TimedOut);
    assert_eq!(report.handshakes, 5);
    assert!(report.versions.iter().all(|facts| facts.accepted.is_none()));
}

#[test]
fn plain_http_is_recognised() {
    let report = report(|stream| stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    assert_eq!(failure(&report), &TlsFailure::NotTls("HTTP/1.1 400 Bad".to_owned()));
    assert_eq!(report.handshakes, 5);
}

#[test]
fn an_alert_to_everything_is_the_reason() {
    let report = report(|stream| stream.write_all(&record(21, &[2, 80])));
    assert_eq!(failure(&report), &TlsFailure::Refused("internal_error".to_owned()));
    assert!(report.versions.iter().all(|facts| facts.accepted == Some(false)));
}

#[test]
fn closing_without_a_word_establishes_nothing() {
    let report = report(|_| Ok(()));
    assert_eq!(failure(&report), &TlsFailure::Closed);
    assert!(report.versions.iter().all(|facts| facts.accepted.is_none()));
}

#[test]
fn a_port_without_a_server_is_unreachable() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let report = report_of(address, "localhost", Limits::default());
    assert!(matches!(failure(&report), TlsFailure::Unreachable(_)));
}

#[test]
fn garbage_in_a_server_hello_is_malformed() {
    let report = report(|stream| stream.write_all(&record(22, &[2, 0, 0, 3, 0xff, 0xff, 0xff])));
    assert!(matches!(failure(&report), TlsFailure::Malformed(_)));
}

#[test]
fn endless_answers_are_cut() {
    let floods: [fn(&mut TcpStream) -> std::io::Result<()>; 4] = [
        // Compatibility messages without end.
        |stream| loop {
            stream.write_all(&record(20, &[1]))?;
        },
        // Empty handshake records.
        |stream| loop {
            stream.write_all(&record(22, &[]))?;
        },
        // Warnings.
        |stream| loop {
            stream.write_all(&record(21, &[1, 112]))?;
        },
        // One message in pieces that never ends within the limit.
        |stream| {
            stream.write_all(&record(22, &[2, 3, 0xff, 0xff]))?;
            loop {
                stream.write_all(&record(22, &[0; 16 << 10]))?;
            }
        },
    ];
    for flood in floods {
        // Longer than elsewhere: tiny records take a busy machine a while, and nothing here waits for the limit.
        let limits = Limits { handshake: Duration::from_secs(4), ..Limits::default() };
        let report = report_of(serve(flood), "localhost", limits);
        assert_eq!(failure(&report), &TlsFailure::TooLarge);
    }
}

#[test]
fn a_chain_of_16_mib_is_cut_and_the_version_is_known_all_the_same() {
    let report = report(|stream| {
        stream.write_all(&record(22, &HELLO))?;
        stream.write_all(&record(22, &[11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc]))?;
        loop {
            stream.write_all(&record(22, &[0; 16 << 10]))?;
        }
    });
    assert!(report.failures.contains(&(TlsVersion::Tls12, TlsFailure::TooLarge)));
    assert!(report.accepts(TlsVersion::Tls12));
    assert!(report.chain.is_empty());
}

#[test]
fn a_stall_after_the_server_hello_keeps_what_was_said() {
    let report = report(|stream| {
        stream.write_all(&record(22, &HELLO))?;
        wait(stream)
    });
    assert!(report.accepts(TlsVersion::Tls12));
    assert_eq!(failure(&report), &TlsFailure::TimedOut);
}

#[test]
fn a_suite_that_was_not_offered_is_a_breach() {
    // The same TLS 1.2 suite to every question, so to those about weak ones too.
    let report = report(|stream| stream.write_all(&[record(22, &HELLO), record(22, &[14, 0, 0, 0])].concat()));
    let breach =
        |f: &(TlsVersion, TlsFailure)| matches!(&f.1, TlsFailure::Malformed(why) if why.contains("not offered"));
    assert!(report.failures.iter().any(breach), "{:?}", report.failures);
    assert!(report.version(TlsVersion::Tls12).unwrap().untested.len() >= 8);
}
