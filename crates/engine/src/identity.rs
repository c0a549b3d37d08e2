//! Identities as a request names them, and what becomes of them.

use model::{Credential, Identity, ParameterIn, Secret};
use serde::{Deserialize, Serialize};

use crate::{Field, RequestError, SecretSource, Surroundings};

/// Somebody the scan can act as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdentityRequest {
    /// The name that reports use; each has its own.
    pub name: String,
    /// How it proves itself; without one, by its headers alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialRequest>,
    /// Headers sent with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderRequest>,
}

/// How an identity proves itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", deny_unknown_fields)]
pub enum CredentialRequest {
    /// `Authorization: Bearer` (RFC 6750).
    Bearer {
        /// The token.
        token: SecretSource,
    },
    /// `Authorization: Basic` (RFC 7617).
    Basic {
        /// `user:password`.
        pair: SecretSource,
    },
    /// A key in a header, the query or a cookie.
    ApiKey {
        /// `header`, `query` or `cookie`.
        place: ParameterIn,
        /// Name of the header, parameter or cookie.
        name: String,
        /// The key.
        key: SecretSource,
    },
    /// A whole `Cookie` header.
    Cookie {
        /// `name=value`, several joined by `; `.
        cookie: SecretSource,
    },
}

/// A header of an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeaderRequest {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: SecretSource,
}

impl IdentityRequest {
    /// Somebody with a credential.
    pub fn new(name: impl Into<String>, credential: CredentialRequest) -> IdentityRequest {
        IdentityRequest { name: name.into(), credential: Some(credential), headers: Vec::new() }
    }

    /// Somebody with a bearer token.
    pub fn bearer(name: impl Into<String>, token: SecretSource) -> IdentityRequest {
        IdentityRequest::new(name, CredentialRequest::Bearer { token })
    }

    fn resolve(&self, surroundings: &dyn Surroundings) -> Result<Identity, RequestError> {
        let credential = self.credential.as_ref().map(|c| c.resolve(surroundings)).transpose();
        let field = |error: &RequestError| error.field().unwrap_or(Field::Credential);
        let credential = credential.map_err(|error| self.named(field(&error), &error))?;
        let headers = self.headers.iter().map(|h| h.resolve(surroundings)).collect::<Result<_, _>>();
        let headers = headers.map_err(|error| self.named(Field::Header, &error))?;
        Ok(Identity { name: self.name.clone(), credential, headers })
    }

    fn named(&self, field: Field, error: &RequestError) -> RequestError {
        RequestError::Identity { identity: self.name.clone(), field, why: error.why() }
    }
}

impl CredentialRequest {
    fn resolve(&self, surroundings: &dyn Surroundings) -> Result<Credential, RequestError> {
        let line = |source: &SecretSource| source.line(Field::Credential, surroundings);
        let wrong = |why: &str| RequestError::Value { field: Field::Credential, why: why.to_owned() };
        Ok(match self {
            CredentialRequest::Bearer { token } => Credential::Bearer(Secret::new(line(token)?)),
            CredentialRequest::Cookie { cookie } => {
                let cookie = line(cookie)?;
                if !cookie.contains('=') {
                    return Err(wrong("a cookie has to be `name=value`"));
                }
                Credential::Cookie(Secret::new(cookie))
            }
            CredentialRequest::ApiKey { place, name, key } => {
                check_name(*place, name)?;
                Credential::ApiKey { place: *place, name: name.clone(), value: Secret::new(line(key)?) }
            }
            CredentialRequest::Basic { pair } => {
                let pair = line(pair)?;
                let (username, password) =
                    pair.split_once(':').ok_or_else(|| wrong("it has to be `user:password` for basic"))?;
                Credential::Basic { username: username.to_owned(), password: Secret::new(password) }
            }
        })
    }
}

impl HeaderRequest {
    fn resolve(&self, surroundings: &dyn Surroundings) -> Result<(String, Secret), RequestError> {
        let wrong = |what: &str| RequestError::Value { field: Field::Header, why: format!("'{}' {what}", self.name) };
        if !is_token(&self.name) {
            return Err(wrong("is not a valid header name; write `Name: value`"));
        }
        let value = self.value.bytes(Field::Header, surroundings)?;
        let value = String::from_utf8(value).map_err(|_| wrong("has a value that is not UTF-8 text"))?;
        let value = value.trim();
        if value.contains(['\r', '\n']) {
            return Err(wrong("has a line break in its value; a header is one line, and each further one is its own"));
        }
        if value.chars().any(char::is_control) {
            return Err(wrong("has a control character in its value"));
        }
        Ok((self.name.clone(), Secret::new(value)))
    }
}

/// Whether a text is a token, as the names of headers and cookies are (RFC 9110, section 5.6.2; RFC 6265, section 4.1.1).
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// Whether an API key can go under this name. A query can carry any, escaped.
fn check_name(place: ParameterIn, name: &str) -> Result<(), RequestError> {
    let fits = if place == ParameterIn::Query { !name.is_empty() } else { is_token(name) };
    if fits {
        return Ok(());
    }
    let why = format!(
        "'{name}' cannot be the name of a {}; write it as the API's documentation does, such as X-API-Key",
        match place {
            ParameterIn::Query => "query parameter",
            ParameterIn::Cookie => "cookie",
            _ => "header",
        }
    );
    Err(RequestError::Value { field: Field::CredentialName, why })
}

/// The identities of a request, the one that acts first.
pub(crate) fn resolve(
    requests: &[IdentityRequest],
    act_as: Option<&str>,
    surroundings: &dyn Surroundings,
) -> Result<Vec<Identity>, RequestError> {
    for (at, request) in requests.iter().enumerate() {
        if requests[..at].iter().any(|earlier| earlier.name == request.name) {
            return Err(RequestError::SameIdentity { name: request.name.clone() });
        }
    }
    let mut identities: Vec<Identity> = requests.iter().map(|i| i.resolve(surroundings)).collect::<Result<_, _>>()?;
    if let Some(name) = act_as {
        let at = identities.iter().position(|i| i.name == name).ok_or_else(|| RequestError::UnknownIdentity {
            named: name.to_owned(),
            known: requests.iter().map(|i| i.name.clone()).collect(),
        })?;
        identities[..=at].rotate_right(1);
    }
    Ok(identities)
}
