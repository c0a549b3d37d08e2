//! What a validation error says a body lacks: the fields, and what each is to hold. Pure.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::table;
use crate::vocabulary::{List, words};

/// Most fields that one response names.
const MOST: usize = 20;

/// Longest response, and deepest part of it, that is read for them.
const LONGEST: usize = 64 * 1024;
const DEEPEST: usize = 6;

#[derive(Deserialize)]
struct Row {
    words: Vec<String>,
    value: Value,
}

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

/// The fields that a response complains of, each with a value that the complaint, or else the name, asks for: pydantic's `loc`, zod's `path`,
/// marshmallow's and Django's lists by field, `field`, `param` or `property` beside a message, and sentences such as `name is required`.
pub fn fields(exchange: &Exchange) -> BTreeMap<String, Value> {
    let mut wanted = BTreeMap::new();
    let text = exchange.text();
    if !matches!(exchange.status(), 400 | 422) || text.len() > LONGEST {
        return wanted;
    }
    match exchange.json().as_deref() {
        Some(json) => walk(json, &mut wanted, 0),
        None => sentences(&text, &mut wanted),
    }
    wanted
}

fn walk(value: &Value, wanted: &mut BTreeMap<String, Value>, depth: usize) {
    match value {
        _ if depth > DEEPEST => {}
        Value::Object(members) => {
            if let Some((name, complaint)) = entry(members) {
                add(&name, &complaint, wanted);
                return;
            }
            for (name, member) in members {
                let is_list = member.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string));
                let said = said(member);
                if (is_list || member.is_string()) && complains(&said) && is_field(name) {
                    add(name, &said, wanted);
                } else {
                    walk(member, wanted, depth + 1);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, wanted, depth + 1)),
        Value::String(text) => sentences(text, wanted),
        _ => {}
    }
}

/// One complaint that is an object: where, and what about it.
fn entry(members: &Map<String, Value>) -> Option<(String, String)> {
    let text =
        |names: &[&str]| names.iter().filter_map(|name| members.get(*name)).map(said).collect::<Vec<_>>().join(" ");
    let complaint =
        text(&["msg", "message", "messages", "error", "errors", "type", "code", "expected", "constraints", "rule"]);
    let last = |path: &Value| path.as_array()?.iter().rev().find_map(Value::as_str).map(str::to_owned);
    let loc = members.get("loc").filter(|loc| loc.get(0).and_then(Value::as_str) == Some("body")).and_then(last);
    let path = || members.get("path").and_then(last);
    let named = || {
        let keys = ["field", "param", "path", "property", "name", "attribute", "instancePath"];
        let name = keys.iter().find_map(|key| members.get(*key)?.as_str())?;
        Some(name.trim_start_matches(['/', '.']).rsplit(['/', '.']).next()?.to_owned())
    };
    let name = loc.or_else(path).or_else(named).filter(|name| !name.is_empty() && !complaint.is_empty())?;
    Some((name, complaint))
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(" "),
        Value::Object(members) => members.values().map(said).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

/// Whether a text is a complaint about a value.
fn complains(text: &str) -> bool {
    words(text).any(|word| List::Complaint.has(&word))
}

/// Whether a member is called like a field, and not like a part of an error.
fn is_field(name: &str) -> bool {
    !name.is_empty() && !List::PartOfError.has(&name.to_ascii_lowercase())
}

fn sentences(text: &str, wanted: &mut BTreeMap<String, Value>) {
    static SHAPES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        let name = r#"['"`]?([A-Za-z_][A-Za-z0-9_.-]{0,40})['"`]?"#;
        [
            format!(r"(?i){name} (?:is|are) (?:a )?(?:required|missing|mandatory)"),
            format!(r"(?i){name} (?:and|or) {name} (?:is|are) (?:required|missing|mandatory)"),
            format!(
                r"(?i)(?:missing|required)(?: required)? (?:field|parameter|key|property|argument|attribute)s?:? {name}"
            ),
            format!(r"(?i){name} (?:must|should|has to) (?:not )?be "),
            format!(r"KeyError: {name}"),
        ]
        .iter()
        .filter_map(|shape| Regex::new(shape).ok())
        .collect()
    });
    for captures in SHAPES.iter().flat_map(|shape| shape.captures_iter(text)) {
        let end = captures.get(0).map_or(0, |all| all.end());
        let rest: String = text[end..].chars().take_while(|c| !matches!(c, '.' | ',' | ';' | '\n')).take(60).collect();
        for name in captures.iter().skip(1).flatten().map(|name| name.as_str().trim_end_matches('.')) {
            if is_field(name) {
                add(name, &rest, wanted);
            }
        }
    }
}

fn add(name: &str, complaint: &str, wanted: &mut BTreeMap<String, Value>) {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("data/wanted.toml")));
    let row = |text: &str| {
        let said: Vec<String> = words(text).collect();
        TABLE.row.iter().find(|row| said.iter().any(|word| row.words.contains(word)))
    };
    let value = row(complaint).or_else(|| row(name)).map_or_else(|| Value::from("example"), |row| row.value.clone());
    if wanted.len() < MOST {
        wanted.entry(name.to_owned()).or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples::exchange;

    fn of(body: &str) -> Value {
        serde_json::to_value(fields(&exchange("/", 422, body))).unwrap()
    }

    #[test]
    fn fields_are_read_from_every_usual_shape() {
        for (body, expected) in [
            (
                r#"{"detail":[{"type":"missing","loc":["body","title"],"msg":"Field required"},
                   {"type":"int_parsing","loc":["body","pages"],"msg":"Input should be a valid integer"},
                   {"type":"missing","loc":["query","page"],"msg":"Field required"}]}"#,
                json!({"title": "example", "pages": 1}),
            ),
            (
                r#"{"messages":{"json":{"email":["Missing data for required field."],"age":["Not a valid integer."]}}}"#,
                json!({"email": "a@example.com", "age": 1}),
            ),
            (r#"{"headline":["This field is required."]}"#, json!({"headline": "example"})),
            (
                r#"{"error":{"issues":[{"code":"invalid_type","expected":"boolean","path":["open"],"message":"Required"}]}}"#,
                json!({"open": true}),
            ),
            (
                r#"{"statusCode":400,"message":["name should not be empty","home must be a URL"],"error":"Bad Request"}"#,
                json!({"name": "example", "home": "https://example.com/"}),
            ),
            (r#"{"errors":[{"msg":"Invalid value","param":"town","location":"body"}]}"#, json!({"town": "example"})),
            (r#"{"error":"title and language are required"}"#, json!({"title": "example", "language": "example"})),
            (r#"{"message":"'name' is a required property"}"#, json!({"name": "example"})),
            ("<p>KeyError: 'month'</p>", json!({"month": "example"})),
        ] {
            assert_eq!(of(body), expected, "{body}");
        }
    }

    #[test]
    fn other_errors_name_no_field() {
        for body in [
            r#"{"detail":"Not found"}"#,
            r#"{"error":"Unauthorized","message":"A token is required"}"#,
            r#"{"message":"Bad request","status":400}"#,
            "",
        ] {
            assert_eq!(of(body), json!({}), "{body}");
        }
        assert!(fields(&exchange("/", 500, r#"{"error":"name is required"}"#)).is_empty());
    }
}
