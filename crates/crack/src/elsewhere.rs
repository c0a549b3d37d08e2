//! Signed cookies of frameworks other than Flask, told apart by their layout: Django, Express, Tornado, Bottle.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::payload::{self, Decoded, unbase64, unhex};
use crate::{Derivation, Digest, Kind, ParseError, Signer};

/// The salt of `django.contrib.sessions.backends.signed_cookies`.
const DJANGO_SESSION: &str = "django.contrib.sessions.backends.signed_cookies";

/// What else Django signs by itself: `signing.dumps`, and the messages of `CookieStorage`, whose key has a prefix of its own.
const DJANGO_OTHERS: [(&str, Derivation); 3] = [
    ("django.core.signing", Derivation::DjangoConcat),
    ("django.contrib.messagessignerdjango.http.cookies", Derivation::Concat),
    ("django.contrib.messagessigner", Derivation::Concat),
];

/// What a text consists of.
#[derive(Debug)]
pub(crate) struct Layout {
    /// What it is used for.
    pub(crate) kind: Kind,
    /// What was signed.
    pub(crate) message: String,
    /// The signature as bytes.
    pub(crate) signature: Vec<u8>,
    /// The rule that made it.
    pub(crate) signer: Signer,
}

impl Layout {
    fn new(kind: Kind, message: &str, signature: Vec<u8>, signer: Signer) -> Layout {
        Layout { kind, message: message.to_owned(), signature, signer }
    }
}

/// The cookie, if it has one of these layouts.
pub(crate) fn parse(text: &str) -> Option<Layout> {
    tornado(text).or_else(|| bottle(text)).or_else(|| express(text)).or_else(|| django(text))
}

/// The other uses of the same layout.
pub(crate) fn others(kind: Kind, digest: Digest) -> Vec<Signer> {
    let all = if kind == Kind::DjangoSigned { &DJANGO_OTHERS[..] } else { &[] };
    all.iter().map(|(salt, derivation)| Signer::new(*salt, *derivation, digest)).collect()
}

/// `2|1:0|10:TIME|4:NAME|8:BASE64|HEX`: HMAC-SHA256 over all before the signature (`tornado.web.create_signed_value`).
fn tornado(text: &str) -> Option<Layout> {
    let at = text.strip_prefix("2|1:").and(text.rfind('|'))? + 1;
    let signature = unhex(&text[at..]).filter(|bytes| bytes.len() == Digest::Sha256.size())?;
    Some(Layout::new(Kind::TornadoCookie, &text[..at], signature, Signer::plain(Digest::Sha256)))
}

/// `!SIGNATURE?BASE64`: HMAC-SHA256 over the pickled value in Base64 (`bottle.Response.set_cookie`).
fn bottle(text: &str) -> Option<Layout> {
    let (signature, message) = text.strip_prefix('!')?.split_once('?')?;
    let signature = STANDARD.decode(signature).ok().filter(|bytes| bytes.len() == Digest::Sha256.size())?;
    Some(Layout::new(Kind::BottleCookie, message, signature, Signer::plain(Digest::Sha256)))
}

/// `s:VALUE.SIGNATURE`, percent-encoded in the header: HMAC-SHA256 over the value (`cookie-signature`, which express-session uses).
fn express(text: &str) -> Option<Layout> {
    let encoded = ["s%3A", "s%3a"].iter().any(|start| text.starts_with(start));
    let text = if encoded { unescaped(text)? } else { text.to_owned() };
    let (value, signature) = text.strip_prefix("s:")?.rsplit_once('.')?;
    let signature = STANDARD.decode(format!("{signature}=")).ok().filter(|b| b.len() == Digest::Sha256.size())?;
    Some(Layout::new(Kind::ExpressCookie, value, signature, Signer::plain(Digest::Sha256)))
}

/// `NAME=VALUE` signed in a cookie of its own, `NAME.sig` (`keygrip`, which cookie-session uses).
pub(crate) fn keygrip(name: &str, value: &str, signature: &str) -> Result<Layout, ParseError> {
    let signature = unbase64(signature).ok_or(ParseError::Signature)?;
    let digest = Digest::from_size(signature.len()).ok_or(ParseError::Signature)?;
    Ok(Layout::new(Kind::ExpressCookie, &format!("{name}={value}"), signature, Signer::plain(digest)))
}

/// `VALUE:SIGNATURE`, or with a time in base 62 between them (`django.core.signing`).
fn django(text: &str) -> Option<Layout> {
    let (message, signature) = text.rsplit_once(':').filter(|(message, _)| !message.is_empty())?;
    let signature =
        unbase64(signature).filter(|b| [Digest::Sha1, Digest::Sha256].iter().any(|d| d.size() == b.len()))?;
    let digest = Digest::from_size(signature.len())?;
    let signer = Signer::new(DJANGO_SESSION, Derivation::DjangoConcat, digest);
    Some(Layout::new(Kind::DjangoSigned, message, signature, signer))
}

/// What such a cookie says.
pub(crate) fn decode(kind: Kind, message: &str) -> Decoded {
    let (text, timestamp) = match kind {
        Kind::DjangoSigned => {
            let (value, time) = match message.rsplit_once(':') {
                Some((value, time)) => (value, base62(time)),
                None => (message, None),
            };
            (payload::payload(value).ok().unwrap_or_else(|| value.to_owned()), time)
        }
        Kind::TornadoCookie => {
            let field = |at: usize| message.split('|').nth(at).and_then(|field| field.split_once(':')).map(|(_, v)| v);
            let value = field(4).and_then(|value| STANDARD.decode(value).ok()).unwrap_or_default();
            (String::from_utf8_lossy(&value).into_owned(), field(2).and_then(|time| time.parse().ok()))
        }
        _ => {
            let value =
                message.split_once('=').filter(|_| kind == Kind::ExpressCookie).map_or(message, |(_, value)| value);
            (
                payload::payload(value).ok().filter(|text| payload::is_json(text)).unwrap_or_else(|| value.to_owned()),
                None,
            )
        }
    };
    let json = payload::is_json(&text);
    let compressed = kind == Kind::DjangoSigned && message.starts_with('.');
    Decoded { header: None, payload: text, json, compressed, timestamp }
}

/// A number in the digits of `django.utils.baseconv`.
fn base62(text: &str) -> Option<u64> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'Z' => Some(byte - b'A' + 10),
        b'a'..=b'z' => Some(byte - b'a' + 36),
        _ => None,
    };
    let add = |value: u64, byte: u8| value.checked_mul(62)?.checked_add(u64::from(digit(byte)?));
    text.bytes().try_fold(0, add).filter(|_| !text.is_empty())
}

/// Percent-decoded text.
fn unescaped(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = || Some((std::str::from_utf8(tail.get(..2)?).ok()?, tail.get(2..)?));
        let decoded =
            code().filter(|_| *first == b'%').and_then(|(hex, after)| Some((u8::from_str_radix(hex, 16).ok()?, after)));
        let (byte, after) = decoded.unwrap_or((*first, tail));
        out.push(byte);
        rest = after;
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_62_is_read_as_django_writes_it() {
        assert_eq!((base62("10"), base62("z"), base62("zzzzzzzzzzzzz"), base62("-")), (Some(62), Some(61), None, None));
    }

    #[test]
    fn other_texts_are_none_of_them() {
        for text in ["2|1:0|x", "!a?b", "s:a.b", "https://x.example/a:b", "a:b", "theme:dark", "%", "s%3A%"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
