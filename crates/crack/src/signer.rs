//! How a secret becomes the key of a signature: the signers of itsdangerous, and the plain HMAC of JWT and Flask-Login.

use crate::Digest;

/// How itsdangerous derives the signing key from the secret and the salt (`Signer.key_derivation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Derivation {
    /// `hmac`: HMAC(secret, salt). Flask's session interface, Flask-Session.
    Hmac,
    /// `django-concat`: H(salt + "signer" + secret). The default of itsdangerous, so Flask-WTF and `URLSafeTimedSerializer`.
    DjangoConcat,
    /// `concat`: H(salt + secret).
    Concat,
    /// `none`: the secret itself, and the salt is not used. JWT and Flask-Login.
    None,
}

/// The rule that turns a secret and a message into a signature: HMAC under a key derived from the secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signer {
    /// The salt, which tells the uses of one secret apart.
    pub salt: String,
    /// How the key comes from secret and salt.
    pub derivation: Derivation,
    /// The hash function of derivation and signature.
    pub digest: Digest,
}

impl Signer {
    /// A signer with the given salt, derivation and digest.
    pub fn new(salt: impl Into<String>, derivation: Derivation, digest: Digest) -> Self {
        Self { salt: salt.into(), derivation, digest }
    }

    /// Flask's session cookie (`SecureCookieSessionInterface`).
    pub fn flask_session() -> Self {
        Self::new("cookie-session", Derivation::Hmac, Digest::Sha1)
    }

    /// Flask-Session's signed session id (`SESSION_USE_SIGNER`).
    pub fn flask_session_id() -> Self {
        Self::new("flask-session", Derivation::Hmac, Digest::Sha1)
    }

    /// Flask-WTF's CSRF token (`generate_csrf`).
    pub fn csrf_token() -> Self {
        Self::serializer("wtf-csrf-token")
    }

    /// itsdangerous's `URLSafeSerializer` and `URLSafeTimedSerializer` with this salt and its defaults.
    pub fn serializer(salt: &str) -> Self {
        Self::new(salt, Derivation::DjangoConcat, Digest::Sha1)
    }

    /// itsdangerous's `Signer` and `TimestampSigner` with their defaults, which Starlette signs its sessions with.
    pub fn text() -> Self {
        Self::serializer("itsdangerous.Signer")
    }

    /// HMAC under the secret itself: JWT and Flask-Login.
    pub fn plain(digest: Digest) -> Self {
        Self::new("", Derivation::None, digest)
    }

    /// The bytes hashed before the secret, for the two derivations that are a plain hash.
    pub(crate) fn prefix(&self) -> Option<Vec<u8>> {
        match self.derivation {
            Derivation::DjangoConcat => Some([self.salt.as_bytes(), b"signer"].concat()),
            Derivation::Concat => Some(self.salt.as_bytes().to_vec()),
            Derivation::Hmac | Derivation::None => None,
        }
    }

    /// The signing key for this secret.
    pub fn derive(&self, secret: &[u8]) -> Vec<u8> {
        match self.derivation {
            Derivation::Hmac => self.digest.hmac(secret, self.salt.as_bytes()),
            Derivation::DjangoConcat => self.digest.hash(&[self.salt.as_bytes(), b"signer", secret]),
            Derivation::Concat => self.digest.hash(&[self.salt.as_bytes(), secret]),
            Derivation::None => secret.to_vec(),
        }
    }

    /// The signature of `message` under this secret, as bytes.
    pub fn sign(&self, secret: &[u8], message: &[u8]) -> Vec<u8> {
        self.digest.hmac(&self.derive(secret), message)
    }

    /// Whether `signature` is that of `message` under this secret, compared in constant time.
    pub fn verify(&self, secret: &[u8], message: &[u8], signature: &[u8]) -> bool {
        self.digest.verify_hmac(&self.derive(secret), message, signature)
    }
}
