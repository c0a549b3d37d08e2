use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use model::CipherClass::{Anonymous, Cbc, Des, Dhe, Export, Null, Rc4, StaticRsa, TripleDes};
use model::TlsVersion;
use wire::tls::Limits;

use crate::report_of;

/// SSL 3.0 and TLS 1.0 as servers of 2003 spoke them, which no OpenSSL of today does: answers each hello with the first of its own
/// suites that was offered, and with its group of 512 bits where the suite has one.
fn serve(suites: &'static [u16]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = answer(&mut stream.unwrap(), suites);
        }
    });
    address
}

fn answer(stream: &mut TcpStream, suites: &[u16]) -> std::io::Result<()> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut hello)?;
    let version = u16::from_be_bytes([hello[4], hello[5]]);
    let session = usize::from(hello[38]);
    let list = &hello[39 + session..];
    let length = usize::from(u16::from_be_bytes([list[0], list[1]]));
    let offered: Vec<u16> = list[2..2 + length].chunks(2).map(|c| u16::from_be_bytes([c[0], c[1]])).collect();
    let chosen = suites.iter().find(|suite| offered.contains(suite)).filter(|_| version <= 0x0301);
    let Some(chosen) = chosen else { return stream.write_all(&[21, 3, 0, 0, 2, 2, 40]) };
    let mut flight = message(2, &[&version.to_be_bytes()[..], &[1; 32], &[0], &chosen.to_be_bytes(), &[0]].concat());
    flight.extend(message(11, &[0, 0, 6, 0, 0, 3, 1, 2, 3]));
    flight.extend(message(12, &[&[0, 64, 0xff][..], &[1; 63], &[0, 1, 2]].concat()));
    flight.extend(message(14, &[]));
    let mut record = vec![22];
    record.extend(version.to_be_bytes());
    record.extend((flight.len() as u16).to_be_bytes());
    record.extend(flight);
    stream.write_all(&record)
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &(body.len() as u32).to_be_bytes()[1..], body].concat()
}

#[test]
fn ssl3_and_its_ciphers_are_recognised() {
    // RC4, 3DES, DES, export RC4, export DHE, anonymous, NULL, plain RSA, DHE.
    let address = serve(&[0x0005, 0x000a, 0x0009, 0x0003, 0x0014, 0x001b, 0x0002, 0x002f, 0x0033]);
    let limits = Limits { handshakes: 40, ..Limits::default() };
    let report = report_of(address, "localhost", limits);
    for version in TlsVersion::ALL {
        let facts = report.version(version).unwrap();
        assert_eq!(facts.accepted, Some(version <= TlsVersion::Tls10), "{version}");
        if facts.accepted == Some(true) {
            for class in [Null, Anonymous, Export, Des, Rc4, TripleDes, StaticRsa, Dhe, Cbc] {
                assert!(facts.suite_of(class).is_some(), "{version} {class:?}");
            }
            assert_eq!(facts.dh_bits, Some(512));
            assert_eq!(facts.untested, []);
        }
    }
    assert_eq!(report.chain[0].key_kind, "unreadable");
    assert_eq!(report.failures, []);
}

#[test]
fn a_lone_weak_suite_is_found_among_the_refused() {
    let report = report_of(serve(&[0x000a]), "localhost", Limits::default());
    let facts = report.version(TlsVersion::Tls10).unwrap();
    assert_eq!(facts.suites[0].name, "TLS_RSA_WITH_3DES_EDE_CBC_SHA");
    assert_eq!(facts.suites.len(), 1);
    assert!(facts.suite_of(Rc4).is_none());
}
