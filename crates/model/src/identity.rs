use crate::{ParameterIn, Secret};

/// How an identity proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Bearer …` (RFC 6750).
    Bearer(Secret),
    /// `Authorization: Basic …` (RFC 7617).
    Basic {
        /// User name.
        username: String,
        /// Password.
        password: Secret,
    },
    /// An API key in a header, the query or a cookie.
    ApiKey {
        /// Where it goes.
        place: ParameterIn,
        /// Header, query parameter or cookie name.
        name: String,
        /// The key.
        value: Secret,
    },
    /// A whole `Cookie` header.
    Cookie(Secret),
}

/// Somebody the scan can act as; the anonymous client is the absence of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The name requests and reports use.
    pub name: String,
    /// What is sent; `None` when the headers say it all.
    pub credential: Option<Credential>,
    /// Further headers sent with it.
    pub headers: Vec<(String, Secret)>,
}
