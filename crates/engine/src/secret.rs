//! Secrets by reference: a request that is written somewhere does not carry them.

use std::path::PathBuf;

use model::{Secret, mask};
use serde::{Deserialize, Serialize, Serializer};

use crate::surroundings::reason;
use crate::{Field, RequestError, Surroundings};

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretSource {
    /// An environment variable.
    Variable(String),
    /// A file; space at its ends is not part of the secret.
    File(PathBuf),
    /// The secret itself. It is written as its mask, never whole.
    #[serde(deserialize_with = "literal")]
    Literal(Secret),
    /// What a literal became when the request was written. It cannot be used: the secret has to be given anew.
    Masked(String),
}

fn literal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

impl Serialize for SecretSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (index, variant, text) = match self {
            SecretSource::Variable(name) => (0, "variable", name.clone()),
            SecretSource::File(path) => return serializer.serialize_newtype_variant("SecretSource", 1, "file", path),
            SecretSource::Literal(secret) => (3, "masked", mask(secret.expose())),
            SecretSource::Masked(text) => (3, "masked", text.clone()),
        };
        serializer.serialize_newtype_variant("SecretSource", index, variant, &text)
    }
}

impl SecretSource {
    /// The secret itself, given here and now.
    pub fn literal(text: impl Into<String>) -> SecretSource {
        SecretSource::Literal(Secret::new(text))
    }

    /// The bytes as they stand there, for what is no line of text, such as a certificate with its key.
    pub(crate) fn bytes(&self, field: Field, surroundings: &dyn Surroundings) -> Result<Vec<u8>, RequestError> {
        match self {
            SecretSource::Variable(name) => surroundings
                .variable(name)
                .map(String::into_bytes)
                .ok_or_else(|| RequestError::Value { field, why: format!("the variable {name} is not set") }),
            SecretSource::File(path) => surroundings.read(path).map_err(|error| RequestError::File {
                field,
                path: path.clone(),
                why: reason(&error),
            }),
            SecretSource::Literal(secret) => Ok(secret.expose().as_bytes().to_vec()),
            SecretSource::Masked(mask) => Err(RequestError::Value {
                field,
                why: format!("the secret {mask} was masked when the request was written; give it anew"),
            }),
        }
    }

    /// The secret as one line of text.
    pub(crate) fn line(&self, field: Field, surroundings: &dyn Surroundings) -> Result<String, RequestError> {
        let wrong = |why: &str| RequestError::Value { field, why: why.to_owned() };
        let text = String::from_utf8(self.bytes(field, surroundings)?).map_err(|_| wrong("it is not UTF-8 text"))?;
        let text = if matches!(self, SecretSource::File(_)) { text.trim().to_owned() } else { text };
        if text.is_empty() {
            return Err(wrong("it is empty"));
        }
        if text.chars().any(char::is_control) {
            return Err(wrong("it contains control characters or several lines; it has to be one line"));
        }
        Ok(text)
    }
}
