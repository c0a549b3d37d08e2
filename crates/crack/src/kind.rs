//! What signed tokens are used for.

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
    /// Starlette's session cookie, which `FastAPI` applications have as well.
    StarletteSession,
    /// A plain text signed by itsdangerous's `Signer` or `TimestampSigner`.
    SignedText,
    /// What Django signs: sessions in cookies, messages, `signing.dumps`.
    DjangoSigned,
    /// A signed cookie of Express: express-session, cookie-parser, cookie-session.
    ExpressCookie,
    /// Tornado's signed cookie.
    TornadoCookie,
    /// Bottle's signed cookie.
    BottleCookie,
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
            Self::StarletteSession => "Starlette session cookie",
            Self::SignedText => "itsdangerous Signer token",
            Self::DjangoSigned => "Django signed cookie",
            Self::ExpressCookie => "Express signed cookie",
            Self::TornadoCookie => "Tornado signed cookie",
            Self::BottleCookie => "Bottle signed cookie",
        }
    }
}
