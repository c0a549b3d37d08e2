//! Bodies as operations declare them: filled in like an ordinary client's, and written in the declared form.

use model::{Body, Request, Schema, SchemaType, Surface};
use serde_json::{Map, Value};

use crate::calling::harvested;
use crate::text::percent::encode;

/// What separates the parts of a multipart body. No value of ours holds it.
const BOUNDARY: &str = "middlebrick-7f3a9c51e2d8";

/// A value for a whole body that its schema allows: the declared example, or else what is required and what has an example of its
/// own, with ids that responses handed out. Where nothing is required, all that is declared, so that there is something in it.
pub fn filled(declared: &Body, surface: &Surface) -> Value {
    let mut value = openapi::example(&declared.schema);
    if declared.schema.example.as_ref() != Some(&value) {
        ordinary(&mut value, &declared.schema);
        with_known_ids(&mut value, &declared.schema, surface);
    }
    value
}

/// The same without what need not be there.
pub fn required(declared: &Body, surface: &Surface) -> Map<String, Value> {
    let Value::Object(mut fields) = filled(declared, surface) else { return Map::new() };
    fields.retain(|name, _| declared.schema.required.contains(name));
    fields
}

/// Leaves out optional members without an example, at every level, unless nothing would be left.
fn ordinary(value: &mut Value, schema: &Schema) {
    match value {
        Value::Object(members) => {
            let is_ordinary = |name: &str| {
                schema.required.iter().any(|required| required == name)
                    || schema.properties.get(name).is_some_and(|property| property.example.is_some())
            };
            if members.keys().any(|name| is_ordinary(name)) {
                members.retain(|name, _| is_ordinary(name));
            }
            for (name, member) in members {
                if let Some(property) = schema.properties.get(name).filter(|p| p.example.as_ref() != Some(member)) {
                    ordinary(member, property);
                }
            }
        }
        Value::Array(items) => {
            if let Some(item) = &schema.items {
                for value in items {
                    ordinary(value, item);
                }
            }
        }
        _ => {}
    }
}

/// Puts ids that are known to exist where other objects are named: `author_id` is an id of `/authors`.
fn with_known_ids(value: &mut Value, schema: &Schema, surface: &Surface) {
    let Value::Object(members) = value else { return };
    for (name, member) in members {
        let Some(property) = schema.properties.get(name) else { continue };
        let free = property.enumeration.is_empty() && property.example.is_none() && property.pattern.is_none();
        if free && let Some(known) = harvested::of_field(name, surface).iter().find_map(|id| fitting(id, property)) {
            *member = known;
        } else {
            with_known_ids(member, property, surface);
        }
    }
}

/// A text as a value of this schema, if it is one.
pub(super) fn fitting(text: &str, schema: &Schema) -> Option<Value> {
    match schema.kind {
        SchemaType::Integer => {
            let number: i64 = text.parse().ok()?;
            let within = schema.minimum.is_none_or(|least| number as f64 >= least)
                && schema.maximum.is_none_or(|most| number as f64 <= most);
            within.then(|| Value::from(number))
        }
        SchemaType::String => {
            let length = text.chars().count() as u64;
            let fits = schema.min_length.is_none_or(|least| length >= least)
                && schema.max_length.is_none_or(|most| length <= most)
                && (schema.format.as_deref() != Some("uuid") || length == 36);
            fits.then(|| Value::from(text))
        }
        _ => None,
    }
}

/// The request with this value as its body, in the declared form: a form, the parts of a multipart body, or JSON. Anything else is
/// sent as text.
#[must_use]
pub fn put(request: Request, media_type: &str, schema: &Schema, value: &Value) -> Request {
    let essence = media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-www-form-urlencoded" => request.body(&essence, form(value)),
        form if form.starts_with("multipart/") => {
            let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
            request.body(&media_type, multipart(schema, value))
        }
        "" | "*/*" | "application/*" => request.body("application/json", value.to_string()),
        json if json.ends_with("json") => request.body(media_type, value.to_string()),
        _ => request.body(media_type, text(value)),
    }
}

/// The request with a word of its query or form under an operator, as PHP and Express read objects: `name[$ne]=word`.
#[must_use]
pub fn with_operator(mut request: Request, name: &str, word: &str, operator: &str) -> Request {
    let plain = format!("{}={word}", encode(name));
    let nested = format!("{}%5B{operator}%5D={word}", encode(name));
    request.target = request.target.replacen(&plain, &nested, 1);
    if let Ok(form) = std::str::from_utf8(&request.body) {
        request.body = form.replacen(&plain, &nested, 1).into_bytes();
    }
    request
}

fn form(value: &Value) -> String {
    let pairs: Vec<String> =
        members(value).map(|(name, value)| format!("{}={}", encode(name), encode(&text(value)))).collect();
    pairs.join("&")
}

/// Names and values one by one; a list gives its name to each item.
fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().flat_map(|(name, value)| {
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        items.iter().map(move |item| (name.as_str(), item))
    })
}

/// RFC 7578: what is declared as binary is a file.
fn multipart(schema: &Schema, value: &Value) -> String {
    let mut body = String::new();
    for (name, value) in members(value) {
        let quoted = name.replace('"', "%22").replace(['\r', '\n'], "");
        body.push_str(&format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{quoted}\""));
        if schema.properties.get(name).is_some_and(is_file) {
            body.push_str("; filename=\"example.txt\"\r\nContent-Type: text/plain");
        }
        body.push_str(&format!("\r\n\r\n{}\r\n", text(value)));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    body
}

fn is_file(schema: &Schema) -> bool {
    let binary = |schema: &Schema| schema.format.as_deref() == Some("binary");
    binary(schema) || schema.items.as_deref().is_some_and(binary)
}

/// A value as a form field or a text holds it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use model::{Method, Origin, Scheme};
    use serde_json::json;

    use super::*;

    fn body(media_type: &str, required: &[&str], properties: &[(&str, Schema)]) -> Body {
        let schema = Schema {
            required: required.iter().map(|name| (*name).to_owned()).collect(),
            properties: properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect(),
            ..Schema::of(SchemaType::Object)
        };
        Body { media_type: media_type.to_owned(), schema, required: true }
    }

    fn sent(declared: &Body) -> (String, String) {
        let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let value = filled(declared, &Surface::default());
        let request = put(Request::new(Method::POST, &origin, "/"), &declared.media_type, &declared.schema, &value);
        let media_type = request.header_value("content-type").unwrap_or("").to_owned();
        (media_type, String::from_utf8(request.body).unwrap())
    }

    fn string() -> Schema {
        Schema::of(SchemaType::String)
    }

    #[test]
    fn optional_members_without_an_example_are_left_out() {
        let shown = Schema { example: Some(json!("tea")), ..string() };
        let properties = [("name", string()), ("note", string()), ("kind", shown)];
        let all = Surface::default();
        assert_eq!(
            filled(&body("application/json", &["name"], &properties), &all),
            json!({"kind": "tea", "name": "example"})
        );
        let none = filled(&body("application/json", &[], &properties[..2]), &all);
        assert_eq!(none, json!({"name": "example", "note": "example"}), "an empty object says nothing");
        let inner = body("", &["a"], &[("a", string()), ("b", string())]).schema;
        let outer = body("application/json", &["in"], &[("in", inner)]);
        assert_eq!(filled(&outer, &all), json!({"in": {"a": "example"}}));
        assert_eq!(required(&body("application/json", &["name"], &properties), &all).len(), 1);
    }

    #[test]
    fn other_objects_are_named_by_ids_that_exist() {
        let mut surface = Surface::default();
        surface.harvested.insert("authors/id".to_owned(), vec!["41".into()]);
        let integer = Schema::of(SchemaType::Integer);
        let small = Schema { maximum: Some(9.0), ..integer.clone() };
        let of = |name: &str, schema: &Schema| {
            filled(&body("application/json", &[name], &[(name, schema.clone())]), &surface)
        };
        assert_eq!(of("author_id", &integer), json!({"author_id": 41}));
        assert_eq!(of("authorId", &string()), json!({"authorId": "41"}));
        assert_eq!(of("author_id", &small), json!({"author_id": 1}), "out of its bounds");
        assert_eq!(of("editor_id", &integer), json!({"editor_id": 1}));
    }

    #[test]
    fn bodies_are_written_as_declared() {
        let list = Schema { items: Some(Box::new(string())), ..Schema::of(SchemaType::Array) };
        let properties = [("a b", string()), ("tags", list)];
        let of = |media: &str| sent(&body(media, &["a b", "tags"], &properties));
        assert_eq!(of("application/merge-patch+json").1, r#"{"a b":"example","tags":["example"]}"#);
        assert_eq!(of("*/*").0, "application/json");
        let form = of("application/x-www-form-urlencoded");
        assert_eq!(form.1, "a%20b=example&tags=example");
        assert_eq!(sent(&Body { schema: string(), ..body("text/plain", &[], &[]) }).1, "example");
    }

    #[test]
    fn files_are_parts_with_a_file_name() {
        let file = Schema { format: Some("binary".to_owned()), ..string() };
        let (media_type, body) =
            sent(&body("multipart/form-data", &["file", "title"], &[("file", file), ("title", string())]));
        assert_eq!(media_type, format!("multipart/form-data; boundary={BOUNDARY}"));
        let parts: Vec<&str> = body.split(&format!("--{BOUNDARY}")).collect();
        assert!(
            parts[1].contains("name=\"file\"; filename=\"example.txt\"")
                && parts[2].contains("name=\"title\"\r\n\r\nexample\r\n")
        );
        assert_eq!((parts.len(), parts[3]), (4, "--\r\n"));
    }
}
