use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The bytes of a body, known to be text where they are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Raw {
    Text(String),
    Bytes(Vec<u8>),
}

impl Default for Raw {
    fn default() -> Raw {
        Raw::Text(String::new())
    }
}

impl Raw {
    pub(super) fn of(bytes: Vec<u8>) -> Raw {
        match String::from_utf8(bytes) {
            Ok(text) => Raw::Text(text),
            Err(error) => Raw::Bytes(error.into_bytes()),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Raw::Text(text) => text.as_bytes(),
            Raw::Bytes(bytes) => bytes,
        }
    }
}

/// A shared handle on the bytes of a body. While it lives they stay in memory.
#[derive(Debug, Clone, Default)]
pub struct BodyBytes(pub(super) Arc<Raw>);

impl Deref for BodyBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl AsRef<[u8]> for BodyBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl PartialEq for BodyBytes {
    fn eq(&self, other: &BodyBytes) -> bool {
        **self == **other
    }
}

impl PartialEq<[u8]> for BodyBytes {
    fn eq(&self, other: &[u8]) -> bool {
        **self == *other
    }
}

/// A shared handle on the beginning of a body as text, invalid UTF-8 replaced.
#[derive(Debug, Clone)]
pub struct BodyText(Form);

#[derive(Debug, Clone)]
enum Form {
    /// The first so many bytes.
    Shared(Arc<Raw>, usize),
    Owned(Arc<str>),
}

impl Default for BodyText {
    fn default() -> BodyText {
        BodyText(Form::Shared(Arc::default(), 0))
    }
}

impl BodyText {
    /// The text, no longer shared.
    pub fn into_owned(self) -> String {
        (*self).to_owned()
    }

    /// At most the first so many bytes.
    pub(super) fn of(raw: Arc<Raw>, most: usize) -> BodyText {
        match &*raw {
            Raw::Text(text) => {
                let end = text.floor_char_boundary(most);
                BodyText(Form::Shared(raw, end))
            }
            Raw::Bytes(bytes) => {
                BodyText(Form::Owned(Arc::from(String::from_utf8_lossy(&bytes[..bytes.len().min(most)]))))
            }
        }
    }
}

impl Deref for BodyText {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Form::Shared(raw, end) => match &**raw {
                Raw::Text(text) => text.get(..*end).unwrap_or(text),
                Raw::Bytes(_) => "",
            },
            Form::Owned(text) => text,
        }
    }
}

impl AsRef<str> for BodyText {
    fn as_ref(&self) -> &str {
        self
    }
}

impl PartialEq<str> for BodyText {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for BodyText {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl PartialEq<String> for BodyText {
    fn eq(&self, other: &String) -> bool {
        **self == **other
    }
}

impl fmt::Display for BodyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}
