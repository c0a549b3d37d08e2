//! Texts that are no tokens, or tokens meant to harm the reader.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use crack::{MAX_TOKEN, ParseError, Signer, Target};
use proptest::prelude::*;

#[test]
fn what_is_no_token_is_refused_with_the_reason() {
    let sha1 = "A".repeat(27);
    let cases = [
        (String::new(), ParseError::Layout),
        ("hello".into(), ParseError::Layout),
        (".".into(), ParseError::Signature),
        ("..".into(), ParseError::Signature),
        (format!("a b.{sha1}"), ParseError::Layout),
        (format!("é.{sha1}"), ParseError::Layout),
        (format!("e30.!!.{sha1}"), ParseError::Timestamp),
        (format!("e30.AAAAAAAAAAAAAA.{sha1}"), ParseError::Timestamp),
        (format!("!.aaaaaa.{sha1}"), ParseError::Payload),
        (format!(".eJw.aaaaaa.{sha1}"), ParseError::Payload),
        ("e30.aaaaaa.abc".into(), ParseError::Signature),
        ("1|zz".into(), ParseError::Signature),
        ("1|é".into(), ParseError::Signature),
        ("A".repeat(MAX_TOKEN + 1), ParseError::TooLong),
        (
            format!("{}.e30.AA", BASE64_URL_SAFE_NO_PAD.encode("{\"alg\":\"none\"}")),
            ParseError::Algorithm("none".into()),
        ),
    ];
    for (text, error) in cases {
        assert_eq!(Target::parse(&text), Err(error), "{text:.40}");
    }
}

#[test]
fn wrapping_is_ignored() {
    let token = crack::flask_session(b"dev", "{}", 1);
    for text in [format!(" {token}\n"), format!("\"{token}\""), format!("Bearer {token}")] {
        assert!(Target::parse(&text).unwrap().verify(b"dev"));
    }
}

#[test]
fn a_decompression_bomb_stops_at_the_cap() {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 8 << 20]).unwrap();
    let bomb = format!(".{}.aaaaaa.{}", BASE64_URL_SAFE_NO_PAD.encode(encoder.finish().unwrap()), "A".repeat(27));
    assert!(bomb.len() < MAX_TOKEN);
    assert_eq!(Target::parse(&bomb), Err(ParseError::Payload));
    let target = Target::signed(&bomb, Signer::flask_session()).unwrap();
    assert_eq!(target.decode(), Err(ParseError::Payload));
}

#[test]
fn deep_json_is_refused() {
    let token = crack::flask_session(b"dev", &"[".repeat(10_000), 1);
    assert_eq!(Target::parse(&token), Err(ParseError::Payload));
}

proptest! {
    #[test]
    fn no_text_panics(text in "[.|a-zA-Z0-9_\\-é\"=]{0,80}") {
        if let Ok(targets) = Target::guesses(&text) {
            for target in targets {
                let _ = target.decode();
                prop_assert!(!target.verify(b"x"));
            }
        }
        if let Ok(target) = Target::signed(&text, Signer::flask_session()) {
            let _ = target.decode();
        }
    }

    #[test]
    fn what_is_forged_is_read_back(secret in prop::collection::vec(any::<u8>(), 0..200), value in ".{0,80}", time in 1_293_840_000..u64::MAX) {
        let payload = serde_json::json!({ "v": value }).to_string();
        let target = Target::parse(&crack::flask_session(&secret, &payload, time)).unwrap();
        prop_assert!(target.verify(&secret));
        let decoded = target.decode().unwrap();
        prop_assert_eq!(decoded.payload, payload);
        prop_assert_eq!(decoded.timestamp, Some(time));
    }
}
