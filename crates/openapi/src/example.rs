use model::{Schema, SchemaType};
use serde_json::{Map, Value};

use crate::pattern::matching;

/// Deepest nesting of an example, whatever the schema.
const DEEPEST: usize = 16;

/// Most items that `minItems` can ask for.
const MOST_ITEMS: u64 = 50;

/// Longest text that `minLength` can ask for.
const LONGEST_TEXT: u64 = 4_096;

/// A value that this schema allows and an ordinary client could send: its example, a permitted value, or one made up from its
/// format, bounds, pattern and name. Properties that are only in responses are left out.
pub fn example(schema: &Schema) -> Value {
    value(schema, "", 0)
}

/// The same for a parameter of this name, as text, never empty: lists joined with commas, objects as JSON.
pub fn example_text(schema: &Schema, name: &str) -> String {
    joined_text(schema, name, ",")
}

/// The same with this between the items of lists.
pub(crate) fn joined_text(schema: &Schema, name: &str, separator: &str) -> String {
    let text = text_of(&value(schema, name, 0), separator);
    if text.is_empty() { "1".to_owned() } else { text }
}

fn text_of(value: &Value, separator: &str) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(|item| text_of(item, separator)).collect::<Vec<_>>().join(separator),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn value(schema: &Schema, name: &str, depth: usize) -> Value {
    if let Some(example) = &schema.example
        && fits(schema, example)
    {
        return example.clone();
    }
    if let Some(permitted) = schema.enumeration.iter().find(|value| !value.is_null()).or(schema.enumeration.first()) {
        return permitted.clone();
    }
    match schema.kind {
        SchemaType::Object => object(schema, depth),
        SchemaType::Array => match &schema.items {
            Some(items) if depth < DEEPEST && schema.max_items != Some(0) && !items.cut => {
                let count = schema.min_items.unwrap_or(1).clamp(1, MOST_ITEMS);
                let first = value(items, name, depth + 1);
                Value::Array((0..count).map(|number| another(&first, items, number)).collect())
            }
            _ => Value::Array(Vec::new()),
        },
        SchemaType::String | SchemaType::Any => Value::String(text(schema, name)),
        SchemaType::Integer => integer(schema, name),
        SchemaType::Number => number(schema),
        SchemaType::Boolean => Value::Bool(true),
        SchemaType::Null => Value::Null,
    }
}

/// The value, or where it is free another one of its kind for each number: items may have to differ.
fn another(value: &Value, schema: &Schema, number: u64) -> Value {
    if !schema.enumeration.is_empty() {
        return schema.enumeration[number as usize % schema.enumeration.len()].clone();
    }
    match value {
        Value::Number(first) if number > 0 => {
            let next = first.as_f64().unwrap_or_default() + number as f64;
            if schema.maximum.is_some_and(|most| next > most) {
                value.clone()
            } else if schema.kind == SchemaType::Integer {
                Value::from(next as i64)
            } else {
                Value::from(next)
            }
        }
        Value::String(first) if number > 0 && schema.format.is_none() && schema.pattern.is_none() => {
            let next = format!("{first}{number}");
            let fits = schema.max_length.is_none_or(|most| next.chars().count() as u64 <= most);
            if fits { Value::from(next) } else { value.clone() }
        }
        _ => value.clone(),
    }
}

fn object(schema: &Schema, depth: usize) -> Value {
    let mut members = Map::new();
    if depth < DEEPEST {
        for (name, property) in schema.properties.iter().filter(|(_, property)| !property.read_only) {
            // What was cut is unknown, so that it is only made up where it has to be there.
            if !property.cut || schema.required.contains(name) {
                members.insert(name.clone(), value(property, name, depth + 1));
            }
        }
    }
    Value::Object(members)
}

/// Whether a declared example can be used: documents often give `"1"` for an integer, an object without its required
/// properties, a value that is not permitted, or a placeholder such as `{userId}`.
fn fits(schema: &Schema, example: &Value) -> bool {
    let permitted = schema.enumeration.is_empty() || schema.enumeration.contains(example);
    let of_type = match schema.kind {
        SchemaType::Object => example.as_object().is_some_and(|members| {
            let writable = |name: &String| schema.properties.get(name).is_none_or(|property| !property.read_only);
            schema.required.iter().filter(|name| writable(name)).all(|name| members.contains_key(name))
        }),
        SchemaType::Array => example.is_array(),
        SchemaType::String => example.as_str().is_some_and(|text| !is_placeholder(text)),
        SchemaType::Integer => example.is_i64() || example.is_u64(),
        SchemaType::Number => example.is_number(),
        SchemaType::Boolean => example.is_boolean(),
        SchemaType::Null => example.is_null(),
        SchemaType::Any => true,
    };
    permitted && of_type
}

/// `{userId}`, `<userId>`: names of what is to be put there.
fn is_placeholder(text: &str) -> bool {
    let inner = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .or_else(|| text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')));
    inner.is_some_and(|inner| inner.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ')))
}

/// A number within the bounds, 1 if that is one.
fn integer(schema: &Schema, name: &str) -> Value {
    let wished: f64 = if name.to_ascii_lowercase().contains("year") { 2024.0 } else { 1.0 };
    let least = schema.minimum.map_or(f64::MIN, f64::ceil);
    let most = schema.maximum.map_or(f64::MAX, f64::floor);
    let value = if least > most { least } else { wished.clamp(least, most) };
    if value >= 0.0 { Value::from(value as u64) } else { Value::from(value as i64) }
}

fn number(schema: &Schema) -> Value {
    let least = schema.minimum.unwrap_or(f64::MIN);
    let most = schema.maximum.unwrap_or(f64::MAX);
    Value::from(if least > most { least } else { 1.0_f64.clamp(least, most) })
}

/// Texts by format; the addresses and names are those that RFC 2606 and RFC 5737 reserve for examples.
const BY_FORMAT: [(&str, &str); 22] = [
    ("uuid", "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
    ("guid", "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
    ("date", "2024-01-15"),
    ("date-time", "2024-01-15T12:00:00Z"),
    ("datetime", "2024-01-15T12:00:00Z"),
    ("time", "12:00:00Z"),
    ("duration", "P1D"),
    ("email", "user@example.com"),
    ("idn-email", "user@example.com"),
    ("uri", "https://example.com/"),
    ("url", "https://example.com/"),
    ("iri", "https://example.com/"),
    ("uri-reference", "/example"),
    ("hostname", "example.com"),
    ("ipv4", "192.0.2.1"),
    ("ip", "192.0.2.1"),
    ("ipv6", "2001:db8::1"),
    ("byte", "ZXhhbXBsZQ=="),
    ("binary", "example"),
    ("password", "Example-Passw0rd"),
    ("phone", "+12025550123"),
    ("json-pointer", "/example"),
];

/// Texts by a part of the name, in lower case without separators; the first that fits counts.
const BY_NAME: [(&str, &str); 26] = [
    ("email", "user@example.com"),
    ("password", "Example-Passw0rd"),
    ("username", "example"),
    ("login", "example"),
    ("uuid", "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
    ("firstname", "Alex"),
    ("lastname", "Example"),
    ("phone", "+12025550123"),
    ("website", "https://example.com/"),
    ("callback", "https://example.com/"),
    ("redirect", "https://example.com/"),
    ("url", "https://example.com/"),
    ("uri", "https://example.com/"),
    ("hostname", "example.com"),
    ("domain", "example.com"),
    ("datetime", "2024-01-15T12:00:00Z"),
    ("timestamp", "2024-01-15T12:00:00Z"),
    ("date", "2024-01-15"),
    ("country", "US"),
    ("currency", "USD"),
    ("language", "en"),
    ("locale", "en"),
    ("timezone", "UTC"),
    ("filename", "example.txt"),
    ("page", "1"),
    ("limit", "10"),
];

fn text(schema: &Schema, name: &str) -> String {
    let least = schema.min_length.unwrap_or(0).min(LONGEST_TEXT);
    let most = schema.max_length.unwrap_or(u64::MAX);
    let made = schema.pattern.as_deref().and_then(|pattern| matching(pattern, least.max(1).min(most), most));
    if let Some(made) = made {
        return made;
    }
    let format = schema.format.as_deref().unwrap_or_default().to_ascii_lowercase();
    if let Some((_, text)) = BY_FORMAT.iter().find(|(known, _)| *known == format) {
        return fitted(text, least, most);
    }
    fitted(by_name(name), least, most)
}

fn by_name(name: &str) -> &'static str {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    if plain == "id" || name.ends_with("_id") || name.ends_with("-id") || name.ends_with("Id") || name.ends_with("ID") {
        return "1";
    }
    BY_NAME.iter().find(|(part, _)| plain.contains(part)).map_or("example", |(_, text)| text)
}

/// A text made as long as the bounds want it.
fn fitted(text: &str, least: u64, most: u64) -> String {
    let length = text.chars().count() as u64;
    if length > most {
        return text.chars().take(most as usize).collect();
    }
    let missing = least.min(most).saturating_sub(length) as usize;
    format!("{text}{}", "a".repeat(missing))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn string() -> Schema {
        Schema::of(SchemaType::String)
    }

    #[test]
    fn declared_values_come_first_if_they_fit() {
        let declared = Schema { example: Some(json!("given")), ..string() };
        assert_eq!(example(&declared), json!("given"));
        let wrong = Schema { example: Some(json!("1")), ..Schema::of(SchemaType::Integer) };
        assert_eq!(example(&wrong), json!(1));
        let forbidden = Schema { example: Some(json!("c")), enumeration: vec![json!(null), json!("b")], ..string() };
        assert_eq!(example(&forbidden), json!("b"));
        let placeholder = Schema { example: Some(json!("{user_id}")), ..string() };
        assert_eq!(example_text(&placeholder, "user_id"), "1");
        let partial = Schema {
            example: Some(json!({"a": "x"})),
            required: vec!["a".into(), "b".into()],
            properties: [("a".into(), string()), ("b".into(), string())].into(),
            ..Schema::of(SchemaType::Object)
        };
        assert_eq!(example(&partial), json!({"a": "example", "b": "example"}));
    }

    #[test]
    fn values_keep_within_bounds() {
        for (least, most, expected) in [
            (None, None, 1),
            (Some(5.0), None, 5),
            (None, Some(-3.5), -4),
            (Some(0.2), Some(0.9), 1),
            (Some(1.5), Some(9.0), 2),
        ] {
            let schema = Schema { minimum: least, maximum: most, ..Schema::of(SchemaType::Integer) };
            assert_eq!(example(&schema), json!(expected), "{least:?} {most:?}");
        }
        let text = Schema { min_length: Some(10), max_length: Some(12), ..string() };
        assert_eq!(example_text(&text, ""), "exampleaaa");
        let text = Schema { max_length: Some(2), ..string() };
        assert_eq!(example_text(&text, ""), "ex");
        let pattern = Schema { pattern: Some("^[A-Z]{2}-[0-9]{3}$".into()), ..string() };
        assert_eq!(example_text(&pattern, "id"), "AA-111");
    }

    #[test]
    fn lists_hold_as_many_items_as_they_must() {
        let list = |least: u64, items: Schema| {
            let items = Some(Box::new(items));
            example(&Schema { min_items: Some(least), items, ..Schema::of(SchemaType::Array) })
        };
        assert_eq!(list(3, string()), json!(["example", "example1", "example2"]));
        assert_eq!(list(2, Schema::of(SchemaType::Integer)), json!([1, 2]));
        assert_eq!(list(3, Schema { enumeration: vec![json!("a"), json!("b")], ..string() }), json!(["a", "b", "a"]));
        assert_eq!(list(2, Schema { maximum: Some(1.0), ..Schema::of(SchemaType::Integer) }), json!([1, 1]));
        assert_eq!(list(0, string()), json!(["example"]));
        assert_eq!(list(u64::MAX, string()).as_array().map(Vec::len), Some(50));
    }

    #[test]
    fn texts_follow_format_then_name() {
        let format = |format: &str| Schema { format: Some(format.into()), ..string() };
        assert_eq!(example_text(&format("date"), "email"), "2024-01-15");
        assert_eq!(example_text(&format("unheard-of"), "user_email"), "user@example.com");
        assert_eq!(example_text(&string(), "userId"), "1");
        assert_eq!(example_text(&string(), "callback_url"), "https://example.com/");
        assert_eq!(example_text(&Schema::default(), "anything"), "example");
        assert_eq!(example_text(&Schema::of(SchemaType::Null), "x"), "1");
    }

    #[test]
    fn what_only_answers_hold_is_left_out() {
        let read_only = Schema { read_only: true, ..string() };
        let cut = Schema { cut: true, ..Schema::of(SchemaType::Object) };
        let schema = Schema {
            properties: [("id".into(), read_only), ("next".into(), cut.clone()), ("parent".into(), cut)].into(),
            required: vec!["parent".into()],
            ..Schema::of(SchemaType::Object)
        };
        assert_eq!(example(&schema), json!({"parent": {}}));
    }
}
