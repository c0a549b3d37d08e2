//! Why a text is no token that can be guessed.

use std::fmt;

/// Why a text was not recognised as a signed token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// It is longer than [`crate::MAX_TOKEN`] bytes.
    TooLong,
    /// It has the layout of none of the known tokens.
    Layout,
    /// Its signature is not base64url (or hex), or has the length of no known digest.
    Signature,
    /// Its payload is not base64url, not zlib, or grows beyond [`crate::MAX_PAYLOAD`] bytes.
    Payload,
    /// Its timestamp is not a base64url integer of at most eight bytes.
    Timestamp,
    /// It is a JWT signed by something other than an HMAC of this algorithm name (cut to 16 characters).
    Algorithm(String),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "longer than {} bytes", crate::MAX_TOKEN),
            Self::Layout => f.write_str("not a Flask session cookie, another signed cookie or token, or a JWT"),
            Self::Signature => f.write_str("the signature cannot be read or has an unknown length"),
            Self::Payload => f.write_str("the payload cannot be decoded"),
            Self::Timestamp => f.write_str("the timestamp cannot be decoded"),
            Self::Algorithm(name) => {
                write!(f, "JWT algorithm {name:?} has no secret to guess (HS256, HS384, HS512 have)")
            }
        }
    }
}

impl std::error::Error for ParseError {}
