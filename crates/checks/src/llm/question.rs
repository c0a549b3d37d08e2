//! A prompt as a request: in the field or parameter of the endpoint that takes it.

use model::{Body, Method, Operation, Parameter, ParameterIn, Request, Schema, SchemaType, Source};
use serde_json::{Map, Value, json};

use crate::OperationProbe;
use crate::calling::{body, request};

/// One prompt, as a user would send it; `system` goes before it as a system message where the endpoint takes a list of messages.
/// `None` when the endpoint shows no place for it.
pub(super) fn prompt(probe: &OperationProbe<'_>, text: &str, system: Option<&str>) -> Option<Request> {
    let operation = probe.operation;
    if operation.method == Method::GET {
        let parameter = operation.parameters_in(ParameterIn::Query).find(|p| takes_prompt(p))?;
        return system.is_none().then(|| probe.request_with(&[request::Value::of(parameter, text)]));
    }
    let (media, body) = match &operation.body {
        None => ("application/json", undeclared(text, system)),
        Some(declared) if is_form(declared) => {
            return system.is_none().then(|| form(probe, declared, text)).flatten();
        }
        Some(declared) => (
            declared.media_type.as_str(),
            filled(declared, operation, body::required(declared, probe.surface), text, system)?,
        ),
    };
    let shown = text.get(..text.floor_char_boundary(200)).unwrap_or(text);
    Some(probe.request().altered("body", "prompt", shown).body(media, body.to_string()))
}

fn takes_prompt(parameter: &Parameter) -> bool {
    CARRIERS.contains(&parameter.name.to_ascii_lowercase().as_str())
}

/// Fields that carry the prompt, the most telling first.
const CARRIERS: [&str; 12] = [
    "prompt",
    "message",
    "question",
    "query",
    "input",
    "text",
    "content",
    "user_input",
    "instruction",
    "msg",
    "q",
    "chat",
];

/// The field of a request body that carries the prompt, with its schema: `messages`, or the most telling text; in a call of a script
/// the only text, whatever its name.
pub(super) fn carrying<'a>(body: &'a Body, operation: &Operation) -> Option<(&'a str, &'a Schema)> {
    let properties = &body.schema.properties;
    let known = CARRIERS.iter().find_map(|name| properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)));
    let mut texts = properties.iter().filter(|(_, field)| field.kind == SchemaType::String && field.example.is_none());
    let only = texts.next().filter(|_| texts.next().is_none() && operation.source == Source::Script);
    let field = properties.get_key_value("messages").or(known).or(only);
    field.map(|(name, schema)| (name.as_str(), schema))
}

/// Nothing is known of the body: the fields that handlers read, together.
fn undeclared(text: &str, system: Option<&str>) -> Value {
    json!({"messages": messages(text, system), "message": text, "prompt": text})
}

fn messages(text: &str, system: Option<&str>) -> Value {
    let mut all: Vec<Value> = system.iter().map(|system| json!({"role": "system", "content": system})).collect();
    all.push(json!({"role": "user", "content": text}));
    Value::Array(all)
}

/// What is required, filled with examples, and the prompt in its field.
fn filled(
    declared: &Body,
    operation: &Operation,
    mut body: Map<String, Value>,
    text: &str,
    system: Option<&str>,
) -> Option<Value> {
    let (name, field) = carrying(declared, operation)?;
    if name == "messages" && matches!(field.kind, SchemaType::Array | SchemaType::Any) {
        let list = field;
        let texts = list.items.as_ref().is_some_and(|item| item.kind == SchemaType::String);
        body.insert("messages".to_owned(), if texts { json!([text]) } else { messages(text, system) });
        if texts && system.is_some() {
            return None;
        }
    } else {
        body.insert(name.to_owned(), Value::String(text.to_owned()));
        if system.is_some() {
            return None;
        }
    }
    // A reply in one piece, long enough to tell.
    if body.contains_key("stream") {
        body.insert("stream".to_owned(), Value::Bool(false));
    }
    for limit in ["max_tokens", "max_new_tokens", "max_output_tokens"] {
        if body.contains_key(limit) {
            body.insert(limit.to_owned(), Value::from(256));
        }
    }
    Some(Value::Object(body))
}

fn is_form(body: &Body) -> bool {
    body.media_type == "application/x-www-form-urlencoded"
}

fn form(probe: &OperationProbe<'_>, declared: &Body, text: &str) -> Option<Request> {
    let (name, _) = carrying(declared, probe.operation)?;
    Some(probe.request_with_fields(&[(name, Value::String(text.to_owned()))]))
}

#[cfg(test)]
mod tests {
    use model::Surface;

    use super::*;

    fn object(names: &[&str]) -> Schema {
        let mut schema = Schema::of(SchemaType::Object);
        for name in names {
            schema.properties.insert((*name).to_owned(), Schema::of(SchemaType::String));
        }
        schema
    }

    #[test]
    fn a_prompt_takes_its_field_and_leaves_the_rest() {
        let of = |schema: &Schema, system: Option<&str>| {
            let schema = schema.clone();
            let declared = Body { media_type: "application/json".to_owned(), schema, required: true };
            let operation = crate::samples::operation(Method::POST, "/chat");
            filled(&declared, &operation, body::required(&declared, &Surface::default()), "hello", system)
        };
        let mut schema = object(&["prompt", "model", "user"]);
        schema.required = vec!["prompt".to_owned(), "model".to_owned()];
        let body = of(&schema, None).unwrap();
        assert_eq!(body["prompt"], "hello");
        assert!(body.get("model").is_some() && body.get("user").is_none());
        let mut list = object(&[]);
        list.properties.insert("messages".to_owned(), Schema::of(SchemaType::Array));
        let body = of(&list, Some("be brief")).unwrap();
        assert_eq!(body["messages"][1]["content"], "hello");
        assert_eq!(body["messages"][0]["role"], "system");
        assert!(of(&object(&["title"]), None).is_none());
    }
}
