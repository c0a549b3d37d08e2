//! The hash functions behind the signatures, through `RustCrypto`: the reference that every kernel is tested against.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// A hash function, used by itself and as HMAC (RFC 2104, FIPS 180-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Digest {
    /// SHA-1: the default of itsdangerous and so of Flask.
    Sha1,
    /// SHA-256: JWT `HS256`.
    Sha256,
    /// SHA-384: JWT `HS384`.
    Sha384,
    /// SHA-512: JWT `HS512`, Flask-Login's remember token, the default of itsdangerous 1.0.
    Sha512,
}

impl Digest {
    /// The length of its output in bytes.
    pub fn size(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest whose output is `size` bytes long.
    pub fn from_size(size: usize) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512].into_iter().find(|digest| digest.size() == size)
    }

    /// The hash of the parts put together.
    pub fn hash(self, parts: &[&[u8]]) -> Vec<u8> {
        fn run<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hash = D::new();
            for part in parts {
                hash.update(part);
            }
            hash.finalize().to_vec()
        }
        match self {
            Self::Sha1 => run::<Sha1>(parts),
            Self::Sha256 => run::<Sha256>(parts),
            Self::Sha384 => run::<Sha384>(parts),
            Self::Sha512 => run::<Sha512>(parts),
        }
    }

    /// HMAC of `message` under `key`, which may have any length.
    pub fn hmac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => keyed::<Hmac<Sha1>>(key, message).map(|mac| mac.finalize().into_bytes().to_vec()),
            Self::Sha256 => keyed::<Hmac<Sha256>>(key, message).map(|mac| mac.finalize().into_bytes().to_vec()),
            Self::Sha384 => keyed::<Hmac<Sha384>>(key, message).map(|mac| mac.finalize().into_bytes().to_vec()),
            Self::Sha512 => keyed::<Hmac<Sha512>>(key, message).map(|mac| mac.finalize().into_bytes().to_vec()),
        }
        .unwrap_or_default()
    }

    /// Whether `tag` is the HMAC of `message` under `key`, compared in constant time.
    pub fn verify_hmac(self, key: &[u8], message: &[u8], tag: &[u8]) -> bool {
        match self {
            Self::Sha1 => keyed::<Hmac<Sha1>>(key, message).is_some_and(|mac| mac.verify_slice(tag).is_ok()),
            Self::Sha256 => keyed::<Hmac<Sha256>>(key, message).is_some_and(|mac| mac.verify_slice(tag).is_ok()),
            Self::Sha384 => keyed::<Hmac<Sha384>>(key, message).is_some_and(|mac| mac.verify_slice(tag).is_ok()),
            Self::Sha512 => keyed::<Hmac<Sha512>>(key, message).is_some_and(|mac| mac.verify_slice(tag).is_ok()),
        }
    }
}

/// The MAC with the message fed in; `None` is impossible for HMAC, which takes a key of any length.
fn keyed<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Option<M> {
    let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac)
}
