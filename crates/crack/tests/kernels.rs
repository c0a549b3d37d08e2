//! Every kernel that this CPU has, against `RustCrypto`.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use crack::{Derivation, Digest, Signer, Target, crack_with, kernels};
use proptest::prelude::*;

const DERIVATIONS: [Derivation; 4] = [Derivation::Hmac, Derivation::DjangoConcat, Derivation::Concat, Derivation::None];

/// A token over the payload by `RustCrypto`.
fn token(signer: &Signer, secret: &[u8], payload: &str) -> Target {
    Target::signed(&crack::timed(signer, secret, payload, 1_790_000_000), signer.clone()).unwrap()
}

/// Words of every length up to 200, each different.
fn words() -> Vec<Vec<u8>> {
    (0..=200_u8).map(|length| (0..length).map(|at| at.wrapping_mul(37) ^ length).collect()).collect()
}

#[test]
fn every_secret_length_is_found_by_every_kernel() {
    let words = words();
    for digest in [Digest::Sha1, Digest::Sha256] {
        for derivation in DERIVATIONS {
            for salt in ["", "cookie-session", &"s".repeat(55), &"s".repeat(56), &"s".repeat(64), &"s".repeat(150)] {
                let signer = Signer::new(salt, derivation, digest);
                let targets: Vec<Target> = words.iter().map(|word| token(&signer, word, "{}")).collect();
                for kernel in kernels() {
                    for (place, found) in crack_with(kernel, &targets, &words).into_iter().enumerate() {
                        let found = found.map(|found| found.index);
                        assert_eq!(found, Some(place as u64), "{} {signer:?}", kernel.name());
                    }
                }
            }
        }
    }
}

#[test]
fn every_message_length_is_found_by_every_kernel() {
    let words = words();
    for digest in [Digest::Sha1, Digest::Sha256] {
        let signer = Signer::new("salt", Derivation::Hmac, digest);
        let targets: Vec<Target> = (0..200).map(|length| token(&signer, &words[77], &"p".repeat(length))).collect();
        for kernel in kernels() {
            let found = crack_with(kernel, &targets, &words);
            assert!(
                found.iter().all(|found| found.as_ref().is_some_and(|found| found.index == 77)),
                "{}",
                kernel.name()
            );
        }
    }
}

#[test]
fn the_portable_kernel_is_always_there_and_names_are_unique() {
    let names: std::collections::BTreeSet<&str> = kernels().iter().map(crack::Kernel::name).collect();
    assert_eq!(kernels()[0].name(), "portable");
    assert_eq!(names.len(), kernels().len());
    assert!(kernels().iter().all(|kernel| (1..=16).contains(&kernel.lanes())));
}

proptest! {
    /// Random secrets, salts and messages: each kernel finds what `verify` finds, at the same place, and nothing else.
    #[test]
    fn kernels_agree_with_the_reference(
        words in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..40),
        salt in ".{0,80}",
        payload in ".{0,200}",
        derivation in prop::sample::select(&DERIVATIONS[..]),
        digest in prop::sample::select(vec![Digest::Sha1, Digest::Sha256]),
        pick in any::<prop::sample::Index>(),
    ) {
        let signer = Signer::new(salt, derivation, digest);
        let secret: &Vec<u8> = pick.get(&words[..]);
        let targets = [
            token(&signer, secret, &payload),
            token(&signer, b"the secret of nobody", &payload),
            token(&signer, secret, "{}"),
        ];
        for kernel in kernels() {
            for (target, found) in targets.iter().zip(crack_with(kernel, &targets, &words)) {
                let expected = words.iter().position(|word| target.verify(word)).map(|place| place as u64);
                prop_assert_eq!(found.map(|found| found.index), expected, "{}", kernel.name());
            }
        }
    }
}
