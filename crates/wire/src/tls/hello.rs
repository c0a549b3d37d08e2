use std::net::IpAddr;

use model::TlsVersion;

/// Signals support of secure renegotiation without an extension (RFC 5746), so that strict servers answer.
const RENEGOTIATION_SCSV: u16 = 0x00ff;
/// x25519, P-256, P-384, P-521, x448, X25519MLKEM768. No finite-field groups: with one of them offered, a server may hide the
/// group that it would send to old clients (RFC 7919, section 4).
const GROUPS: [u16; 6] = [0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x11ec];
/// Everything a server could sign with, obsolete algorithms included: a refusal must not be about this.
const SIGNATURE_ALGORITHMS: [u16; 16] = [
    0x0804, 0x0805, 0x0806, 0x0403, 0x0503, 0x0603, 0x0401, 0x0501, 0x0601, 0x0807, 0x0808, 0x0402, 0x0301, 0x0201,
    0x0203, 0x0202,
];
/// Nothing is ever encrypted with these handshakes, so nothing needs to be random; a fixed value makes probes repeatable.
const RANDOM: [u8; 32] = *b"middlebrick TLS inspection hello";

/// The number that stands for the version in a hello.
pub(super) const fn code(version: TlsVersion) -> u16 {
    match version {
        TlsVersion::Ssl3 => 0x0300,
        TlsVersion::Tls10 => 0x0301,
        TlsVersion::Tls11 => 0x0302,
        TlsVersion::Tls12 => 0x0303,
        TlsVersion::Tls13 => 0x0304,
    }
}

/// The version of a number in a hello.
pub(super) fn version(code: u16) -> Option<TlsVersion> {
    TlsVersion::ALL.into_iter().find(|version| self::code(*version) == code)
}

/// A `ClientHello` in its record that offers exactly one version and these suites (RFC 6101, 2246, 4346, 5246, 8446).
///
/// The host is sent as the server name unless it is an address (RFC 6066, section 3) or the version is SSL 3.0, which knows no
/// extensions.
pub(super) fn client_hello(offered: TlsVersion, suites: &[u16], host: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(512);
    put16(&mut body, code(offered.min(TlsVersion::Tls12)));
    body.extend_from_slice(&RANDOM);
    if offered == TlsVersion::Tls13 {
        // A session id, as browsers send one: middleboxes expect it (RFC 8446, D.4).
        nested(&mut body, 1, |id| id.extend_from_slice(&RANDOM));
    } else {
        body.push(0);
    }
    nested(&mut body, 2, |list| {
        for suite in suites {
            put16(list, *suite);
        }
        put16(list, RENEGOTIATION_SCSV);
    });
    body.extend_from_slice(&[1, 0]);
    if offered > TlsVersion::Ssl3 {
        nested(&mut body, 2, |list| extensions(list, offered, host));
    }

    let mut record = Vec::with_capacity(body.len() + 9);
    record.push(22);
    put16(&mut record, code(offered.min(TlsVersion::Tls10)));
    nested(&mut record, 2, |message| {
        message.push(1);
        nested(message, 3, |inner| inner.extend_from_slice(&body));
    });
    record
}

fn extensions(out: &mut Vec<u8>, offered: TlsVersion, host: &str) {
    if is_server_name(host) {
        extension(out, 0, |body| {
            nested(body, 2, |list| {
                list.push(0);
                nested(list, 2, |name| name.extend_from_slice(host.as_bytes()));
            });
        });
    }
    extension(out, 10, |body| {
        nested(body, 2, |list| GROUPS.iter().for_each(|group| put16(list, *group)));
    });
    extension(out, 11, |body| body.extend_from_slice(&[1, 0]));
    if offered >= TlsVersion::Tls12 {
        extension(out, 13, |body| {
            nested(body, 2, |list| SIGNATURE_ALGORITHMS.iter().for_each(|algorithm| put16(list, *algorithm)));
        });
    }
    if offered == TlsVersion::Tls13 {
        extension(out, 43, |body| nested(body, 1, |list| put16(list, code(offered))));
        // An x25519 share: every 32 bytes are a public key. We never compute the secret.
        extension(out, 51, |body| {
            nested(body, 2, |list| {
                put16(list, GROUPS[0]);
                nested(list, 2, |share| share.extend_from_slice(&RANDOM));
            });
        });
    }
}

fn is_server_name(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    !host.is_empty() && host.len() <= 255 && host.is_ascii() && bare.parse::<IpAddr>().is_err()
}

fn extension(out: &mut Vec<u8>, kind: u16, fill: impl FnOnce(&mut Vec<u8>)) {
    put16(out, kind);
    nested(out, 2, fill);
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// Writes what `fill` appends after its length in `width` bytes.
fn nested(out: &mut Vec<u8>, width: usize, fill: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.resize(at + width, 0);
    fill(out);
    let length = (out.len() - at - width).to_be_bytes();
    out[at..at + width].copy_from_slice(&length[length.len() - width..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_agree_with_what_follows() {
        for version in TlsVersion::ALL {
            let hello = client_hello(version, &[0x002f, 0x1301], "example.test");
            assert_eq!(usize::from(u16::from_be_bytes([hello[3], hello[4]])), hello.len() - 5);
            assert_eq!(usize::from(u16::from_be_bytes([hello[7], hello[8]])), hello.len() - 9);
            let named = hello.windows(12).any(|w| w == b"example.test");
            assert_eq!(named, version > TlsVersion::Ssl3, "{version}");
        }
    }

    #[test]
    fn an_address_is_not_sent_as_a_name() {
        for host in ["127.0.0.1", "::1", "[::1]", ""] {
            assert!(!is_server_name(host), "{host}");
        }
        assert!(is_server_name("localhost"));
    }
}
