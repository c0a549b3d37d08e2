//! One static identity from the command line.

use std::path::Path;

use model::{Credential, Identity, ParameterIn, Secret};

use super::arguments::{AuthIn, AuthType};
use super::fault::Fault;
use super::files;

/// The identity that the flags describe; `None` when they describe none.
pub(crate) fn identity(
    kind: Option<AuthType>,
    value: Option<&str>,
    name: &str,
    place: AuthIn,
    headers: &[String],
) -> Result<Option<Identity>, Fault> {
    let headers = headers.iter().map(|h| header(h)).collect::<Result<Vec<_>, _>>()?;
    let credential = match (kind, value) {
        (Some(kind), Some(value)) => Some(credential(kind, &from_file(value)?, name, place)?),
        (Some(_), None) => {
            return Err(Fault::new(
                "--auth-type needs the credential: give --auth-value (`@FILE` reads a file) or set MIDDLEBRICK_AUTH_VALUE",
            ));
        }
        (None, Some(value)) if std::env::var("MIDDLEBRICK_AUTH_VALUE").ok().as_deref() != Some(value) => {
            return Err(Fault::new(
                "--auth-value says nothing about how to send it: add --auth-type bearer, basic, api-key or cookie",
            ));
        }
        // A value left in the environment for other runs is not an error.
        (None, _) => None,
    };
    if credential.is_none() && headers.is_empty() {
        return Ok(None);
    }
    Ok(Some(Identity { name: "default".to_owned(), credential, headers }))
}

fn from_file(value: &str) -> Result<String, Fault> {
    let text = match value.strip_prefix('@') {
        Some(path) => files::read_text("--auth-value", Path::new(path))?.trim().to_owned(),
        None => value.to_owned(),
    };
    if text.is_empty() {
        return Err(Fault::new("--auth-value is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(Fault::new("--auth-value contains control characters or several lines; it has to be one line"));
    }
    Ok(text)
}

fn credential(kind: AuthType, value: &str, name: &str, place: AuthIn) -> Result<Credential, Fault> {
    Ok(match kind {
        AuthType::Bearer => Credential::Bearer(Secret::new(value)),
        AuthType::Cookie if !value.contains('=') => {
            return Err(Fault::new("--auth-value for a cookie has to be `name=value`"));
        }
        AuthType::Cookie => Credential::Cookie(Secret::new(value)),
        AuthType::ApiKey => Credential::ApiKey {
            place: match place {
                AuthIn::Header => ParameterIn::Header,
                AuthIn::Query => ParameterIn::Query,
                AuthIn::Cookie => ParameterIn::Cookie,
            },
            name: name.to_owned(),
            value: Secret::new(value),
        },
        AuthType::Basic => {
            let (username, password) =
                value.split_once(':').ok_or_else(|| Fault::new("--auth-value for basic has to be `user:password`"))?;
            Credential::Basic { username: username.to_owned(), password: Secret::new(password) }
        }
    })
}

fn header(text: &str) -> Result<(String, Secret), Fault> {
    // The value may be a credential, so that a message shows the name alone, and not even that where no colon ends it.
    let Some((name, value)) = text.split_once(':') else {
        return Err(Fault::new("--header has to be `Name: value`; it has no colon"));
    };
    let wrong = |what: &str| Fault::new(format!("--header '{name}' {what}"));
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(wrong("is no name of a header; write `Name: value`"));
    }
    if value.contains(['\r', '\n']) {
        return Err(wrong(
            "has a line break in its value; a header is one line, and each further one wants its own --header",
        ));
    }
    if value.chars().any(char::is_control) {
        return Err(wrong("has a control character in its value"));
    }
    Ok((name.to_owned(), Secret::new(value.trim())))
}
