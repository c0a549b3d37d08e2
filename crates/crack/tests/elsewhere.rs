//! Signed cookies of other frameworks than Flask.

// Tests may end like tests.
#![allow(clippy::unwrap_used)]

use crack::{Kind, Target};

// Made by Python's hmac from what each framework's source says it signs.
const DJANGO: &str = "eyJfYXV0aF91c2VyX2lkIjoiNyJ9:1tXyZ9:lwSP6TwMoG_-C0kPwnV35Fy0eG5tfycXKrvzNvdR3ps";
const EXPRESS: &str = "s:V1StGXR8_Z5jdHi6B-myT.2sJKei8N9oTAu+jmxyz9j6x6mNxIxZPKZP+xblZ/Ht0";
const TORNADO: &str =
    "2|1:0|10:1700000000|4:user|8:YW5uLTc=|06f435e62a1d95de3a1b70d4a342dacaf79be7b6d9b67fdb88c03172a23c7753";
const BOTTLE: &str = "!hWd47vaXoFxj4xICLcLGRlw4RHAtcjY3mDa/VJLwGoo=?gAJdcQAoWAQAAAB1c2VycQFYAwAAAGFubnECZS4=";

#[test]
fn each_layout_is_known_read_and_verified() {
    for (text, kind, secret, payload, timestamp) in [
        (DJANGO, Kind::DjangoSigned, "changeme", r#"{"_auth_user_id":"7"}"#, None),
        (EXPRESS, Kind::ExpressCookie, "keyboard cat", "V1StGXR8_Z5jdHi6B-myT", None),
        (TORNADO, Kind::TornadoCookie, "changeme", "ann-7", Some(1_700_000_000)),
        (BOTTLE, Kind::BottleCookie, "changeme", "gAJdcQAoWAQAAAB1c2VycQFYAwAAAGFubnECZS4=", None),
    ] {
        let target = Target::parse(text).unwrap();
        assert_eq!(target.kind(), kind);
        assert!(target.verify(secret.as_bytes()) && !target.verify(b"other"), "{text}");
        let decoded = target.decode().unwrap();
        assert_eq!(decoded.payload, payload);
        assert!(timestamp.is_none() || decoded.timestamp == timestamp);
    }
    let escaped = EXPRESS.replace(':', "%3A").replace('+', "%2B").replace('/', "%2F");
    assert!(Target::parse(&escaped).unwrap().verify(b"keyboard cat"));
    let beside = Target::signed_beside("session", "eyJ2aWV3cyI6MX0=", "x-C3NH9bM5O4ofBO-GACcofuXXc").unwrap();
    assert!(beside.verify(b"keyboard cat"));
    assert_eq!(beside.decode().unwrap().payload, r#"{"views":1}"#);
}
