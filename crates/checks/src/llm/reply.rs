//! What a language model replied, and what it counted.

use std::collections::BTreeMap;

use model::Exchange;
use serde_json::Value;

/// The text of the model in an answer, whatever its form: JSON, an event stream, lines of JSON, a page, plain text. What repeats
/// `sent` is taken out.
pub(super) fn text(exchange: &Exchange, sent: &str) -> String {
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

/// `data: {...}` events or lines of JSON, or events of plain text, their pieces put together. What stands under no name that models
/// use is the longest of what the events say under any one name.
fn stream(raw: &str, sent: &str) -> Option<String> {
    const LINES: usize = 5_000;
    let data = |line: &str| line.strip_prefix("data:").map(|rest| rest.strip_prefix(' ').unwrap_or(rest).to_owned());
    let is_of_events = raw.lines().any(|line| line.starts_with("data:"));
    let (mut whole, mut plain, mut any) = (String::new(), String::new(), false);
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for line in raw.lines().take(LINES) {
        let payload = data(line).unwrap_or_else(|| line.trim().to_owned());
        match serde_json::from_str::<Value>(payload.trim()) {
            Ok(json) => {
                let mut parts = Vec::new();
                collect(&json, sent, &mut parts, 0);
                whole.push_str(&parts.concat());
                by_name(&json, "", &mut named, 0);
                any |= json.is_object();
            }
            Err(_) if line.starts_with("data:") && payload.trim() != "[DONE]" => plain.push_str(&payload),
            Err(_) => {}
        }
    }
    let longest = || named.into_values().max_by_key(String::len).map(|text| text.replace(sent, "")).unwrap_or_default();
    if any {
        Some(if whole.is_empty() { longest() } else { whole })
    } else {
        (is_of_events && !plain.is_empty()).then_some(plain)
    }
}

/// Adds the texts of an event to what earlier ones said under the same names.
fn by_name(json: &Value, name: &str, named: &mut BTreeMap<String, String>, depth: usize) {
    const NAMES: usize = 50;
    if depth > 8 {
        return;
    }
    match json {
        Value::String(text) if named.len() < NAMES || named.contains_key(name) => {
            named.entry(name.to_owned()).or_default().push_str(text);
        }
        Value::Array(items) => items.iter().for_each(|item| by_name(item, name, named, depth + 1)),
        Value::Object(fields) => {
            for (inner, value) in fields {
                by_name(value, &format!("{name}.{inner}"), named, depth + 1);
            }
        }
        _ => {}
    }
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
    use super::*;
    use crate::samples::answered;

    #[test]
    fn replies_are_read_in_every_form() {
        let said = |media: &str, body: &str| text(&answered("/", 200, &[("Content-Type", media)], body), "the prompt");
        assert_eq!(said("application/json", r#"{"choices":[{"message":{"role":"assistant","content":"hi"}}]}"#), "hi");
        assert_eq!(said("application/json", r#"{"reply":"hi","id":"abc"}"#), "hi");
        assert_eq!(
            said(
                "text/event-stream",
                "data: {\"choices\":[{\"delta\":{\"content\":\"h\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"i\"}}]}\n\ndata: [DONE]\n"
            ),
            "hi"
        );
        let own_key = "event: piece\ndata: {\"id\": \"a1\", \"w\": \"good \"}\n\ndata: {\"id\": \"a1\", \"w\": \"morning\"}\n\ndata: {}\n";
        assert_eq!(said("text/event-stream", own_key), "good morning");
        assert_eq!(said("text/event-stream", "data: h\n\ndata: i\n\ndata: [DONE]\n"), "hi");
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
