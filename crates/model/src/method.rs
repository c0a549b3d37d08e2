use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An HTTP method (RFC 9110 section 9), any token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Method(Cow<'static, str>);

#[allow(missing_docs)]
impl Method {
    pub const GET: Method = Method(Cow::Borrowed("GET"));
    pub const HEAD: Method = Method(Cow::Borrowed("HEAD"));
    pub const OPTIONS: Method = Method(Cow::Borrowed("OPTIONS"));
    pub const POST: Method = Method(Cow::Borrowed("POST"));
    pub const PUT: Method = Method(Cow::Borrowed("PUT"));
    pub const PATCH: Method = Method(Cow::Borrowed("PATCH"));
    pub const DELETE: Method = Method(Cow::Borrowed("DELETE"));
    pub const TRACE: Method = Method(Cow::Borrowed("TRACE"));

    /// Those above: the methods that RFC 9110 and RFC 5789 define, without CONNECT, which no operation has.
    pub const ALL: [Method; 8] = [
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::TRACE,
    ];
}

impl Method {
    /// A method by its name; letters are upper-cased only for the methods that RFC 9110 defines.
    pub fn new(name: &str) -> Method {
        let upper = name.to_ascii_uppercase();
        for known in Method::ALL {
            if known.0 == upper {
                return known;
            }
        }
        Method(Cow::Owned(name.to_owned()))
    }

    /// The method as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether HTTP itself says that the method changes nothing: GET, HEAD, OPTIONS (RFC 9110 section 9.2.1). TRACE is safe
    /// too but echoes credentials, so it is treated as one that needs consent.
    pub fn is_safe(&self) -> bool {
        matches!(self.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
