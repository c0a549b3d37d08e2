//! Recognising the endpoint of a language model before anything is sent to it, asking it, and reading its reply.
//!
//! Only what is declared or shown counts: path words, summary, fields of the request, fields of the declared answer.

use std::sync::LazyLock;

use model::{Body, Exchange, Method, Operation, Parameter, ParameterIn, Request, Schema, SchemaType, Surface};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::OperationProbe;
use crate::calling::{body, request};
use crate::vocabulary::{self, Meaning};

/// Most endpoints that are asked.
pub(super) const MOST: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    Path,
    Text,
    Field,
    Answer,
}

#[derive(Debug, Deserialize)]
struct Row {
    place: Place,
    #[serde(default)]
    weight: u32,
    words: Vec<String>,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

impl Row {
    fn says(&self, text: &str) -> bool {
        match self.place {
            Place::Path | Place::Text => vocabulary::words(text).any(|word| self.words.contains(&word)),
            Place::Field | Place::Answer => self.words.contains(&text.to_ascii_lowercase()),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Table {
    sign: Vec<Row>,
    never: Vec<Row>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    #[allow(clippy::expect_used)] // compiled in; a test reads it
    toml::from_str(include_str!("data/endpoints.toml")).expect("data/endpoints.toml is valid")
});

/// The operation's place among the endpoints of language models, the most certain first, then as on the surface; `None` when it
/// is not one of the first [`MOST`].
pub(super) fn rank(operation: &Operation, surface: &Surface) -> Option<usize> {
    certainty(operation)?; // most operations are none, and ranking looks at all
    ranked(surface).iter().position(|o| **o == *operation)
}

/// How many endpoints are asked.
pub(super) fn count(surface: &Surface) -> usize {
    ranked(surface).len()
}

fn ranked(surface: &Surface) -> Vec<&Operation> {
    let mut all: Vec<(u32, &Operation)> =
        surface.operations.iter().filter_map(|o| certainty(o).map(|c| (c, o.as_ref()))).collect();
    all.sort_by_key(|(certainty, _)| std::cmp::Reverse(*certainty));
    all.into_iter().take(MOST).map(|(_, operation)| operation).collect()
}

/// The sum of the signs, when there are enough, one of them strong: a word that means little else, or a declared answer.
fn certainty(operation: &Operation) -> Option<u32> {
    const ENOUGH: u32 = 3;
    // By the path alone: `createChatCompletion` creates no more than text.
    let destructive = vocabulary::says(&operation.path, Meaning::Destructive);
    if destructive || operation.method != Method::POST && operation.method != Method::GET {
        return None;
    }
    let fields = fields(operation);
    let never = |place: Place, text: &str| TABLE.never.iter().any(|row| row.place == place && row.says(text));
    if never(Place::Path, &operation.path) || fields.iter().any(|f| never(Place::Field, f)) {
        return None;
    }
    let weight = |place: Place, text: &str| {
        TABLE.sign.iter().filter(|row| row.place == place && row.says(text)).map(|row| row.weight).max().unwrap_or(0)
    };
    let heaviest = |place: Place, texts: &[String]| texts.iter().map(|t| weight(place, t)).max().unwrap_or(0);
    let segments: Vec<String> = vocabulary::words(&operation.path).collect();
    let path = segments.iter().map(|word| weight(Place::Path, word)).sum::<u32>().min(3);
    let said = format!("{} {}", operation.summary, operation.id.as_deref().unwrap_or(""));
    let text = weight(Place::Text, &said);
    let field = heaviest(Place::Field, &fields);
    let response = heaviest(Place::Answer, &responses(operation));
    let strong = response > 0 || text > 1 || field > 1 || heaviest(Place::Path, &segments) > 1;
    let takes_prompt = field > 0 || operation.method == Method::POST && operation.body.is_none();
    let sum = path + text + field + response;
    (takes_prompt && strong && sum >= ENOUGH).then_some(sum)
}

/// Names of what a client may send.
fn fields(operation: &Operation) -> Vec<String> {
    let query = operation.parameters_in(ParameterIn::Query).map(|p| p.name.clone());
    let body = operation.body.iter().flat_map(|body| body.schema.properties.keys().cloned());
    query.chain(body).collect()
}

/// Names of what the declared good answers hold, two levels deep.
fn responses(operation: &Operation) -> Vec<String> {
    let good = operation.responses.iter().filter(|r| r.status.starts_with('2') || r.status == "default");
    let properties = good.filter_map(|r| r.schema.as_ref()).flat_map(|s| &s.properties);
    properties.flat_map(|(name, inner)| std::iter::once(name.clone()).chain(inner.properties.keys().cloned())).collect()
}

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
        Some(declared) => {
            (declared.media_type.as_str(), filled(declared, body::required(declared, probe.surface), text, system)?)
        }
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

/// The field of a request body that carries the prompt, with its schema: `messages`, or the most telling text.
pub(super) fn carrying(schema: &Schema) -> Option<(&str, &Schema)> {
    schema
        .properties
        .get_key_value("messages")
        .or_else(|| schema.properties.get_key_value(carrier(schema)?))
        .map(|(name, field)| (name.as_str(), field))
}

fn carrier(schema: &Schema) -> Option<&String> {
    CARRIERS.iter().find_map(|name| schema.properties.keys().find(|key| key.eq_ignore_ascii_case(name)))
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
fn filled(declared: &Body, mut body: Map<String, Value>, text: &str, system: Option<&str>) -> Option<Value> {
    let schema = &declared.schema;
    let list = schema.properties.get("messages").filter(|s| matches!(s.kind, SchemaType::Array | SchemaType::Any));
    if let Some(list) = list {
        let texts = list.items.as_ref().is_some_and(|item| item.kind == SchemaType::String);
        body.insert("messages".to_owned(), if texts { json!([text]) } else { messages(text, system) });
        if texts && system.is_some() {
            return None;
        }
    } else {
        let name = carrier(schema)?;
        body.insert(name.clone(), Value::String(text.to_owned()));
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
    let name = carrier(&declared.schema)?;
    Some(probe.request_with_fields(&[(name, Value::String(text.to_owned()))]))
}

/// The text of the model in an answer, whatever its form: JSON, an event stream, lines of JSON, a page, plain text. What repeats
/// `sent` is taken out.
pub(super) fn reply(exchange: &Exchange, sent: &str) -> String {
    const LONGEST: usize = 64 * 1024;
    let raw = exchange.text();
    let raw = &raw[..raw.floor_char_boundary(LONGEST)];
    let text = if exchange.is_html() {
        page(raw)
    } else if let Some(json) = exchange.json().as_deref() {
        let mut parts = Vec::new();
        collect(json, sent, &mut parts, 0);
        parts.join("\n")
    } else {
        stream(raw, sent).unwrap_or_else(|| raw.to_owned())
    };
    text.replace(sent, "").trim().to_owned()
}

/// Fields under which the words of a model stand.
const SPOKEN: [&str; 13] = [
    "content",
    "text",
    "reply",
    "answer",
    "response",
    "output",
    "output_text",
    "completion",
    "message",
    "result",
    "generated_text",
    "delta",
    "data",
];

fn collect(json: &Value, sent: &str, parts: &mut Vec<String>, depth: usize) {
    if depth > 8 || parts.len() > 200 {
        return;
    }
    match json {
        Value::String(text) if !text.contains(sent) || sent.is_empty() => parts.push(text.clone()),
        Value::String(text) => parts.push(text.replace(sent, "")),
        Value::Array(items) => items.iter().for_each(|item| collect(item, sent, parts, depth + 1)),
        Value::Object(object) => {
            for (name, value) in object {
                let spoken = SPOKEN.contains(&name.to_ascii_lowercase().as_str());
                if spoken || value.is_object() || value.is_array() {
                    collect(value, sent, parts, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// `data: {...}` events or lines of JSON, their pieces put together.
fn stream(raw: &str, sent: &str) -> Option<String> {
    let lines = raw.lines().map(|line| line.strip_prefix("data:").unwrap_or(line).trim());
    let mut whole = String::new();
    let mut any = false;
    for json in lines.take(5_000).filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let mut parts = Vec::new();
        collect(&json, sent, &mut parts, 0);
        whole.push_str(&parts.concat());
        any |= json.is_object();
    }
    any.then_some(whole)
}

fn page(html: &str) -> String {
    let document = crate::text::html::parse(html);
    let hidden = |node: &scraper::ElementRef<'_>| matches!(node.value().name(), "script" | "style" | "head");
    let words = document.tree.nodes().filter_map(|node| {
        let text = node.value().as_text()?;
        let in_hidden = node.ancestors().filter_map(scraper::ElementRef::wrap).any(|e| hidden(&e));
        (!in_hidden).then_some(&**text)
    });
    words.collect::<String>()
}

/// Fields that count tokens or money, as `name=value`, wherever they stand in a JSON answer.
pub(super) fn usage(exchange: &Exchange) -> Vec<String> {
    const COUNTERS: [&str; 12] = [
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "input_tokens",
        "output_tokens",
        "tokens_used",
        "prompt_eval_count",
        "eval_count",
        "cost",
        "cost_usd",
        "total_cost",
        "prompttokencount",
    ];
    let mut found = Vec::new();
    if let Some(json) = exchange.json().as_deref() {
        crate::vocabulary::fields::walk(json, &mut |field| {
            if field.value.is_number() && COUNTERS.contains(&field.name.to_ascii_lowercase().as_str()) {
                found.push(format!("{}={}", field.path, field.value));
            }
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use model::{DeclaredResponse, Source};

    use super::*;
    use crate::samples::answered;

    fn object(names: &[&str]) -> Schema {
        let mut schema = Schema::of(SchemaType::Object);
        for name in names {
            schema.properties.insert((*name).to_owned(), Schema::of(SchemaType::String));
        }
        schema
    }

    fn post(path: &str, summary: &str, takes: &[&str], responses: &[&str]) -> Option<u32> {
        let mut operation = Operation::undeclared(Method::POST, path, Source::Specification);
        summary.clone_into(&mut operation.summary);
        operation.body = (!takes.is_empty()).then(|| Body {
            media_type: "application/json".to_owned(),
            schema: object(takes),
            required: true,
        });
        operation.responses = vec![DeclaredResponse {
            status: "200".to_owned(),
            media_type: Some("application/json".to_owned()),
            schema: Some(object(responses)),
        }];
        certainty(&operation)
    }

    #[test]
    fn the_table_is_honest() {
        for row in TABLE.sign.iter().chain(&TABLE.never) {
            assert!(row.says(&row.hit), "{:?} misses {}", row.place, row.hit);
            assert!(!row.says(&row.miss), "{:?} hits {}", row.place, row.miss);
        }
    }

    #[test]
    fn models_are_told_from_people() {
        assert!(post("/v1/chat/completions", "", &[], &[]).is_some());
        assert!(post("/api/chat", "Ask the shop assistant", &["messages"], &["choices"]).is_some());
        assert!(post("/ask", "", &["question"], &["answer"]).is_some());
        assert!(post("/api/generate", "", &["prompt"], &[]).is_some());
        assert!(post("/api/chat", "", &["message"], &["id", "created_at"]).is_none(), "a chat between people");
        assert!(post("/api/chat", "Send a message", &["message", "recipient"], &["reply"]).is_none());
        assert!(post("/ask", "Ask a question", &["question", "title"], &["id"]).is_none(), "a forum");
        assert!(post("/api/messages", "", &["message"], &["id"]).is_none());
        assert!(post("/v1/images/generations", "", &["prompt"], &[]).is_none());
        assert!(post("/chat", "", &[], &[]).is_none());
        assert!(post("/search", "", &["query"], &["results"]).is_none());
    }

    #[test]
    fn a_prompt_takes_its_field_and_leaves_the_rest() {
        let of = |schema: &Schema, system: Option<&str>| {
            let schema = schema.clone();
            let declared = Body { media_type: "application/json".to_owned(), schema, required: true };
            filled(&declared, body::required(&declared, &Surface::default()), "hello", system)
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

    #[test]
    fn replies_are_read_in_every_form() {
        let said = |media: &str, body: &str| reply(&answered("/", 200, &[("Content-Type", media)], body), "the prompt");
        assert_eq!(said("application/json", r#"{"choices":[{"message":{"role":"assistant","content":"hi"}}]}"#), "hi");
        assert_eq!(said("application/json", r#"{"reply":"hi","id":"abc"}"#), "hi");
        assert_eq!(
            said(
                "text/event-stream",
                "data: {\"choices\":[{\"delta\":{\"content\":\"h\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"i\"}}]}\n\ndata: [DONE]\n"
            ),
            "hi"
        );
        assert_eq!(said("application/x-ndjson", "{\"response\":\"h\"}\n{\"response\":\"i\"}\n"), "hi");
        assert_eq!(said("text/html", "<head><title>t</title></head><script>x</script><p>hi</p>"), "hi");
        assert_eq!(said("text/plain", "hi"), "hi");
        assert_eq!(said("application/json", r#"{"json":{"message":"the prompt"}}"#), "", "an echo says nothing");
    }

    #[test]
    fn tokens_are_counted_wherever_they_stand() {
        let json = answered("/", 200, &[], r#"{"usage":{"total_tokens":7},"price":3}"#);
        assert_eq!(usage(&json), ["usage.total_tokens=7"]);
    }
}
