//! Signing with a known secret: the proof that a guessed secret is the real one.

use crate::payload::{base64, timestamp_text};
use crate::{Digest, Signer};

/// The HMAC algorithms of JWT (RFC 7518 section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// `HS256`
    Hs256,
    /// `HS384`
    Hs384,
    /// `HS512`
    Hs512,
}

impl Algorithm {
    fn digest(self) -> Digest {
        match self {
            Self::Hs256 => Digest::Sha256,
            Self::Hs384 => Digest::Sha384,
            Self::Hs512 => Digest::Sha512,
        }
    }
}

/// A Flask session cookie holding this JSON, signed at this Unix time in seconds.
///
/// The payload is never compressed: Flask reads both forms.
pub fn flask_session(secret: &[u8], payload_json: &str, timestamp: u64) -> String {
    timed(&Signer::flask_session(), secret, payload_json, timestamp)
}

/// A token of itsdangerous's timed serializers by this signer: `payload.timestamp.signature`.
pub fn timed(signer: &Signer, secret: &[u8], payload_json: &str, timestamp: u64) -> String {
    finish(signer, secret, format!("{}.{}", base64(payload_json), timestamp_text(timestamp)))
}

/// A JWT with this header and these claims as JSON texts; the header's `alg` is the caller's to set.
pub fn jwt_hs(algorithm: Algorithm, secret: &[u8], header_json: &str, claims_json: &str) -> String {
    let signer = Signer::plain(algorithm.digest());
    finish(&signer, secret, format!("{}.{}", base64(header_json), base64(claims_json)))
}

fn finish(signer: &Signer, secret: &[u8], message: String) -> String {
    let signature = base64(signer.sign(secret, message.as_bytes()));
    message + "." + &signature
}
