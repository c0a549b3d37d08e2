//! Tokens made by the real itsdangerous, Flask, Flask-WTF, Flask-Login, Flask-Session and `PyJWT` (`vectors.py`).

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crack::{Algorithm, Derivation, Digest, Found, Signer, Target};
use serde_json::Value;

fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap()
}

fn target(vector: &Value) -> Target {
    let Some(signer) = vector.get("signer") else {
        return Target::parse(text(vector, "text")).unwrap_or_else(|error| panic!("{}: {error}", vector["name"]));
    };
    let derivation = match text(signer, "derivation") {
        "hmac" => Derivation::Hmac,
        "django-concat" => Derivation::DjangoConcat,
        "concat" => Derivation::Concat,
        _ => Derivation::None,
    };
    let digest = match text(signer, "digest") {
        "sha1" => Digest::Sha1,
        "sha256" => Digest::Sha256,
        "sha384" => Digest::Sha384,
        _ => Digest::Sha512,
    };
    Target::signed(text(vector, "text"), Signer::new(text(signer, "salt"), derivation, digest)).unwrap()
}

#[test]
fn every_token_is_recognised_read_and_verified() {
    for vector in vectors() {
        let name = &vector["name"];
        let target = target(&vector);
        assert_eq!(format!("{:?}", target.kind()), text(&vector, "kind"), "{name}");
        assert!(target.verify(text(&vector, "secret").as_bytes()), "{name}");
        assert!(!target.verify(b"wrong"), "{name}");
        let decoded = target.decode().unwrap();
        assert_eq!(decoded.payload, text(&vector, "payload"), "{name}");
        assert_eq!(decoded.json, vector["json"].as_bool().unwrap_or(true), "{name}");
        assert_eq!(decoded.timestamp, vector["timestamp"].as_u64(), "{name}");
        assert_eq!(decoded.compressed, vector["compressed"].as_bool().unwrap_or(false), "{name}");
        assert_eq!(decoded.header.as_deref(), vector["header"].as_str(), "{name}");
    }
}

#[test]
fn all_tokens_are_cracked_together_at_the_first_word_that_fits() {
    let vectors = vectors();
    let targets: Vec<Target> = vectors.iter().map(target).collect();
    let mut words: Vec<String> = (0..5000).map(|n| format!("no-{n}")).collect();
    for vector in &vectors {
        words.push(text(vector, "secret").to_owned());
    }
    words.extend((0..5000).map(|n| format!("nor-{n}")));
    for threads in [0, 1, 3] {
        let done = AtomicU64::new(0);
        let progress = |count| {
            done.fetch_max(count, Ordering::Relaxed);
        };
        let found = crack::crack(&targets, &words, threads, &AtomicBool::new(false), &progress);
        for (vector, found) in vectors.iter().zip(found) {
            let index = words.iter().position(|word| word == text(vector, "secret")).unwrap() as u64;
            assert_eq!(found, Some(Found { index, word: text(vector, "secret").into() }), "{}", vector["name"]);
        }
        assert!((5000..=words.len() as u64).contains(&done.load(Ordering::Relaxed)));
    }
}

#[test]
fn nothing_is_found_when_no_word_fits_or_it_is_cancelled() {
    let target = [Target::parse(text(&vectors()[0], "text")).unwrap()];
    assert_eq!(crack::crack(&target, ["", "Dev", "dev "], 2, &AtomicBool::new(false), &|_| ()), [None]);
    assert_eq!(crack::crack(&target, ["dev"], 2, &AtomicBool::new(true), &|_| ()), [None]);
    assert_eq!(crack::crack(&[], ["dev"], 1, &AtomicBool::new(false), &|_| ()), []);
}

#[test]
fn a_forged_token_equals_the_real_one() {
    for vector in vectors() {
        let (secret, payload) = (text(&vector, "secret").as_bytes(), text(&vector, "payload"));
        let forged = match text(&vector, "kind") {
            "FlaskSession" if vector["compressed"] == true || vector["name"] == "flask session, epoch of 2011" => {
                continue;
            }
            "FlaskSession" => crack::flask_session(secret, payload, vector["timestamp"].as_u64().unwrap()),
            "CsrfToken" => crack::timed(&Signer::csrf_token(), secret, payload, vector["timestamp"].as_u64().unwrap()),
            "Jwt" => {
                let algorithm = match target(&vector).signer().digest {
                    Digest::Sha384 => Algorithm::Hs384,
                    Digest::Sha512 => Algorithm::Hs512,
                    _ => Algorithm::Hs256,
                };
                crack::jwt_hs(algorithm, secret, text(&vector, "header"), payload)
            }
            _ => continue,
        };
        assert_eq!(forged, text(&vector, "text"), "{}", vector["name"]);
    }
}

#[test]
fn another_reading_finds_the_salt_of_a_serializer() {
    let signer = Signer::serializer("password-reset-salt");
    let token = crack::timed(&signer, b"dev", "{\"user\":1}", 1_790_000_000);
    let guesses = Target::guesses(&token).unwrap();
    let found = crack::crack(&guesses, ["no", "dev"], 1, &AtomicBool::new(false), &|_| ());
    let hits: Vec<&Target> =
        guesses.iter().zip(&found).filter(|(_, found)| found.is_some()).map(|(guess, _)| guess).collect();
    assert_eq!(hits.iter().map(|hit| hit.signer()).collect::<Vec<_>>(), [&signer]);
}
