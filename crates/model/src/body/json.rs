//! JSON read into a tree of bounded size.

use std::fmt;
use std::io::Read;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The most that the tree of one body takes, in bytes. What comes after is read for its syntax and left out, but the members of the
/// outermost object, which say what a document is. Twelve thousand rows of six members are 1.4 MB of text and a tree of 16 MB;
/// what a rule has to say about a list it says by the first thousand, and the trees of thirty such lists stay in memory together.
pub const LARGEST_TREE: usize = 1 << 20;

/// Most members of the outermost object that are kept in any case.
const OUTERMOST: usize = 1_000;

/// What one value takes in its array or object.
const VALUE: usize = size_of::<Value>();
/// What a string takes besides its characters: the allocator's own.
const STRING: usize = 16;
/// A leaf of the map's tree holds eleven members, taken or not.
const LEAF: usize = 11 * (size_of::<String>() + VALUE) + 16;

/// A shared handle on the JSON read from a body. While it lives the tree stays in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Json {
    pub(super) tree: Arc<Value>,
    /// What the tree takes.
    pub(super) bytes: usize,
    left_out: usize,
}

impl Json {
    /// How many items of its outermost list were read and left out.
    pub fn left_out(&self) -> usize {
        self.left_out
    }
}

impl Deref for Json {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.tree
    }
}

impl AsRef<Value> for Json {
    fn as_ref(&self) -> &Value {
        self
    }
}

/// Reads all of the bytes as one JSON value.
pub(super) fn of_bytes(bytes: &[u8], most: usize) -> Option<Json> {
    read(serde_json::Deserializer::from_slice(bytes), most)
}

/// The same from what is unpacked bit by bit.
pub(super) fn of_reader(reader: impl Read, most: usize) -> Option<Json> {
    read(serde_json::Deserializer::from_reader(std::io::BufReader::new(reader)), most)
}

/// Whether bytes could begin a JSON value.
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|b| !b.is_ascii_whitespace());
    first.is_some_and(|b| matches!(b, b'{' | b'[' | b'"' | b'0'..=b'9' | b'-' | b't' | b'f' | b'n'))
}

fn read<'de>(mut deserializer: serde_json::Deserializer<impl serde_json::de::Read<'de>>, most: usize) -> Option<Json> {
    let mut state = State { taken: 0, most, cut: None };
    let value = Bounded { state: &mut state, depth: 0 }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    let left_out = state.cut.map_or(0, |(_, count)| count);
    Some(Json { tree: Arc::new(value), bytes: state.taken, left_out })
}

#[derive(Debug)]
struct State {
    taken: usize,
    most: usize,
    /// The depth of the outermost list of which items were left out, and how many.
    cut: Option<(usize, usize)>,
}

/// Reads a value as [`Value`] does, while there is room.
struct Bounded<'a> {
    state: &'a mut State,
    depth: usize,
}

impl Bounded<'_> {
    fn is_full(&self) -> bool {
        self.state.taken >= self.state.most
    }

    fn inner(&mut self) -> Bounded<'_> {
        Bounded { state: self.state, depth: self.depth + 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.state.taken += VALUE;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        self.state.taken += value.capacity() + STRING;
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while !self.is_full() {
            let Some(value) = sequence.next_element_seed(self.inner())? else { break };
            values.push(value);
        }
        let mut left_out = 0;
        while self.is_full() && sequence.next_element::<IgnoredAny>()?.is_some() {
            left_out += 1;
        }
        if left_out > 0 && self.state.cut.is_none_or(|(depth, _)| depth > self.depth) {
            self.state.cut = Some((self.depth, left_out));
        }
        values.shrink_to_fit();
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if self.is_full() && (self.depth > 0 || map.len() >= OUTERMOST) {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            if map.len().is_multiple_of(11) {
                self.state.taken += LEAF;
            }
            self.state.taken += name.capacity() + STRING;
            map.insert(name, members.next_value_seed(self.inner())?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_is_read_as_ever() {
        for text in [
            "[]",
            "{}",
            " \"a\\u00e9\" ",
            "-0",
            "1e400",
            "1e3",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775809",
            r#"{"a":[1,2.5,null,true],"b":{"c":"d"},"a":2}"#,
            "[1,2",
            "{} {}",
            "nul",
            "",
        ] {
            let ours = of_bytes(text.as_bytes(), LARGEST_TREE).map(|json| (*json).clone());
            assert_eq!(ours, serde_json::from_str(text).ok(), "{text}");
            assert_eq!(of_reader(text.as_bytes(), LARGEST_TREE).map(|json| (*json).clone()), ours, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let most = 1 << 16;
        for unit in ["0", "[]", "[[[0]]]", "{}", r#"{"a":1}"#, r#"{"a":{"b":{"c":"d"}}}"#, "\"x\"", "[{},[],\"\"]"] {
            let text = format!("[{}0]", format!("{unit},").repeat(100_000));
            let json = of_bytes(text.as_bytes(), most).unwrap();
            let (length, taken) = (json.as_array().unwrap().len(), json.bytes);
            assert_eq!(length + json.left_out(), 100_001, "{unit}");
            assert!(length > 10 && length < 5_000 && taken < most + 4_096, "{unit}: {length} {taken}");
            assert!(of_bytes(&text.as_bytes()[..text.len() - 1], most).is_none(), "what is left out is JSON too");
        }
    }

    #[test]
    fn the_outermost_members_tell_what_a_document_is() {
        let rows = vec![0; 100_000];
        let text = json!({"components": {"rows": rows}, "openapi": "3.1.0", "paths": {"/a": {}}}).to_string();
        let value = of_bytes(text.as_bytes(), 1 << 16).unwrap();
        assert_eq!(value["openapi"], "3.1.0");
        assert!(value["paths"].is_object() && value["components"]["rows"].as_array().unwrap().len() < 5_000);
    }

    proptest! {
        #[test]
        fn no_text_is_read_otherwise(text in "[\\[\\]{}:,\"a0-9.e \\\\-]{0,40}") {
            let ours = of_bytes(text.as_bytes(), LARGEST_TREE).map(|json| (*json).clone());
            prop_assert_eq!(ours, serde_json::from_str(&text).ok());
        }
    }
}
