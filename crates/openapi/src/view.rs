use serde_json::{Map, Number, Value};

use crate::files::Files;
use crate::tree::Node;

/// Longest chain of references that is followed.
const MOST_HOPS: usize = 64;

/// A value inside a document or one of its external documents.
#[derive(Clone, Copy)]
pub(crate) struct View<'d> {
    pub(crate) files: &'d Files,
    /// Which file: 0 is the document itself.
    pub(crate) file: u32,
    pub(crate) node: u32,
}

impl<'d> View<'d> {
    /// The whole of one file.
    pub(crate) fn root_of(files: &'d Files, file: u32) -> View<'d> {
        View { files, file, node: files.tree(file).root }
    }

    fn at(self, node: u32) -> View<'d> {
        View { node, ..self }
    }

    fn kind(self) -> Node {
        self.files.tree(self.file).node(self.node)
    }

    fn string(self, number: u32) -> &'d str {
        self.files.tree(self.file).string(number)
    }

    /// Identifies the value among all files; equal values of one file are one value.
    pub(crate) fn id(self) -> (u32, u32) {
        (self.file, self.node)
    }

    pub(crate) fn is_map(self) -> bool {
        matches!(self.kind(), Node::Map(..))
    }

    pub(crate) fn is_null(self) -> bool {
        matches!(self.kind(), Node::Null)
    }

    pub(crate) fn text(self) -> Option<&'d str> {
        match self.kind() {
            Node::Text(number) => Some(self.string(number)),
            _ => None,
        }
    }

    pub(crate) fn boolean(self) -> Option<bool> {
        match self.kind() {
            Node::Bool(value) => Some(value),
            // `required: "true"` is common in documents that were converted from YAML.
            Node::Text(number) => match self.string(number) {
                "true" | "True" => Some(true),
                "false" | "False" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn number(self) -> Option<f64> {
        match self.kind() {
            Node::Integer(value) => Some(value as f64),
            Node::Unsigned(value) => Some(value as f64),
            Node::Float(value) => Some(value),
            Node::Text(number) => self.string(number).parse().ok().filter(|value: &f64| value.is_finite()),
            _ => None,
        }
    }

    /// A count such as `maxLength`.
    pub(crate) fn count(self) -> Option<u64> {
        self.number().filter(|value| *value >= 0.0).map(|value| value as u64)
    }

    /// A scalar as text, so that `version: 1.0` in YAML reads as a version.
    pub(crate) fn scalar(self) -> Option<String> {
        match self.kind() {
            Node::Text(number) => Some(self.string(number).to_owned()),
            Node::Null | Node::List(..) | Node::Map(..) => None,
            _ => self.value(1).map(|value| value.to_string()),
        }
    }

    /// The members of an object in the document's order; none of anything else.
    pub(crate) fn entries(self) -> impl DoubleEndedIterator<Item = (&'d str, View<'d>)> {
        let tree = self.files.tree(self.file);
        let entries = match self.kind() {
            Node::Map(first, count) => tree.map(first, count),
            _ => &[],
        };
        entries.iter().map(move |&(name, node)| (tree.string(name), self.at(node)))
    }

    /// The items of an array; none of anything else.
    pub(crate) fn items(self) -> impl ExactSizeIterator<Item = View<'d>> {
        let items = match self.kind() {
            Node::List(first, count) => self.files.tree(self.file).list(first, count),
            _ => &[],
        };
        items.iter().map(move |&node| self.at(node))
    }

    pub(crate) fn is_list(self) -> bool {
        matches!(self.kind(), Node::List(..))
    }

    /// A member of an object as it stands, a reference included.
    pub(crate) fn raw(self, name: &str) -> Option<View<'d>> {
        match self.kind() {
            Node::Map(first, count) => self.files.tree(self.file).member(first, count, name).map(|node| self.at(node)),
            _ => None,
        }
    }

    /// A member of an object, followed to what it refers to; `None` also when that is missing.
    pub(crate) fn get(self, name: &str) -> Option<View<'d>> {
        self.raw(name)?.followed()
    }

    /// A member that is text.
    pub(crate) fn text_of(self, name: &str) -> Option<&'d str> {
        self.get(name)?.text()
    }

    /// Its `$ref`, if it is a reference.
    pub(crate) fn reference(self) -> Option<&'d str> {
        self.raw("$ref")?.text()
    }

    /// What its `$ref` points to, one step.
    pub(crate) fn target(self) -> Option<View<'d>> {
        let (file, node) = self.files.target(self.file, self.raw("$ref")?.node)?;
        Some(View { files: self.files, file, node })
    }

    /// What it refers to, over any chain of references; itself when it is no reference.
    pub(crate) fn followed(self) -> Option<View<'d>> {
        let mut view = self;
        for _ in 0..MOST_HOPS {
            if view.reference().is_none() {
                return Some(view);
            }
            view = view.target()?;
        }
        None
    }

    /// How many values and names it has in it, long texts counting for more; `None` when more than `most`.
    pub(crate) fn size(self, most: usize) -> Option<usize> {
        let mut left = most;
        self.measure(&mut left)?;
        Some(most - left)
    }

    fn measure(self, left: &mut usize) -> Option<()> {
        let price = 1 + self.text().map_or(0, |text| text.len() / 64);
        *left = left.checked_sub(price)?;
        for item in self.items() {
            item.measure(left)?;
        }
        for (name, member) in self.entries() {
            *left = left.checked_sub(name.len() / 64)?;
            member.measure(left)?;
        }
        Some(())
    }

    /// As a JSON value, unless its [`View::size`] is more than this.
    pub(crate) fn value(self, most: usize) -> Option<Value> {
        self.size(most)?;
        Some(match self.kind() {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(value),
            Node::Integer(value) => Value::Number(value.into()),
            Node::Unsigned(value) => Value::Number(value.into()),
            Node::Float(value) => Number::from_f64(value).map_or(Value::Null, Value::Number),
            Node::Text(number) => Value::String(self.string(number).to_owned()),
            Node::List(..) => Value::Array(self.items().filter_map(|item| item.value(most)).collect()),
            Node::Map(..) => Value::Object(
                self.entries()
                    .filter_map(|(name, member)| Some((name.to_owned(), member.value(most)?)))
                    .collect::<Map<_, _>>(),
            ),
        })
    }
}
