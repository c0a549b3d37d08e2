use std::fs;
use std::net::SocketAddr;

use model::CertificateFault::{
    CaAsLeaf, Expired, IssuerMissing, NotYetValid, SelfSigned, UntrustedIssuer, WeakKey, WeakSignature, WrongName,
};
use model::{CertificateFault, TlsFacts};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use wire::tls::{ClientCertificate, Roots, client_config};

use crate::authority::{Authority, Issuer, Leaf};
use crate::block_on;
use crate::openssl::Server;

/// Makes an ordinary connection, sends a request over it and gives what the handshake showed.
fn facts_of(address: SocketAddr, name: &str, roots: &Roots, own: Option<&ClientCertificate>) -> TlsFacts {
    let (config, verifier) = client_config(roots, own, &[b"http/1.1"]).unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    block_on(async {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut stream = TlsConnector::from(config).connect(name, stream).await.unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
        let mut response = Vec::new();
        // The server ends without a farewell.
        let _ = stream.read_to_end(&mut response).await;
        assert!(response.starts_with(b"HTTP/1.0 200"));
        verifier.facts(stream.get_ref().1)
    })
    .unwrap()
}

fn served(authority: &Authority, leaf: &Leaf, name: &str, roots: &Roots) -> TlsFacts {
    let server = Server::start(&authority.leaf(leaf), &["-cipher", "DEFAULT:@SECLEVEL=0"]);
    facts_of(server.address, name, roots, None)
}

#[test]
fn each_fault_of_a_certificate_is_named_and_stops_nothing() {
    let authority = Authority::new();
    let roots = Roots::new(&authority.root()).unwrap();
    let ca = "basicConstraints = critical, CA:true\nsubjectAltName = DNS:localhost";
    let good = Leaf::default;
    let past = || Leaf { from: "20200101000000Z", until: "20210101000000Z", ..good() };
    let cases: Vec<(&str, Leaf, Vec<CertificateFault>)> = vec![
        ("good", good(), vec![]),
        ("good RSA", Leaf { key: "RSA-2048", ..good() }, vec![]),
        ("good by an intermediate", Leaf { issuer: Issuer::Intermediate, ..good() }, vec![]),
        ("expired", past(), vec![Expired]),
        ("not yet valid", Leaf { from: "20440101000000Z", ..good() }, vec![NotYetValid]),
        ("wrong name", Leaf { extensions: "subjectAltName = DNS:other.example", ..good() }, vec![WrongName]),
        ("no name", Leaf { extensions: "keyUsage = digitalSignature", ..good() }, vec![WrongName]),
        ("self-signed", Leaf { issuer: Issuer::Itself, ..good() }, vec![SelfSigned]),
        ("self-signed and expired", Leaf { issuer: Issuer::Itself, ..past() }, vec![Expired, SelfSigned]),
        ("self-signed authority", Leaf { issuer: Issuer::Itself, extensions: ca, ..good() }, vec![SelfSigned]),
        ("an authority in a server's place", Leaf { extensions: ca, ..good() }, vec![CaAsLeaf]),
        ("intermediate missing", Leaf { issuer: Issuer::Intermediate, complete: false, ..good() }, vec![IssuerMissing]),
        ("intermediate expired", Leaf { issuer: Issuer::OldIntermediate, ..good() }, vec![Expired]),
        ("SHA-1", Leaf { digest: "sha1", ..good() }, vec![WeakSignature]),
        ("RSA-1024", Leaf { key: "RSA-1024", ..good() }, vec![WeakKey]),
    ];
    for (what, leaf, faults) in cases {
        let facts = served(&authority, &leaf, "localhost", &roots);
        assert_eq!(facts.faults, faults, "{what}: {:?}", facts.verify_error);
        assert_eq!(facts.verify_error.is_none(), faults.is_empty(), "{what}");
        assert_eq!((facts.protocol.as_str(), facts.cipher.as_str()), ("TLSv1.3", "TLS_AES_256_GCM_SHA384"));
    }
}

#[test]
fn a_foreign_root_is_not_trusted_and_the_users_own_is() {
    let (authority, foreign) = (Authority::new(), Authority::new());
    let leaf = Leaf { issuer: Issuer::Intermediate, ..Leaf::default() };
    for (roots, faults) in [
        (Roots::new(&[]).unwrap(), vec![UntrustedIssuer]),
        (Roots::new(&foreign.root()).unwrap(), vec![UntrustedIssuer]),
        (Roots::new(&authority.root()).unwrap(), vec![]),
    ] {
        assert_eq!(served(&authority, &leaf, "127.0.0.1", &roots).faults, faults);
    }
}

#[test]
fn a_self_signed_certificate_given_by_the_user_is_trusted_for_its_name_and_time() {
    let authority = Authority::new();
    let leaf = Leaf {
        issuer: Issuer::Itself,
        extensions: "basicConstraints = CA:true\nsubjectAltName = DNS:localhost",
        ..Leaf::default()
    };
    let server = Server::start(&authority.leaf(&leaf), &[]);
    let roots = Roots::new(&fs::read(authority.path("leaf.pem")).unwrap()).unwrap();
    assert_eq!(facts_of(server.address, "localhost", &roots, None).faults, []);
    assert_eq!(facts_of(server.address, "127.0.0.1", &roots, None).faults, [WrongName]);
}

#[test]
fn what_a_certificate_says_is_read() {
    let authority = Authority::new();
    let leaf = Leaf { issuer: Issuer::Intermediate, digest: "sha384", ..Leaf::default() };
    let facts = served(&authority, &leaf, "localhost", &Roots::new(&[]).unwrap());
    assert_eq!(facts.chain.len(), 2);
    let first = &facts.chain[0];
    assert_eq!(first.subject, "CN=middlebrick test leaf");
    assert_eq!(first.issuer, "CN=middlebrick test intermediate");
    assert_eq!(first.names, ["localhost", "127.0.0.1"]);
    assert_eq!((first.not_before, first.not_after), (1_735_689_600, 2_366_841_600));
    assert_eq!((first.key_kind.as_str(), first.key_bits), ("EC", 256));
    assert_eq!(first.signature, "ecdsa-with-SHA384");
    assert!(!first.self_issued);
}

#[test]
fn a_client_certificate_is_presented_where_one_is_demanded() {
    let authority = Authority::new();
    let pem = authority.leaf(&Leaf::default());
    let root = authority.path("root.pem");
    let arguments = ["-Verify", "1", "-verify_return_error", "-CAfile", root.to_str().unwrap()];
    let server = Server::start(&pem, &arguments);
    let own = fs::read(&pem).unwrap();
    let own = ClientCertificate::from_pem(&own, &own).unwrap();
    let roots = Roots::new(&authority.root()).unwrap();
    let facts = facts_of(server.address, "localhost", &roots, Some(&own));
    assert!(facts.faults.is_empty() && !facts.wants_certificate, "{facts:?}");
    let asking = Server::start(&pem, &["-verify", "1", "-CAfile", root.to_str().unwrap()]);
    assert!(facts_of(asking.address, "localhost", &roots, None).wants_certificate, "one may be given");
    let server = Server::start(&pem, &[]);
    assert!(!facts_of(server.address, "localhost", &roots, None).wants_certificate);
}

#[test]
fn what_is_not_pem_is_refused_in_one_line() {
    for bytes in [&b"hello"[..], b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"] {
        let error = Roots::new(bytes).unwrap_err().to_string();
        assert!(!error.is_empty() && !error.contains('\n'), "{error}");
    }
    assert!(ClientCertificate::from_pem(b"", b"").is_err());
}
