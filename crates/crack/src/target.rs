//! The tokens whose secret can be guessed offline, told apart by their layout.

use serde_json::Value;

use crate::elsewhere::{self, Layout};
use crate::payload::{self, Decoded, unbase64, unhex};
use crate::{Derivation, Digest, Kind, MAX_TOKEN, ParseError, Signer};

/// Salts that the documentation of Flask extensions and well-known tutorials give to `URLSafeTimedSerializer`.
const SERIALIZER_SALTS: [&str; 24] = [
    "itsdangerous",
    "email-confirm",
    "email-confirm-salt",
    "email-confirm-key",
    "email-confirmation",
    "email-verification",
    "email-verify",
    "confirm-email",
    "confirm-salt",
    "confirm",
    "activate",
    "password-reset",
    "password-reset-salt",
    "password-reset-key",
    "reset-password",
    "reset-salt",
    "recover-key",
    "recover",
    "login-salt",
    "change-salt",
    "remember-salt",
    "auth-token",
    "unsubscribe",
    "salt",
];

/// A signed token: what was signed, the signature, and the rule that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    kind: Kind,
    message: String,
    signature: Vec<u8>,
    signer: Signer,
}

impl Target {
    /// Recognises a token by its layout; white space, quotes and a leading `Bearer ` around it are ignored.
    ///
    /// The digest follows from the signature's length and the salt from the payload: a JSON object is Flask's session cookie, a string of
    /// 40 hex digits Flask-WTF's token, anything else a serializer's token with the default salt (see [`Self::guesses`] for others).
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let text = text.trim().trim_matches('"');
        let text = text.strip_prefix("Bearer ").unwrap_or(text).trim_start();
        if text.len() > MAX_TOKEN {
            return Err(ParseError::TooLong);
        }
        if let Some(layout) = elsewhere::parse(text) {
            return Ok(Self::of(layout));
        }
        if let Some((id, tag)) = text.rsplit_once('|') {
            return remember_token(id, tag);
        }
        let (rest, signature) = text.rsplit_once('.').ok_or(ParseError::Layout)?;
        if let Some(algorithm) = jwt_algorithm(rest) {
            return jwt(rest, signature, &algorithm);
        }
        let bytes = unbase64(signature).ok_or(ParseError::Signature)?;
        let digest = Digest::from_size(bytes.len()).ok_or(ParseError::Signature)?;
        // A compressed payload begins with a dot that separates nothing.
        match rest.get(1..).and_then(|tail| tail.find('.')).map(|at| at + 1) {
            Some(at) => {
                let time = payload::timestamp(&rest[at + 1..])?;
                let read =
                    payload::any_base64(&rest[..at]).map(|content| (serde_json::from_str(&content).ok(), content));
                let (kind, mut signer) = match read {
                    Ok((Some(Value::Object(_)), content)) if is_of_starlette(&rest[..at], &content) => {
                        (Kind::StarletteSession, Signer::text())
                    }
                    Ok((Some(value), _)) => timed(&value),
                    // What is no JSON was signed as it stands, if the time is one.
                    read if SINCE.contains(&time) && is_plain(&rest[..at]) && !is_broken(&rest[..at], &read) => {
                        (Kind::SignedText, Signer::text())
                    }
                    _ => return Err(ParseError::Payload),
                };
                signer.digest = digest;
                Ok(Self::made(kind, rest, bytes, signer))
            }
            None => untimed(rest, bytes, digest),
        }
    }

    /// [`Self::parse`], followed by the other readings of the same text: serializer tokens with salts that tutorials and extensions use.
    ///
    /// Guessing them together costs little more than one of them for each salt, and the reading that verifies tells which it was.
    pub fn guesses(text: &str) -> Result<Vec<Self>, ParseError> {
        let first = Self::parse(text)?;
        let mut all = vec![first.clone()];
        let digest = first.signer.digest;
        let salted = |salt: &str| Signer::new(salt, Derivation::DjangoConcat, digest);
        let serializers = || SERIALIZER_SALTS.iter().map(|salt| salted(salt)).collect();
        let (kind, others): (Kind, Vec<Signer>) = match first.kind {
            Kind::FlaskSession | Kind::SignedToken => (Kind::SignedToken, serializers()),
            Kind::StarletteSession | Kind::SignedText | Kind::FlaskSessionId => (Kind::SignedText, serializers()),
            kind => (kind, elsewhere::others(kind, digest)),
        };
        let is_starlette = matches!(first.kind, Kind::FlaskSession);
        let others = others.into_iter().map(|signer| (kind, signer)).chain(match first.kind {
            // An object may be a session of Starlette that was written without blanks.
            Kind::FlaskSession | Kind::SignedToken | Kind::FlaskSessionId => {
                let kind = if is_starlette { Kind::StarletteSession } else { Kind::SignedText };
                Some((kind, Signer { digest, ..Signer::text() }))
            }
            _ => None,
        });
        let others = others.filter(|(_, signer)| *signer != first.signer);
        all.extend(others.map(|(kind, signer)| Self { kind, signer, ..first.clone() }));
        Ok(all)
    }

    /// A token of itsdangerous (`payload.signature` or `payload.timestamp.signature`) made by the given signer.
    pub fn signed(text: &str, signer: Signer) -> Result<Self, ParseError> {
        if text.len() > MAX_TOKEN {
            return Err(ParseError::TooLong);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(ParseError::Layout)?;
        let signature = unbase64(signature).ok_or(ParseError::Signature)?;
        if signature.len() != signer.digest.size() {
            return Err(ParseError::Signature);
        }
        let kind = if signer.salt == Signer::flask_session().salt {
            Kind::FlaskSession
        } else if signer.salt == Signer::flask_session_id().salt {
            Kind::FlaskSessionId
        } else if signer.salt == Signer::csrf_token().salt {
            Kind::CsrfToken
        } else {
            Kind::SignedToken
        };
        Ok(Self { kind, message: message.to_owned(), signature, signer })
    }

    /// The same token signed with this salt, under each derivation that its library knows; nothing for tokens without a salt.
    pub fn salted(&self, salt: &str) -> Vec<Self> {
        let (kind, salts): (Kind, Vec<(String, Derivation)>) = match self.kind {
            Kind::FlaskSession | Kind::FlaskSessionId | Kind::CsrfToken | Kind::SignedToken => {
                let all = [Derivation::DjangoConcat, Derivation::Hmac, Derivation::Concat];
                (Kind::SignedToken, all.map(|derivation| (salt.to_owned(), derivation)).to_vec())
            }
            Kind::StarletteSession | Kind::SignedText => {
                let all = [Derivation::DjangoConcat, Derivation::Hmac, Derivation::Concat];
                (Kind::SignedText, all.map(|derivation| (salt.to_owned(), derivation)).to_vec())
            }
            // `set_signed_cookie` has a key of its own.
            Kind::DjangoSigned => {
                let of_cookie = (format!("{salt}signerdjango.http.cookies"), Derivation::Concat);
                (Kind::DjangoSigned, vec![(salt.to_owned(), Derivation::DjangoConcat), of_cookie])
            }
            Kind::RememberToken | Kind::Jwt | Kind::ExpressCookie | Kind::TornadoCookie | Kind::BottleCookie => {
                return Vec::new();
            }
        };
        let signers = salts.into_iter().map(|(salt, derivation)| Signer::new(salt, derivation, self.signer.digest));
        signers.map(|signer| Self { kind, signer, ..self.clone() }).collect()
    }

    /// A cookie whose signature stands in a cookie of its own, as Express's cookie-session sets it: `session` and `session.sig`.
    pub fn signed_beside(name: &str, value: &str, signature: &str) -> Result<Self, ParseError> {
        if value.len() > MAX_TOKEN {
            return Err(ParseError::TooLong);
        }
        elsewhere::keygrip(name, value, signature).map(Self::of)
    }

    fn of(Layout { kind, message, signature, signer }: Layout) -> Self {
        Self { kind, message, signature, signer }
    }

    fn made(kind: Kind, message: &str, signature: Vec<u8>, signer: Signer) -> Self {
        Self { kind, message: message.to_owned(), signature, signer }
    }

    /// What the token is used for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The rule that made the signature.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The bytes that were signed.
    pub fn message(&self) -> &[u8] {
        self.message.as_bytes()
    }

    /// The signature as bytes.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Reads what the token says; needs no secret.
    pub fn decode(&self) -> Result<Decoded, ParseError> {
        let plain = |payload: String, header, timestamp| {
            let json = payload::is_json(&payload);
            Decoded { header, payload, json, compressed: false, timestamp }
        };
        match self.kind {
            // An identifier, which is no JSON even when it is a number.
            Kind::RememberToken | Kind::FlaskSessionId => {
                Ok(Decoded { json: false, ..plain(self.message.clone(), None, None) })
            }
            Kind::Jwt => {
                let (header, claims) = self.message.split_once('.').ok_or(ParseError::Layout)?;
                Ok(plain(payload::payload(claims)?, Some(payload::payload(header)?), None))
            }
            kind @ (Kind::DjangoSigned | Kind::ExpressCookie | Kind::TornadoCookie | Kind::BottleCookie) => {
                Ok(elsewhere::decode(kind, &self.message))
            }
            Kind::SignedText => Ok(match self.message.rsplit_once('.') {
                Some((text, time)) if payload::timestamp(time).is_ok() => {
                    plain(text.to_owned(), None, payload::timestamp(time).ok())
                }
                _ => plain(self.message.clone(), None, None),
            }),
            Kind::FlaskSession | Kind::CsrfToken | Kind::SignedToken | Kind::StarletteSession => {
                let split = self.message.get(1..).and_then(|tail| tail.rfind('.')).map(|at| at + 1);
                let (text, time) = match split {
                    Some(at) => (&self.message[..at], Some(payload::timestamp(&self.message[at + 1..])?)),
                    None => (self.message.as_str(), None),
                };
                Ok(Decoded { compressed: text.starts_with('.'), ..plain(payload::any_base64(text)?, None, time) })
            }
        }
    }

    /// Whether this secret made the signature. The reference that [`crate::crack`] confirms every hit with.
    pub fn verify(&self, secret: &[u8]) -> bool {
        self.signer.verify(secret, self.message(), &self.signature)
    }
}

/// Flask-Login: `id|hex(HMAC-SHA512(secret, id))`.
fn remember_token(id: &str, tag: &str) -> Result<Target, ParseError> {
    let signature = unhex(tag).filter(|bytes| bytes.len() == Digest::Sha512.size()).ok_or(ParseError::Signature)?;
    Ok(Target { kind: Kind::RememberToken, message: id.to_owned(), signature, signer: Signer::plain(Digest::Sha512) })
}

/// The `alg` of a JWT whose signed part this is; `None` when it is no JWT.
fn jwt_algorithm(signed: &str) -> Option<String> {
    let (header, claims) = signed.split_once('.')?;
    if header.is_empty() || claims.contains('.') {
        return None;
    }
    let header: Value = serde_json::from_slice(&unbase64(header)?).ok()?;
    header.get("alg")?.as_str().map(str::to_owned)
}

fn jwt(signed: &str, signature: &str, algorithm: &str) -> Result<Target, ParseError> {
    let digest = match algorithm {
        "HS256" => Digest::Sha256,
        "HS384" => Digest::Sha384,
        "HS512" => Digest::Sha512,
        other => return Err(ParseError::Algorithm(other.chars().take(16).collect())),
    };
    let signature = unbase64(signature).filter(|bytes| bytes.len() == digest.size()).ok_or(ParseError::Signature)?;
    Ok(Target { kind: Kind::Jwt, message: signed.to_owned(), signature, signer: Signer::plain(digest) })
}

/// Whether an object was written by Starlette: Python's `json.dumps` puts blanks between its parts and the standard Base64 pads, where
/// itsdangerous does neither.
fn is_of_starlette(text: &str, content: &str) -> bool {
    let mut escaped = false;
    let after_name = content.strip_prefix("{\"").and_then(|rest| {
        let ends = |c: char| {
            let literal = std::mem::take(&mut escaped);
            escaped = c == '\\' && !literal;
            c == '"' && !literal
        };
        rest.split_once(ends).map(|(_, after)| after)
    });
    text.ends_with('=') || text.contains(['+', '/']) || after_name.is_some_and(|after| after.starts_with(": "))
}

/// From the day that old releases count from to one in 2100: what lies elsewhere is no time.
const SINCE: std::ops::Range<u64> = 1_293_840_000..4_102_444_800;

/// Whether a payload was meant to be compressed or JSON and cannot be read.
fn is_broken(text: &str, read: &Result<(Option<Value>, String), ParseError>) -> bool {
    text.starts_with('.') || read.as_ref().is_ok_and(|(_, content)| content.starts_with(['{', '[']))
}

/// Whether a text could have been signed as it stands: printable, without what separates cookies.
fn is_plain(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b';' | b','))
}

/// The use of a timed token, by its payload.
fn timed(payload: &Value) -> (Kind, Signer) {
    match payload {
        Value::Object(_) => (Kind::FlaskSession, Signer::flask_session()),
        Value::String(text) if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            (Kind::CsrfToken, Signer::csrf_token())
        }
        _ => (Kind::SignedToken, Signer::serializer("itsdangerous")),
    }
}

/// A token without timestamp: Flask-Session's id when it looks random, else a `URLSafeSerializer`'s.
fn untimed(message: &str, signature: Vec<u8>, digest: Digest) -> Result<Target, ParseError> {
    let content = payload::payload(message).ok().filter(|content| payload::is_json(content));
    let id =
        message.len() >= 16 && message.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let (kind, signer) = match content {
        Some(_) => (Kind::SignedToken, Signer::serializer("itsdangerous")),
        None if id => (Kind::FlaskSessionId, Signer::flask_session_id()),
        None if is_plain(message) => (Kind::SignedText, Signer::text()),
        None => return Err(ParseError::Layout),
    };
    Ok(Target { kind, message: message.to_owned(), signature, signer: Signer { digest, ..signer } })
}
