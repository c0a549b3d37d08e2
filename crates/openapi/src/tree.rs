use std::collections::BTreeMap;

/// Objects of more members than this are searched through an index.
const MANY_MEMBERS: usize = 32;

/// A JSON value. Children are numbers of other nodes of the same tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    /// Number of a string.
    Text(u32),
    /// First child and number of children in `Tree::items`.
    List(u32, u32),
    /// First entry and number of entries in `Tree::entries`.
    Map(u32, u32),
}

/// A JSON document in four flat lists, in which equal strings, lists and objects are stored once.
///
/// Dereferenced API documents repeat the same schemas thousands of times; stored once they take a few per cent of what
/// `serde_json::Value` takes for them. Being flat, a tree of any depth is dropped without recursion.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// All strings one after the other.
    pub(crate) text: String,
    /// Where each string ends in `text`.
    pub(crate) ends: Vec<u32>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) items: Vec<u32>,
    /// Name (a string's number) and value of each member of each object, in the document's order.
    pub(crate) entries: Vec<(u32, u32)>,
    /// By first entry, of each object with many members: the positions of its entries in the order of their names.
    pub(crate) indexes: BTreeMap<u32, Vec<u32>>,
    pub(crate) root: u32,
    /// Names that stood twice in one object, a few of them.
    pub(crate) duplicates: Vec<String>,
}

impl Tree {
    pub(crate) fn string(&self, number: u32) -> &str {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends.get(number - 1).copied().unwrap_or(0) as usize };
        let end = self.ends.get(number).copied().unwrap_or(0) as usize;
        self.text.get(start..end).unwrap_or("")
    }

    pub(crate) fn node(&self, number: u32) -> Node {
        self.nodes.get(number as usize).copied().unwrap_or(Node::Null)
    }

    pub(crate) fn list(&self, first: u32, count: u32) -> &[u32] {
        self.items.get(first as usize..first as usize + count as usize).unwrap_or(&[])
    }

    pub(crate) fn map(&self, first: u32, count: u32) -> &[(u32, u32)] {
        self.entries.get(first as usize..first as usize + count as usize).unwrap_or(&[])
    }

    /// Adds the entries of an object.
    pub(crate) fn add_entries(&mut self, entries: &[(u32, u32)]) {
        let first = self.entries.len() as u32;
        self.entries.extend_from_slice(entries);
        if entries.len() > MANY_MEMBERS {
            let mut index: Vec<u32> = (0..entries.len() as u32).collect();
            index.sort_by_key(|position| self.string(entries[*position as usize].0));
            self.indexes.insert(first, index);
        }
    }

    /// The value of a member of an object.
    pub(crate) fn member(&self, first: u32, count: u32, name: &str) -> Option<u32> {
        let entries = self.map(first, count);
        if entries.len() <= MANY_MEMBERS {
            return entries.iter().find(|(other, _)| self.string(*other) == name).map(|(_, value)| *value);
        }
        let index = self.indexes.get(&first)?;
        let found = index.binary_search_by_key(&name, |position| self.string(entries[*position as usize].0)).ok()?;
        Some(entries[index[found] as usize].1)
    }
}
