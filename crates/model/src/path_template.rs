use std::borrow::Borrow;
use std::cmp::Reverse;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::path_match::{Piece, leads};

/// A path with parameters in braces, as OpenAPI writes it: `/users/{id}`, `/s/{name}.{ext}`. `{path+}` (AWS), `{*path}` (ASP.NET,
/// axum) and `{path:path}` (Starlette) take further segments too. A concrete path is a template without parameters.
///
/// It reads like text. Two templates are equal if they are written alike; [`PathTemplate::key`] says whether they are one place.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PathTemplate(String);

impl PathTemplate {
    /// A template as written. Braces that are never closed are literal text.
    pub fn new(text: impl Into<String>) -> PathTemplate {
        PathTemplate(text.into())
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The template without the names of its parameters: `/users/{}` for `/users/{id}` and for `/users/{user_id}`. A parameter that
    /// takes further segments is `{*}`.
    pub fn key(&self) -> String {
        pieces(&self.0).into_iter().fold(String::with_capacity(self.0.len()), |mut key, piece| {
            key.push_str(match piece {
                Written::Text(text) => text,
                Written::Parameter { rest: false, .. } => "{}",
                Written::Parameter { rest: true, .. } => "{*}",
            });
            key
        })
    }

    /// Whether both name one place: equal but for the names of parameters.
    pub fn is_same_place(&self, other: &PathTemplate) -> bool {
        self.0 == other.0 || self.has_parameters() && other.has_parameters() && self.key() == other.key()
    }

    /// The names of its parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        pieces(&self.0).into_iter().filter_map(|piece| match piece {
            Written::Parameter { name, .. } => Some(name),
            Written::Text(_) => None,
        })
    }

    /// How many segments it has: two for `/users/{id}`.
    pub fn segments(&self) -> usize {
        self.0.bytes().filter(|byte| *byte == b'/').count()
    }

    /// Whether it has a parameter.
    pub fn has_parameters(&self) -> bool {
        self.parameters().next().is_some()
    }

    /// Whether a concrete path, without its query, is an instance: equal but for what is in braces, and nothing in braces empty.
    pub fn matches(&self, path: &str) -> bool {
        let Some(open) = self.0.find('{') else { return self.0 == path };
        path.get(..open) == self.0.get(..open)
            && leads(
                pieces(&self.0).into_iter().map(|piece| match piece {
                    Written::Text(text) => Piece::Text(text),
                    Written::Parameter { rest: false, .. } => Piece::Segment,
                    Written::Parameter { rest: true, .. } => Piece::Segments,
                }),
                path,
            )
    }

    /// Whether a path, or another template, is an instance, with or without a slash at the end of either.
    pub fn covers(&self, path: &str) -> bool {
        PathTemplate::from(self.trim_end_matches('/')).matches(path.trim_end_matches('/'))
    }

    /// How much it leaves open: the less, the more of its bytes are literal. Of several templates that fit a path, a router takes the
    /// narrowest one.
    pub fn breadth(&self) -> impl Ord + use<> {
        let literal = |piece| match piece {
            Written::Text(text) => text.len(),
            Written::Parameter { .. } => 0,
        };
        Reverse(pieces(&self.0).into_iter().map(literal).sum::<usize>())
    }

    /// The path with each parameter replaced by what `value` gives for its name; one without a value stays as written.
    pub fn fill(&self, mut value: impl FnMut(&str) -> Option<String>) -> String {
        pieces(&self.0).into_iter().fold(String::with_capacity(self.0.len()), |mut path, piece| {
            match piece {
                Written::Text(text) => path.push_str(text),
                Written::Parameter { name, written, .. } => match value(name) {
                    Some(value) => path.push_str(&value),
                    None => path.push_str(written),
                },
            }
            path
        })
    }

    /// Whether a segment of a template is nothing but one parameter: `{id}`.
    pub fn is_parameter(segment: &str) -> bool {
        matches!(pieces(segment).as_slice(), [Written::Parameter { .. }])
    }
}

/// A part of a template.
pub(crate) enum Written<'a> {
    Text(&'a str),
    Parameter { name: &'a str, written: &'a str, rest: bool },
}

/// The parts of a template, in order.
pub(crate) fn pieces(text: &str) -> Vec<Written<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((open, close)) = braces(rest) {
        let (before, from) = rest.split_at(open);
        let (written, after) = from.split_at(close - open + 1);
        if !before.is_empty() {
            pieces.push(Written::Text(before));
        }
        pieces.push(parameter(written));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Written::Text(rest));
    }
    pieces
}

/// Where the first parameter opens and closes. One does not go beyond its segment, and an opening brace within it opens it anew.
fn braces(text: &str) -> Option<(usize, usize)> {
    let mut open = None;
    for (at, byte) in text.bytes().enumerate() {
        match (byte, open) {
            (b'{', _) => open = Some(at),
            (b'/', _) => open = None,
            (b'}', Some(open)) => return Some((open, at)),
            _ => {}
        }
    }
    None
}

/// `{name}`, `{name+}`, `{*name}` or `{name:path}`.
fn parameter(written: &str) -> Written<'_> {
    let inner = written.trim_start_matches('{').trim_end_matches('}');
    let marked = inner.strip_suffix('+').or_else(|| inner.strip_prefix('*')).or_else(|| inner.strip_suffix(":path"));
    Written::Parameter { name: marked.unwrap_or(inner).trim(), written, rest: marked.is_some() }
}

impl Deref for PathTemplate {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for PathTemplate {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for PathTemplate {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for PathTemplate {
    fn from(text: &str) -> PathTemplate {
        PathTemplate::new(text)
    }
}

impl From<String> for PathTemplate {
    fn from(text: String) -> PathTemplate {
        PathTemplate::new(text)
    }
}

impl From<&String> for PathTemplate {
    fn from(text: &String) -> PathTemplate {
        PathTemplate::new(text.as_str())
    }
}

impl From<PathTemplate> for String {
    fn from(template: PathTemplate) -> String {
        template.0
    }
}

impl PartialEq<str> for PathTemplate {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for PathTemplate {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<String> for PathTemplate {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

impl PartialEq<PathTemplate> for str {
    fn eq(&self, other: &PathTemplate) -> bool {
        self == other.0
    }
}

impl PartialEq<PathTemplate> for &str {
    fn eq(&self, other: &PathTemplate) -> bool {
        *self == other.0
    }
}

impl PartialEq<PathTemplate> for String {
    fn eq(&self, other: &PathTemplate) -> bool {
        *self == other.0
    }
}
