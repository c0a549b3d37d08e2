use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::tree::{Node, Tree};

/// Most values read from one document, repetitions counted: six times what the largest published document has.
const MOST_VALUES: usize = 10_000_000;

/// Most different values of one document, each of which takes some fifty bytes.
const MOST_DIFFERENT: usize = 3_000_000;

/// Longest text of all distinct strings together: the ends of strings are stored in 32 bits.
const LONGEST_TEXT: usize = u32::MAX as usize;

/// How many duplicate names are remembered.
const MOST_DUPLICATES: usize = 20;

/// Builds a [`Tree`] from a serde deserializer, storing what is equal once.
#[derive(Default)]
pub(crate) struct Builder {
    tree: Tree,
    /// By hash; a collision takes the next free number.
    strings: HashMap<u64, u32>,
    nodes: HashMap<u64, u32>,
    hasher: RandomState,
    values: usize,
}

impl Builder {
    /// Reads one value with this deserializer.
    pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tree, D::Error> {
        let mut builder = Builder::default();
        let root = Seed(&mut builder).deserialize(deserializer)?;
        let mut tree = builder.tree;
        tree.root = root;
        Ok(tree)
    }

    fn string<E: Error>(&mut self, text: &str) -> Result<u32, E> {
        let mut hash = self.hasher.hash_one(text);
        while let Some(&number) = self.strings.get(&hash) {
            if self.tree.string(number) == text {
                return Ok(number);
            }
            hash = hash.wrapping_add(1);
        }
        if self.tree.text.len() + text.len() > LONGEST_TEXT {
            return Err(E::custom("the document is too large"));
        }
        self.tree.text.push_str(text);
        let number = self.tree.ends.len() as u32;
        self.tree.ends.push(self.tree.text.len() as u32);
        self.strings.insert(hash, number);
        Ok(number)
    }

    fn count<E: Error>(&mut self) -> Result<(), E> {
        self.values += 1;
        if self.values > MOST_VALUES || self.tree.nodes.len() > MOST_DIFFERENT || self.tree.ends.len() > MOST_DIFFERENT
        {
            Err(E::custom("the document is too large"))
        } else {
            Ok(())
        }
    }

    fn scalar(&mut self, node: Node) -> u32 {
        let key = match node {
            Node::Float(number) => self.hasher.hash_one((4, number.to_bits())),
            Node::Integer(number) => self.hasher.hash_one((2, number)),
            Node::Unsigned(number) => self.hasher.hash_one((3, number)),
            Node::Bool(value) => self.hasher.hash_one((1, value)),
            Node::Text(number) => self.hasher.hash_one((5, number)),
            _ => self.hasher.hash_one(0),
        };
        self.stored(key, node, |_, existing| existing == node)
    }

    fn list(&mut self, items: &[u32]) -> u32 {
        let key = self.hasher.hash_one((6, items));
        let node = Node::List(self.tree.items.len() as u32, items.len() as u32);
        let before = self.tree.nodes.len();
        let number = self.stored(key, node, |tree, existing| match existing {
            Node::List(first, count) => tree.list(first, count) == items,
            _ => false,
        });
        if self.tree.nodes.len() > before {
            self.tree.items.extend_from_slice(items);
        }
        number
    }

    fn map(&mut self, entries: &[(u32, u32)]) -> u32 {
        let key = self.hasher.hash_one((7, entries));
        let node = Node::Map(self.tree.entries.len() as u32, entries.len() as u32);
        let before = self.tree.nodes.len();
        let number = self.stored(key, node, |tree, existing| match existing {
            Node::Map(first, count) => tree.map(first, count) == entries,
            _ => false,
        });
        if self.tree.nodes.len() > before {
            self.tree.add_entries(entries);
        }
        number
    }

    /// The number of an equal node, or else of this one, stored.
    fn stored(&mut self, mut hash: u64, node: Node, same: impl Fn(&Tree, Node) -> bool) -> u32 {
        while let Some(&number) = self.nodes.get(&hash) {
            if same(&self.tree, self.tree.node(number)) {
                return number;
            }
            hash = hash.wrapping_add(1);
        }
        let number = self.tree.nodes.len() as u32;
        self.tree.nodes.push(node);
        self.nodes.insert(hash, number);
        number
    }

    /// Of members of the same name the last one counts, as in every JSON reader that does not refuse them.
    fn without_duplicates(&mut self, entries: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
        let mut names: Vec<u32> = entries.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        let clean = names.windows(2).all(|pair| pair[0] != pair[1]);
        if clean {
            return entries;
        }
        let mut seen = BTreeSet::new();
        let mut kept = Vec::with_capacity(entries.len());
        for &(name, value) in entries.iter().rev() {
            if seen.insert(name) {
                kept.push((name, value));
            } else if self.tree.duplicates.len() < MOST_DUPLICATES {
                let duplicate = self.tree.string(name).to_owned();
                self.tree.duplicates.push(duplicate);
            }
        }
        kept.reverse();
        kept
    }
}

/// Reads one value and yields its number.
struct Seed<'b>(&'b mut Builder);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = u32;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u32, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON or YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<u32, E> {
        self.0.count()?;
        Ok(self.0.scalar(Node::Null))
    }

    fn visit_none<E: Error>(self) -> Result<u32, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<u32, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<u32, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<u32, E> {
        self.0.count()?;
        Ok(self.0.scalar(Node::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<u32, E> {
        self.0.count()?;
        Ok(self.0.scalar(Node::Integer(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<u32, E> {
        self.0.count()?;
        Ok(self.0.scalar(i64::try_from(value).map_or(Node::Unsigned(value), Node::Integer)))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<u32, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<u32, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<u32, E> {
        self.0.count()?;
        // JSON has no infinity and no NaN.
        Ok(self.0.scalar(if value.is_finite() { Node::Float(value) } else { Node::Null }))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<u32, E> {
        self.0.count()?;
        let number = self.0.string(value)?;
        Ok(self.0.scalar(Node::Text(number)))
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<u32, E> {
        self.visit_str(&String::from_utf8_lossy(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u32, A::Error> {
        self.0.count()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Seed(&mut *self.0))? {
            items.push(item);
        }
        Ok(self.0.list(&items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u32, A::Error> {
        self.0.count()?;
        let mut entries = Vec::new();
        while let Some(name) = map.next_key_seed(NameSeed(&mut *self.0))? {
            let value = map.next_value_seed(Seed(&mut *self.0))?;
            entries.push((name, value));
        }
        let entries = self.0.without_duplicates(entries);
        Ok(self.0.map(&entries))
    }
}

/// Reads the name of a member: any scalar by its text, since YAML names may be numbers (`200:`) or null.
struct NameSeed<'b>(&'b mut Builder);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = u32;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u32, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for NameSeed<'_> {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_none<E: Error>(self) -> Result<u32, E> {
        self.0.string("null")
    }

    fn visit_unit<E: Error>(self) -> Result<u32, E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<u32, D::Error> {
        deserializer.deserialize_str(self)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<u32, E> {
        self.0.string(value)
    }
}
