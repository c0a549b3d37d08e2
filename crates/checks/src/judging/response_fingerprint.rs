//! Whether two answers say the same, apart from our own payload in them and from what varies by request.

use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;

use crate::text::percent;

/// What an answer says: status, media type, where it redirects, and its text with payloads put back to the value they stand for
/// and with times and tokens taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseFingerprint {
    /// The status, 0 without a response.
    pub status: u16,
    media: String,
    location: String,
    text: String,
}

/// Times, durations, UUIDs, hashes and tokens.
static VOLATILE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        [0-9]{4}-[0-9]{2}-[0-9]{2}[T\ ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?
        | \b(Mon|Tue|Wed|Thu|Fri|Sat|Sun),\ [0-9]{2}\ [A-Za-z0-9_]{3}\ [0-9]{4}\ [0-9]{2}:[0-9]{2}:[0-9]{2}(\ GMT)?
        | \b[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?\b
        | \b[0-9]+(\.[0-9]+)?\ ?(ms|µs|us|s|seconds|milliseconds)\b
        | \b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b
        | \b0x[0-9a-fA-F]{6,}\b
        | [A-Za-z0-9_.-]{32,}
        | \b[0-9]{10,}(\.[0-9]+)?\b",
    )
    .ok()
});

impl ResponseFingerprint {
    /// The face of an exchange in which `payload` stands in the place of `value`.
    pub fn of(exchange: &Exchange, payload: &str, value: &str) -> ResponseFingerprint {
        ResponseFingerprint::of_all(exchange, &[payload], value)
    }

    /// The same for several texts of ours, put back in this order.
    pub fn of_all(exchange: &Exchange, payloads: &[&str], value: &str) -> ResponseFingerprint {
        let put_back = |text: &str| {
            let mut text = text.to_owned();
            for form in payloads.iter().flat_map(|payload| forms(payload)) {
                text = text.replace(&form, value);
            }
            VOLATILE.as_ref().map_or(text.clone(), |volatile| volatile.replace_all(&text, "~").into_owned())
        };
        ResponseFingerprint {
            status: exchange.status(),
            media: exchange.response().map(model::Response::media_type).unwrap_or_default(),
            location: put_back(exchange.header("location").unwrap_or("")),
            text: put_back(&exchange.text()),
        }
    }

    /// The face of an exchange as it is.
    pub fn plain(exchange: &Exchange) -> ResponseFingerprint {
        ResponseFingerprint::of(exchange, "", "")
    }

    /// Whether it is an answer that holds something: 2xx, and more than an empty list or object.
    pub fn has_content(&self) -> bool {
        (200..300).contains(&self.status) && !is_empty(&self.text)
    }

    /// The text, volatile parts replaced.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Whether a body says "nothing found": empty, or JSON whose lists are all empty.
fn is_empty(text: &str) -> bool {
    fn hollow(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Null => true,
            serde_json::Value::Array(items) => items.is_empty(),
            serde_json::Value::Object(fields) => {
                fields.is_empty() || fields.values().any(|v| v.as_array().is_some_and(Vec::is_empty))
            }
            _ => false,
        }
    }
    let text = text.trim();
    text.len() < 3 || serde_json::from_str(text).is_ok_and(|value| hollow(&value))
}

/// How a payload may come back: as it is, escaped for HTML (two dialects), for URLs (two dialects) and for JSON.
pub fn forms(payload: &str) -> Vec<String> {
    if payload.is_empty() {
        return Vec::new();
    }
    let html = |quote: &str, double: &str| {
        payload
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('\'', quote)
            .replace('"', double)
    };
    let json = serde_json::to_string(payload).unwrap_or_default();
    let inner = json.get(1..json.len().saturating_sub(1)).unwrap_or("").to_owned();
    let flask = inner.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").replace('\'', "\\u0027");
    let mut all = vec![
        payload.to_owned(),
        html("&#39;", "&#34;"),
        html("&#x27;", "&quot;"),
        html("'", "&quot;"),
        html("'", "\""),
        inner,
        flask,
        percent::encode(payload),
        percent::encode(payload).to_ascii_lowercase(),
        percent::encode(payload).replace("%20", "+"),
    ];
    all.dedup();
    // The longest first, so that no form leaves the rest of another.
    all.sort_by_key(|form| std::cmp::Reverse(form.len()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    #[test]
    fn an_echo_of_the_payload_is_not_a_difference() {
        let plain = answered("/", 200, &[("Content-Type", "text/html")], "<p>Results for tea</p>");
        let escaped =
            answered("/", 200, &[("Content-Type", "text/html")], "<p>Results for tea&#39; AND &#39;1&#39;=&#39;1</p>");
        assert_eq!(ResponseFingerprint::plain(&plain), ResponseFingerprint::of(&escaped, "tea' AND '1'='1", "tea"));
        let other = answered("/", 200, &[("Content-Type", "text/html")], "<p>Nothing for tea' AND '1'='1</p>");
        assert_ne!(ResponseFingerprint::plain(&plain), ResponseFingerprint::of(&other, "tea' AND '1'='1", "tea"));
    }

    #[test]
    fn times_and_tokens_are_not_a_difference() {
        let one = answered(
            "/",
            200,
            &[("Content-Type", "application/json")],
            r#"{"a":1,"at":"2026-01-02T03:04:05Z","took":"12 ms"}"#,
        );
        let two = answered(
            "/",
            200,
            &[("Content-Type", "application/json")],
            r#"{"a":1,"at":"2026-01-02T03:04:09Z","took":"7 ms"}"#,
        );
        assert_eq!(ResponseFingerprint::plain(&one), ResponseFingerprint::plain(&two));
    }

    #[test]
    fn empty_answers_hold_nothing() {
        for body in ["", "[]", "{}", "null", r#"{"items":[],"total":0}"#] {
            assert!(
                !ResponseFingerprint::plain(&answered("/", 200, &[("Content-Type", "application/json")], body))
                    .has_content(),
                "{body}"
            );
        }
        assert!(
            ResponseFingerprint::plain(&answered("/", 200, &[("Content-Type", "application/json")], r#"[{"id":1}]"#))
                .has_content()
        );
        assert!(
            !ResponseFingerprint::plain(&answered("/", 404, &[("Content-Type", "text/html")], "<p>not found</p>"))
                .has_content()
        );
    }
}
