//! The tokens whose secret can be guessed offline, told apart by their layout.

use serde_json::Value;

use crate::payload::{self, Decoded, unbase64};
use crate::{Derivation, Digest, MAX_TOKEN, ParseError, Signer};

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

/// What a token is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Flask's client-side session cookie.
    FlaskSession,
    /// The id of a server-side session, signed by Flask-Session.
    FlaskSessionId,
    /// Flask-WTF's CSRF token.
    CsrfToken,
    /// A token of itsdangerous's `URLSafeSerializer` or `URLSafeTimedSerializer`: e-mail confirmation, password reset.
    SignedToken,
    /// Flask-Login's `remember_token`.
    RememberToken,
    /// A JSON Web Token signed by HMAC (RFC 7519, RFC 7518 section 3.2).
    Jwt,
}

impl Kind {
    /// Its name as a person would say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::FlaskSession => "Flask session cookie",
            Self::FlaskSessionId => "Flask-Session id",
            Self::CsrfToken => "Flask-WTF CSRF token",
            Self::SignedToken => "itsdangerous token",
            Self::RememberToken => "Flask-Login remember token",
            Self::Jwt => "JWT",
        }
    }
}

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
                payload::timestamp(&rest[at + 1..])?;
                let content = payload::payload(&rest[..at])?;
                let (kind, mut signer) = timed(&serde_json::from_str(&content).map_err(|_| ParseError::Payload)?);
                signer.digest = digest;
                Ok(Self { kind, message: rest.to_owned(), signature: bytes, signer })
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
        if matches!(first.kind, Kind::FlaskSession | Kind::SignedToken) {
            let digest = first.signer.digest;
            let others = SERIALIZER_SALTS
                .iter()
                .map(|salt| Signer::new(*salt, Derivation::DjangoConcat, digest))
                .filter(|signer| *signer != first.signer)
                .map(|signer| Self { kind: Kind::SignedToken, signer, ..first.clone() });
            all.extend(others);
        }
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
            Kind::FlaskSession | Kind::CsrfToken | Kind::SignedToken => {
                let split = self.message.get(1..).and_then(|tail| tail.rfind('.')).map(|at| at + 1);
                let (text, time) = match split {
                    Some(at) => (&self.message[..at], Some(payload::timestamp(&self.message[at + 1..])?)),
                    None => (self.message.as_str(), None),
                };
                Ok(Decoded { compressed: text.starts_with('.'), ..plain(payload::payload(text)?, None, time) })
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
    let signature = hex(tag).filter(|bytes| bytes.len() == Digest::Sha512.size()).ok_or(ParseError::Signature)?;
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
        None => return Err(ParseError::Layout),
    };
    Ok(Target { kind, message: message.to_owned(), signature, signer: Signer { digest, ..signer } })
}

/// Bytes of hexadecimal text.
fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
