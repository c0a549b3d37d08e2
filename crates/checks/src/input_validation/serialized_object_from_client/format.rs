//! Which serialized object a text is, itself, percent-encoded or in Base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;

use super::{php, pickle};

/// Longest value that is looked at, and the shortest that can hold an object.
const LONGEST: usize = 64 << 10;
const SHORTEST: usize = 8;

/// The kind of object that a value is from its first to its last byte, in words. A signature before or behind it is no part of an object,
/// so that signed values are none.
pub(super) fn of(value: &str) -> Option<&'static str> {
    if !(SHORTEST..=LONGEST).contains(&value.len()) {
        return None;
    }
    let plain: Vec<u8> = percent_decode_str(value).collect();
    let text = String::from_utf8_lossy(&plain).into_owned();
    let bare = text.trim_matches('"').trim_end_matches('=');
    let decoded = STANDARD_NO_PAD.decode(bare).or_else(|_| URL_SAFE_NO_PAD.decode(bare)).ok();
    kind(&plain).or_else(|| decoded.as_deref().and_then(kind))
}

fn kind(bytes: &[u8]) -> Option<&'static str> {
    if pickle::is_one(bytes) {
        Some("a Python pickle")
    } else if is_java(bytes) {
        Some("a serialized Java object")
    } else if is_binary_formatter(bytes) {
        Some("an object of .NET's BinaryFormatter")
    } else if php::is_one(bytes) {
        Some("a serialized PHP value")
    } else {
        None
    }
}

/// The stream header, an object or array, and its class description with the name of a class.
/// <https://docs.oracle.com/en/java/javase/21/docs/specs/serialization/protocol.html>
fn is_java(bytes: &[u8]) -> bool {
    let Some([kind, 0x72, high, low, rest @ ..]) = bytes.strip_prefix(&[0xac, 0xed, 0x00, 0x05]) else { return false };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let named = |name: &[u8]| name.iter().all(|b| b.is_ascii_alphanumeric() || b"._$[;/".contains(b));
    // An object or an array; the version of the class and its flags follow the name.
    matches!(kind, 0x73 | 0x75) && length > 0 && rest.len() > length + 9 && rest.get(..length).is_some_and(named)
}

/// The record of the header, another record, and the record that ends the message.
/// <https://learn.microsoft.com/openspecs/windows_protocols/ms-nrbf/>
fn is_binary_formatter(bytes: &[u8]) -> bool {
    const HEADER: [u8; 17] = [0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0];
    const END: u8 = 0x0b;
    bytes
        .strip_prefix(&HEADER)
        .is_some_and(|rest| rest.len() > 4 && rest.first().is_some_and(|r| *r <= 0x11) && rest.last() == Some(&END))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_hits_and_misses() {
        for (value, expected) in [
            ("gASVEwAAAAAAAAB9lIwFdGhlbWWUjARkYXJrlHMu", Some("a Python pickle")),
            ("gAN9cQBYAQAAAGFxAUsBcy4=", Some("a Python pickle")),
            ("%28dp0%0AS%27a%27%0Ap1%0AI1%0As.", Some("a Python pickle")),
            ("KGRwMApWYQpwMQpJMQpzLg==", Some("a Python pickle")),
            // The start alone, as in a name or a random token.
            ("gASVEwAAAAAAAAB9lIwF", None),
            ("gASVxyz123gASVxyz123", None),
            (
                "rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAB3CAAAABAAAAAAeA==",
                Some("a serialized Java object"),
            ),
            ("rO0ABQAAAAAAAAAAAAA=", None),
            ("AAEAAAD/////AQAAAAAAAAARAQAAAAEAAAAGAgAAAARkYXJrCw==", Some("an object of .NET's BinaryFormatter")),
            ("AAEAAAD/////AQAAAAAAAAA=", None),
            ("O:4:\"User\":1:{s:4:\"name\";s:3:\"ada\";}", Some("a serialized PHP value")),
            (
                "O%3A4%3A%22User%22%3A1%3A%7Bs%3A4%3A%22name%22%3Bs%3A3%3A%22ada%22%3B%7D",
                Some("a serialized PHP value"),
            ),
            ("YToxOntzOjU6InRoZW1lIjtzOjQ6ImRhcmsiO30=", Some("a serialized PHP value")),
            ("O:4:\"User\":2:{s:4:\"name\";s:3:\"ada\";}", None),
            ("eyJ0aGVtZSI6ImRhcmsifQ==", None),
            ("eyJ0aGVtZSI6ImRhcmsifQ.aBcDeF.c2lnbmF0dXJl", None),
            ("0c1f0a3b7f4d4f6f9d0e0c1f0a3b7f4d", None),
            ("........", None),
            ("N.", None),
        ] {
            assert_eq!(of(value), expected, "{value}");
        }
    }
}
