//! What an introspected schema says about which types refer to each other.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::calling::graphql::{is_name, is_required, unwrapped};

/// Fields without required arguments that lead to other object types, by type; the query type's name.
#[derive(Debug)]
pub(super) struct Fields {
    query: String,
    of: BTreeMap<String, Vec<(String, String)>>,
}

/// Reads an answer to [`crate::calling::graphql::SCHEMA`].
pub(super) fn fields(json: &Value) -> Option<Fields> {
    const MOST: usize = 2_000;
    let schema = json.pointer("/data/__schema")?;
    let query = schema.pointer("/queryType/name")?.as_str()?.to_owned();
    let mut of = BTreeMap::new();
    for kind in schema.get("types")?.as_array()?.iter().take(MOST) {
        let (Some(name), Some(list)) = (text(kind, "name"), kind.get("fields").and_then(Value::as_array)) else {
            continue;
        };
        if !name.starts_with("__") && is_name(name) {
            of.insert(name.to_owned(), list.iter().take(MOST).filter_map(leads_to).collect());
        }
    }
    Some(Fields { query, of })
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

fn leads_to(field: &Value) -> Option<(String, String)> {
    if field.get("args").and_then(Value::as_array).is_some_and(|args| args.iter().any(is_required)) {
        return None;
    }
    let kind = unwrapped(field.get("type")?).0;
    let name = text(field, "name").filter(|n| is_name(n))?;
    (text(kind, "kind") == Some("OBJECT")).then_some((name.to_owned(), text(kind, "name")?.to_owned()))
}

/// A query that follows fields for so many levels, the first of them not included. `None` when the types do not go round.
pub(super) fn deep_query(fields: &Fields, levels: usize) -> Option<String> {
    let path = walk(fields, levels)?;
    let (first, rest) = path.split_first()?;
    let opened = rest.iter().map(|field| format!("{{{field}")).collect::<Vec<_>>().concat();
    Some(format!("{{__typename {first} @include(if:false){opened}{{__typename}}{}}}", "}".repeat(rest.len())))
}

/// A path of that many fields from the query type: from each type the field from which the most levels can still be gone.
fn walk(fields: &Fields, levels: usize) -> Option<Vec<&str>> {
    // reach[n] holds the types from which n further levels can be gone, each with the field to take.
    let mut reach: Vec<BTreeMap<&str, (&str, &str)>> = Vec::with_capacity(levels);
    for level in 0..levels {
        let mut here = BTreeMap::new();
        for (name, list) in &fields.of {
            let next = list.iter().find(|(_, to)| level == 0 || reach[level - 1].contains_key(to.as_str()));
            if let Some((field, to)) = next {
                here.insert(name.as_str(), (field.as_str(), to.as_str()));
            }
        }
        reach.push(here);
    }
    let mut path = Vec::with_capacity(levels);
    let mut at = fields.query.as_str();
    for here in reach.iter().rev() {
        let (field, to) = here.get(at)?;
        path.push(*field);
        at = to;
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(author: &Value) -> Option<Fields> {
        let object = |name: &str| json!({"kind": "LIST", "name": null, "ofType": {"kind": "OBJECT", "name": name}});
        let required = json!([{"defaultValue": null, "type": {"kind": "NON_NULL"}}]);
        fields(&json!({"data": {"__schema": {"queryType": {"name": "Query"}, "types": [
            {"name": "Query", "fields": [
                {"name": "book", "args": required, "type": object("Book")},
                {"name": "books", "args": [], "type": object("Book")}]},
            {"name": "Book", "fields": [
                {"name": "title", "args": [], "type": {"kind": "SCALAR", "name": "String"}},
                {"name": "author", "args": [], "type": {"kind": "OBJECT", "name": "Author"}}]},
            {"name": "Author", "fields": author},
            {"name": "Input", "fields": null}]}}}))
    }

    #[test]
    fn types_that_go_round_make_a_deep_query() {
        let back = json!([{"name": "books", "args": [], "type": {"kind": "OBJECT", "name": "Book"}}]);
        let query = deep_query(&read(&back).unwrap(), 4).unwrap();
        assert_eq!(query, "{__typename books @include(if:false){author{books{author{__typename}}}}}");
        assert_eq!(query.matches('{').count(), query.matches('}').count());
    }

    #[test]
    fn types_that_end_make_none() {
        assert!(deep_query(&read(&json!([])).unwrap(), 4).is_none());
        assert!(fields(&json!({"data": null})).is_none());
        let evil = json!([{"name": "a}{b", "args": [], "type": {"kind": "OBJECT", "name": "Book"}}]);
        assert!(deep_query(&read(&evil).unwrap(), 4).is_none());
    }
}
