//! What differs from response to response by nature: ids of requests, times, tokens. Two bodies that differ in nothing else are the same.

use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;
use serde_json::Value;

use super::soft_404;

/// Names of fields whose value is of one request alone, without separators and in lower case.
const NAMES: [&str; 22] = [
    "requestid",
    "reqid",
    "rid",
    "traceid",
    "trace",
    "spanid",
    "correlationid",
    "transactionid",
    "operationid",
    "incidentid",
    "rayid",
    "nonce",
    "csrf",
    "csrftoken",
    "ts",
    "time",
    "timestamp",
    "date",
    "datetime",
    "servertime",
    "elapsed",
    "duration",
];

/// Whether two responses are the same page, their own path and what is volatile left out. For a comparison with a path that does not
/// exist: two objects of a collection may differ in nothing but such parts.
pub fn same_page(one: &Exchange, other: &Exchange) -> bool {
    if soft_404::alike(one, other) {
        return true;
    }
    let (Some(a), Some(b)) = (one.response(), other.response()) else { return false };
    if a.status != b.status || a.media_type() != b.media_type() {
        return false;
    }
    match (one.json().as_deref(), other.json().as_deref()) {
        (Some(a), Some(b)) => same(a, b, [one.request.path(), other.request.path()]),
        (None, None) => {
            let (a, b) = (steady(&one.text()), steady(&other.text()));
            !a.is_empty() && soft_404::similarity(&a, &b) > SIMILAR
        }
        _ => false,
    }
}

/// Share of words in common from which two texts are the same, as for whole pages.
const SIMILAR: f64 = 0.85;

fn same(one: &Value, other: &Value, paths: [&str; 2]) -> bool {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(name, value)| {
                    b.get(name).is_some_and(|other| is_volatile_name(name) || same(value, other, paths))
                })
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, paths)),
        (Value::String(a), Value::String(b)) => {
            a == b || is_volatile(a) && is_volatile(b) || without(a, paths[0]) == without(b, paths[1])
        }
        (Value::Number(a), Value::Number(b)) => a == b || is_volatile(&a.to_string()) && is_volatile(&b.to_string()),
        _ => one == other,
    }
}

fn without(text: &str, path: &str) -> String {
    if path.len() > 1 { text.replace(path, "") } else { text.to_owned() }
}

/// The words of a text without those that have a digit in them: ids and times come in every form.
fn steady(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|w| !w.contains(|c: char| c.is_ascii_digit())).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Whether a field of this name is of one request alone.
pub fn is_volatile_name(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    NAMES.contains(&plain.to_ascii_lowercase().as_str())
}

/// Whether a text has the form of an id, a time or a token: a UUID, hexadecimal digits, a long number, a date with time.
pub fn is_volatile(text: &str) -> bool {
    static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)^[\W_]*(?:
              [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
            | [0-9a-f]*[0-9][0-9a-f]{11,} | [0-9]{6,}(?:\.[0-9]+)?
            | [0-9]{4}-[0-9]{2}-[0-9]{2}[T\x20][0-9]{2}:[0-9]{2}.*
            )[\W_]*$",
        )
        .ok()
    });
    FORMS.as_ref().is_some_and(|forms| forms.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn ids_and_times_do_not_make_another_page() {
        let page = |path: &str, body: &str| exchange(path, 200, body);
        let one = page(
            "/a",
            r#"{"ok":false,"path":"/a","requestId":"k1","ts":17.5,"hash":"0cc175b9c0f1b6a831c399e269772661"}"#,
        );
        let two = page(
            "/b",
            r#"{"ok":false,"path":"/b","requestId":"z9","ts":18.1,"hash":"92eb5ffee6ae2fec3ad71c777531578f"}"#,
        );
        assert!(same_page(&one, &two));
        for other in [
            r#"{"ok":true,"path":"/b","requestId":"z9","ts":18.1,"hash":"92eb5ffee6ae2fec3ad71c777531578f"}"#,
            r#"{"ok":false,"path":"/b","requestId":"z9","ts":18.1,"hash":"salt"}"#,
            r#"{"ok":false,"rides":[1,2,3]}"#,
        ] {
            assert!(!same_page(&one, &page("/b", other)), "{other}");
        }
    }

    #[test]
    fn words_and_small_numbers_are_not_volatile() {
        for text in ["3f2504e0-4f89-11d3-9a0c-0305e82c3301", "d41d8cd98f00b204", "1764590000", "2026-12-01T10:00:00Z"] {
            assert!(is_volatile(text), "{text}");
        }
        for text in ["", "effaced", "decade", "42", "1999", "not found", "2026-12-01"] {
            assert!(!is_volatile(text), "{text}");
        }
    }
}
