use std::fs;

use model::CipherClass::{Anonymous, Cbc, Des, Dhe, Export, Modern, Null, Rc4, StaticRsa, TripleDes};
use model::{CertificateFault, TlsFailure, TlsVersion};
use wire::tls::Limits;

use crate::authority::{Authority, Leaf};
use crate::openssl::Server;
use crate::report_of;

/// A group of 1024 bits made for this test by OpenSSL.
const DH_1024: &str = "-----BEGIN DH PARAMETERS-----\n\
    MIGHAoGBAMGlImoNt8H5nHiNOI8Ofq2kn8K9zDHlhG34iNwSTHin6UyidziJtmCi\n\
    cg3BpBkqqCYuyZ1K4IqYUWur4UjJEYsfUoyM55kB6/drYbDp5uv0geW0dO/1XpIS\n\
    8/aBSnanJR8CRr7WSGClg28X4O+2M6m5AnXOPjXDfiTE9/mbAdlPAgEC\n\
    -----END DH PARAMETERS-----\n";

#[test]
fn a_modern_server_takes_two_waves_and_shows_nothing_weak() {
    let authority = Authority::new();
    let server = Server::start(
        &authority.leaf(&Leaf::default()),
        &["-min_protocol", "TLSv1.2", "-cipher", "ECDHE+AESGCM:ECDHE+CHACHA20"],
    );
    let report = report_of(server.address, "localhost", Limits::default());
    assert!(report.handshakes <= 12, "{}", report.handshakes);
    let accepted: Vec<_> = report.versions.iter().filter(|v| v.accepted == Some(true)).map(|v| v.version).collect();
    assert_eq!(accepted, [TlsVersion::Tls12, TlsVersion::Tls13]);
    assert_eq!(report.versions.len(), 5);
    for version in &report.versions {
        assert!(version.suites.iter().all(|suite| suite.classes == [Modern]), "{version:?}");
        assert!(version.untested.is_empty());
    }
    assert_eq!(report.failures, []);
    assert_eq!(report.chain[0].names, ["localhost", "127.0.0.1"]);
}

#[test]
fn one_version_alone_is_told_from_the_others() {
    let authority = Authority::new();
    let pem = authority.leaf(&Leaf { key: "RSA-2048", ..Leaf::default() });
    for (option, version) in [
        ("-tls1", TlsVersion::Tls10),
        ("-tls1_1", TlsVersion::Tls11),
        ("-tls1_2", TlsVersion::Tls12),
        ("-tls1_3", TlsVersion::Tls13),
    ] {
        let server = Server::start(&pem, &[option, "-cipher", "DEFAULT:@SECLEVEL=0"]);
        let report = report_of(server.address, "localhost", Limits::default());
        for other in TlsVersion::ALL {
            let accepted = report.version(other).and_then(|facts| facts.accepted);
            assert_eq!(accepted, Some(other == version), "{option}: {other}");
        }
        assert_eq!(report.chain.len(), 1, "{option}");
        assert_eq!((report.chain[0].key_kind.as_str(), report.chain[0].key_bits), ("RSA", 2048));
        assert_eq!(report.chain[0].subject, "CN=middlebrick test leaf");
        assert_eq!(report.faults, [CertificateFault::IssuerMissing], "{option}");
    }
}

#[test]
fn every_weak_class_that_openssl_serves_is_found() {
    let authority = Authority::new();
    let group = authority.path("dh.pem");
    fs::write(&group, DH_1024).unwrap();
    let pem = authority.leaf(&Leaf { key: "RSA-2048", ..Leaf::default() });
    let all = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";
    let server = Server::start(&pem, &["-min_protocol", "TLSv1", "-cipher", all, "-dhparam", group.to_str().unwrap()]);
    let report = report_of(server.address, "localhost", Limits::default());
    for version in [TlsVersion::Tls10, TlsVersion::Tls11, TlsVersion::Tls12] {
        let facts = report.version(version).unwrap();
        for class in [Null, Anonymous, StaticRsa, Dhe, Cbc] {
            assert!(facts.suite_of(class).is_some(), "{version} {class:?}");
        }
        for class in [Export, Des, Rc4, TripleDes] {
            assert!(facts.suite_of(class).is_none(), "{version} {class:?}");
        }
        assert_eq!(facts.suite_of(Modern).is_some(), version == TlsVersion::Tls12);
        assert_eq!(facts.dh_bits, Some(1024), "{version}");
        assert_eq!(facts.untested, []);
    }
}

#[test]
fn a_single_class_is_found_alone() {
    let authority = Authority::new();
    let pem = authority.leaf(&Leaf { key: "RSA-2048", ..Leaf::default() });
    for (ciphers, class) in [
        ("NULL-SHA256", Null),
        ("ADH-AES128-GCM-SHA256", Anonymous),
        ("AES256-GCM-SHA384", StaticRsa),
        ("DHE-RSA-AES128-SHA", Dhe),
        ("ECDHE-RSA-AES256-SHA384", Cbc),
        ("ECDHE-RSA-AES128-GCM-SHA256", Modern),
    ] {
        let server = Server::start(&pem, &["-tls1_2", "-cipher", &format!("{ciphers}:@SECLEVEL=0")]);
        let report = report_of(server.address, "localhost", Limits::default());
        let facts = report.version(TlsVersion::Tls12).unwrap();
        assert_eq!(facts.suites.len(), 1, "{ciphers}: {:?}", facts.suites);
        assert!(facts.suites[0].classes.contains(&class), "{ciphers}");
    }
}

#[test]
fn the_handshake_limit_leaves_the_rest_untested() {
    let authority = Authority::new();
    let pem = authority.leaf(&Leaf { key: "RSA-2048", ..Leaf::default() });
    let server = Server::start(&pem, &["-min_protocol", "TLSv1", "-cipher", "ALL:@SECLEVEL=0"]);
    let report = report_of(server.address, "localhost", Limits { handshakes: 6, ..Limits::default() });
    assert_eq!(report.handshakes, 6);
    assert!(report.accepts(TlsVersion::Tls10));
    assert!(report.version(TlsVersion::Tls10).unwrap().untested.contains(&Rc4));
}

#[test]
fn a_server_that_insists_on_another_name_refuses_with_a_reason() {
    let authority = Authority::new();
    let pem = authority.leaf(&Leaf::default());
    let path = pem.to_str().unwrap();
    let arguments = ["-servername", "api.example", "-servername_fatal", "-cert2", path, "-key2", path];
    let server = Server::start(&pem, &arguments);
    let report = report_of(server.address, "other.example", Limits::default());
    assert!(report.versions.iter().all(|facts| facts.accepted != Some(true)));
    let why = TlsFailure::Refused("unrecognized_name".to_owned());
    assert!(report.failures.contains(&(TlsVersion::Tls12, why)), "{:?}", report.failures);
    assert!(report_of(server.address, "api.example", Limits::default()).accepts(TlsVersion::Tls13));
}
