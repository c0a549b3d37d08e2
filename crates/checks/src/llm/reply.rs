//! What a language model replied, and what it counted.

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
