//! Text that may leave the process.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::Method;

/// Text without secrets. Only [`Redactor`](crate::Redactor) makes it of text from outside; everything that a report or an event says is of
/// this type, so that the compiler finds what was forgotten. What is read back from a written report was redacted before.
///
/// ```compile_fail
/// let whole: String = "what a target sent".to_owned();
/// let _: model::Redacted = whole.into();
/// ```
///
/// ```compile_fail
/// let whole = "what a target sent".to_owned();
/// let _ = model::Redacted::fixed(&whole);
/// ```
///
/// ```compile_fail
/// let whole = "what a target sent".to_owned();
/// let _ = model::Redacted::fixed("ours").by(|_| whole.clone());
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Redacted(Cow<'static, str>);

impl Redacted {
    /// Words of our own, compiled in.
    pub const fn fixed(words: &'static str) -> Redacted {
        Redacted(Cow::Borrowed(words))
    }

    /// A number.
    pub fn number(number: impl Into<u64>) -> Redacted {
        Redacted(Cow::Owned(number.into().to_string()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self
    }

    /// For the redactor alone.
    pub(super) fn new(text: String) -> Redacted {
        Redacted(Cow::Owned(text))
    }

    /// The same written otherwise, such as between quotes. A pointer to a function brings no text of its own.
    #[must_use]
    pub fn by(&self, rewrite: fn(&str) -> String) -> Redacted {
        Redacted(Cow::Owned(rewrite(self)))
    }

    /// All parts, one after the other.
    pub fn joined(parts: impl IntoIterator<Item = Redacted>) -> Redacted {
        Redacted(Cow::Owned(parts.into_iter().fold(String::new(), |text, part| text + &part)))
    }

    /// The first `most` characters, and `…` for what is behind them.
    #[must_use]
    pub fn cut(&self, most: usize) -> Redacted {
        let end = self.char_indices().nth(most).map(|(at, _)| at);
        end.map_or(self.clone(), |at| Redacted(Cow::Owned(format!("{}…", &self[..at]))))
    }
}

impl From<&Method> for Redacted {
    /// A method is one token of a request line, and no place for a secret.
    fn from(method: &Method) -> Redacted {
        Redacted(Cow::Owned(method.to_string()))
    }
}

impl JsonSchema for Redacted {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    /// To a reader of the report it is text.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

impl Deref for Redacted {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Redacted {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq<str> for Redacted {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Redacted {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl PartialEq<String> for Redacted {
    fn eq(&self, other: &String) -> bool {
        **self == **other
    }
}

impl From<Redacted> for String {
    fn from(text: Redacted) -> String {
        text.0.into_owned()
    }
}
