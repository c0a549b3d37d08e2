//! What a token says, readable without any secret.

use std::io::Read;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::{MAX_PAYLOAD, ParseError};

/// base64url as Python reads it: padding or none, and loose bits at the end ignored.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The contents of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// A JWT's header, as JSON text.
    pub header: Option<String>,
    /// The payload as text: JSON as it was signed (Flask's tags such as `{" t": [1, 2]}` are left as they are), or an identifier.
    pub payload: String,
    /// Whether the payload is valid JSON.
    pub json: bool,
    /// Whether it was zlib-compressed.
    pub compressed: bool,
    /// When it was signed by the signer's own clock, in Unix seconds.
    pub timestamp: Option<u64>,
}

/// Bytes of base64url text.
pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    BASE64URL.decode(text).ok()
}

/// Base64url text without padding.
pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64URL.encode(bytes)
}

/// The text of an itsdangerous payload: base64url, compressed when it begins with a dot.
pub(crate) fn payload(text: &str) -> Result<String, ParseError> {
    let bytes = match text.strip_prefix('.') {
        Some(compressed) => inflate(&unbase64(compressed).ok_or(ParseError::Payload)?)?,
        None => unbase64(text).ok_or(ParseError::Payload)?,
    };
    String::from_utf8(bytes).map_err(|_| ParseError::Payload)
}

/// zlib (RFC 1950), given up beyond [`MAX_PAYLOAD`].
fn inflate(bytes: &[u8]) -> Result<Vec<u8>, ParseError> {
    let mut out = Vec::new();
    let mut reader = flate2::read::ZlibDecoder::new(bytes).take(MAX_PAYLOAD as u64 + 1);
    reader.read_to_end(&mut out).map_err(|_| ParseError::Payload)?;
    if out.len() > MAX_PAYLOAD { Err(ParseError::Payload) } else { Ok(out) }
}

/// [`payload`] of a token that may be written in the standard alphabet of Base64 as well.
pub(crate) fn any_base64(text: &str) -> Result<String, ParseError> {
    payload(&text.replace('+', "-").replace('/', "_"))
}

/// The Unix time of an itsdangerous timestamp: a big-endian integer in base64url.
///
/// Releases before 1.0 counted from 2011-01-01, so a value that would lie before that day is one of theirs.
pub(crate) fn timestamp(text: &str) -> Result<u64, ParseError> {
    const EPOCH_2011: u64 = 1_293_840_000;
    let bytes = unbase64(text).filter(|bytes| !bytes.is_empty() && bytes.len() <= 8).ok_or(ParseError::Timestamp)?;
    let value = bytes.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    Ok(if value < EPOCH_2011 - 86_400 { value + EPOCH_2011 } else { value })
}

/// An itsdangerous timestamp: the fewest big-endian bytes, in base64url.
pub(crate) fn timestamp_text(unix: u64) -> String {
    let bytes = unix.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    base64(&bytes[zeros..])
}

/// Whether the text is JSON.
pub(crate) fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok()
}

/// Bytes of hexadecimal text.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
