//! What the name of a JSON field says about its value.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use crate::table;
use crate::vocabulary::List;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// Something about a person that is not for everybody.
    Personal,
    /// Who the object is about.
    Identity,
    /// To whom the object belongs.
    Owner,
    /// What only the application itself may set.
    Privileged,
    /// What only the application itself has a use for.
    Internal,
    /// A password.
    Password,
    /// What stands in for a password: a token, an API key, a recovery code.
    Token,
}

#[derive(Deserialize)]
struct Row {
    holds: Holds,
    #[serde(default)]
    names: BTreeSet<String>,
    #[serde(default)]
    prefixes: Vec<String>,
    #[cfg(test)]
    hit: Vec<String>,
    #[cfg(test)]
    miss: Vec<String>,
}

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

fn table() -> &'static [Row] {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("data/fields.toml")));
    &TABLE.row
}

/// Whether a field of this name holds that.
pub fn holds(name: &str, what: Holds) -> bool {
    let lower = name.to_ascii_lowercase();
    let plain: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    table()
        .iter()
        .filter(|row| row.holds == what)
        .any(|row| row.names.contains(&plain) || row.prefixes.iter().any(|prefix| lower.starts_with(prefix.as_str())))
}

/// Whether a field or parameter of this name says who logs in.
pub fn names_user(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    List::UserField.has(&plain)
}

/// Whether a field stands below one that says that it describes calls or gives examples: `examples.login.password`,
/// `endpoints[].request.email`. What is also the name of an envelope or of a list of results (`body.users[].email`, `docs[].email`)
/// says so only further down and around no list.
pub fn is_illustration(path: &str) -> bool {
    let parents: Vec<&str> = path.split('.').collect();
    let parents = &parents[..parents.len().saturating_sub(1)];
    parents.iter().enumerate().any(|(at, name)| {
        let said: Vec<String> = crate::vocabulary::words(name).collect();
        let has = |list: List| said.iter().any(|word| list.has(word));
        let no_list = || !parents[at..].iter().any(|name| name.contains('['));
        !has(List::Data) && (has(List::Illustration) || at > 0 && has(List::Envelope) && no_list())
    })
}

/// Every field of a JSON document: its path (`items[].owner.email`), its name, its value and the object it stands in. At most 5,000
/// fields of 20,000 objects and lists, 12 levels deep: what a document says about an API it says well before that.
pub fn walk<'a>(json: &'a Value, visit: &mut dyn FnMut(&Field<'a>)) {
    const FIELDS: usize = 5_000;
    const NODES: usize = 20_000;
    const DEEPEST: usize = 12;
    let mut stack: Vec<(&'a Value, String, usize)> = vec![(json, String::new(), 0)];
    let (mut fields, mut nodes) = (0, 0);
    while let Some((value, path, depth)) = stack.pop() {
        nodes += 1;
        if depth > DEEPEST || nodes > NODES {
            continue;
        }
        match value {
            Value::Array(items) => {
                let holders = items.iter().filter(|item| item.is_object() || item.is_array()).take(NODES - nodes);
                let from = stack.len();
                stack.extend(holders.map(|item| (item, format!("{path}[]"), depth + 1)));
                stack[from..].reverse();
            }
            Value::Object(object) => {
                let around = Around::default();
                for (name, inner) in object.iter().take(FIELDS - fields) {
                    fields += 1;
                    let shown = shown(name);
                    let path = if path.is_empty() { shown.into_owned() } else { format!("{path}.{shown}") };
                    visit(&Field { path: path.clone(), name, value: inner, object, around: around.clone() });
                    if inner.is_object() || inner.is_array() {
                        stack.push((inner, path, depth + 1));
                    }
                }
            }
            _ => {}
        }
    }
}

/// A name as it stands in a path: one that is a text of its own would be repeated for each field below it.
fn shown(name: &str) -> Cow<'_, str> {
    const LONGEST: usize = 100;
    match name.char_indices().nth(LONGEST) {
        None => Cow::Borrowed(name),
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
    }
}

/// What was found out about an object, for all of its fields.
type Around = Rc<RefCell<BTreeMap<&'static str, bool>>>;

/// A field as [`walk`] shows it.
#[derive(Debug)]
pub struct Field<'a> {
    /// Where it stands.
    pub path: String,
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a Value,
    /// The object it stands in.
    pub object: &'a serde_json::Map<String, Value>,
    around: Around,
}

impl Field<'_> {
    /// Whether the object that the field stands in is `what`. It is looked at once for all its fields, which may be thousands; `what`
    /// names one question of a walk.
    pub fn stands_in(&self, what: &'static str, is_so: impl FnOnce(&serde_json::Map<String, Value>) -> bool) -> bool {
        if let Some(known) = self.around.borrow().get(what) {
            return *known;
        }
        let answer = is_so(self.object);
        self.around.borrow_mut().insert(what, answer);
        answer
    }

    /// Whether a field beside it says who the object is about.
    pub fn stands_beside_an_identity(&self) -> bool {
        self.stands_in("identified", |object| {
            object.iter().any(|(name, value)| !is_empty(value) && holds(name, Holds::Identity))
        })
    }
}

/// The names of the fields of an object that hold this and are not empty.
pub fn names_of(object: &serde_json::Map<String, Value>, what: Holds) -> Vec<&str> {
    object.iter().filter(|(name, value)| !is_empty(value) && holds(name, what)).map(|(n, _)| n.as_str()).collect()
}

/// Whether a text is an absolute path, or one relative to the current or home directory, of Unix or Windows.
pub fn is_path(text: &str) -> bool {
    let drive = text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && text.get(1..3).is_some_and(|rest| matches!(rest, ":\\" | ":/"));
    drive || ["/", "./", "../", "~/"].iter().any(|start| text.starts_with(start))
}

/// Null, an empty text, an empty list.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Whether the document is an API description or a JSON Schema, whose field names are about data that is elsewhere.
pub fn describes_an_api(json: &Value) -> bool {
    ["openapi", "swagger", "swaggerVersion", "asyncapi", "$schema", "__schema"]
        .iter()
        .any(|key| json.get(key).is_some())
        || json.pointer("/data/__schema").is_some()
}

/// The one object an answer is about: the document itself, or what stands alone in its envelope (`{"data": {…}}`).
pub fn the_object(json: &Value) -> Option<&serde_json::Map<String, Value>> {
    let object = json.as_object()?;
    let inner = object.values().filter(|v| v.is_object()).collect::<Vec<_>>();
    match inner.as_slice() {
        [one]
            if object
                .values()
                .all(|v| v.is_object() || v.is_boolean() || v.is_null() || v.is_string() && object.len() <= 3) =>
        {
            one.as_object()
        }
        _ => Some(object),
    }
}

/// The list an answer is about: the document itself, or the longest array of objects in its envelope.
pub fn the_list(json: &Value) -> Option<&Vec<Value>> {
    match json {
        Value::Array(items) => Some(items),
        Value::Object(envelope) => envelope
            .values()
            .flat_map(|v| match v {
                Value::Object(inner) => inner.values().collect::<Vec<_>>(),
                other => vec![other],
            })
            .filter_map(Value::as_array)
            .filter(|items| items.iter().all(Value::is_object))
            .max_by_key(|items| items.len()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_row_hits_and_misses() {
        for row in table() {
            row.hit.iter().for_each(|name| assert!(holds(name, row.holds), "{:?} misses {name}", row.holds));
            row.miss.iter().for_each(|name| assert!(!holds(name, row.holds), "{:?} hits {name}", row.holds));
        }
    }

    #[test]
    fn a_walk_names_paths() {
        let json = json!({"items": [{"owner": {"email": "a@b.example"}}]});
        let mut paths = Vec::new();
        walk(&json, &mut |field| paths.push(field.path.clone()));
        assert_eq!(paths, ["items", "items[].owner", "items[].owner.email"]);
    }

    #[test]
    fn a_walk_ends_and_repeats_no_long_name() {
        let wide: serde_json::Map<String, Value> = (0..9_000).map(|at| (format!("k{at}"), Value::Null)).collect();
        let mut seen = 0;
        walk(&Value::Object(wide), &mut |_| seen += 1);
        assert_eq!(seen, 5_000);
        let (mut longest, name) = (0, "n".repeat(100_000));
        walk(&json!({name: [{"a": 1}]}), &mut |field| longest = longest.max(field.path.len()));
        assert!(longest < 200, "{longest}");
    }

    #[test]
    fn an_object_is_asked_once_for_all_its_fields() {
        let mut asked = 0;
        walk(&json!({"a": 1, "b": 2, "c": [{"d": 3}]}), &mut |field| {
            field.stands_in("small", |object| {
                asked += 1;
                object.len() < 9
            });
        });
        assert_eq!(asked, 2);
    }

    #[test]
    fn illustrations_say_so_above() {
        for path in ["samples.login.password", "endpoints[].example.email", "login.docs.body.token"] {
            assert!(is_illustration(path), "{path}");
        }
        for path in [
            "users[].password",
            "example",
            "sample_users[].password",
            "docs[].email",
            "body.users[].email",
            "rows[].doc.tags[].email",
            "payload.email",
            "data.test.password",
        ] {
            assert!(!is_illustration(path), "{path}");
        }
    }

    #[test]
    fn paths_are_told_from_words() {
        for path in ["/", "/srv/app", "./key.pem", "../up", "~/.ssh", "C:\\app", "d:/app"] {
            assert!(is_path(path), "{path}");
        }
        for word in ["", "abc", "a/b", "c:x", "~x", "..x"] {
            assert!(!is_path(word), "{word}");
        }
    }

    #[test]
    fn envelopes_are_opened() {
        assert!(the_object(&json!({"data": {"id": 1}})).unwrap().contains_key("id"));
        assert!(the_object(&json!({"id": 1, "owner": {"x": 1}})).unwrap().contains_key("id"));
        assert_eq!(the_list(&json!({"total": 2, "users": [{"id": 1}, {"id": 2}]})).unwrap().len(), 2);
        assert!(the_list(&json!({"a": 1})).is_none());
    }
}
