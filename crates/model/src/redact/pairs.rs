//! Names and values that stand apart: elements, attributes, objects that label a value.

use std::ops::Range;

use super::names::Kind;
use super::parts::{LONGEST_VALUE, push};
use super::scan::{back_over, is_name, skip, within};
use super::value::{AROUND, inner, valued};
use super::values;

/// What calls the value beside it by name.
const LABELS: [&str; 17] = [
    "name",
    "key",
    "id",
    "label",
    "field",
    "param",
    "parameter",
    "variable",
    "property",
    "setting",
    "header",
    "type",
    "format",
    "itemprop",
    "title",
    "k",
    "attribute",
];

/// Longest tag that is read, in bytes.
const TAG: usize = 2_000;

/// `<password>…</password>` and cells side by side: `<td>API key</td><td>…</td>`. Whether the name was one of these.
pub(super) fn element(text: &str, name: &Range<usize>, kind: Kind, found: &mut Vec<Range<usize>>) -> bool {
    let bytes = text.as_bytes();
    let prefix = back_over(bytes, name.start.saturating_sub(40), name.start, |b| is_name(b) || b == b':');
    let opens = prefix.checked_sub(1).is_some_and(|at| bytes[at] == b'<');
    if opens {
        let end = within(bytes, name.end, TAG, |b| b != b'>' && b != b'<');
        if bytes.get(end) == Some(&b'>') && bytes[end - 1] != b'/' {
            content(text, end + 1, kind, found);
        }
        // Attributes of the element may be pairs of their own.
        return bytes.get(name.end) == Some(&b'>');
    }
    cell(text, name, kind, found)
}

/// What an element holds.
fn content(text: &str, at: usize, kind: Kind, found: &mut Vec<Range<usize>>) {
    let Some(rest) = text.get(at..) else { return };
    let start = rest.len() - rest.trim_start().len();
    if let Some(data) = rest[start..].strip_prefix("<![CDATA[") {
        let from = at + start + 9;
        let end = data.find("]]>").unwrap_or(data.len().min(AROUND));
        return push(text, from..from + end, kind, found);
    }
    let bytes = text.as_bytes();
    push(text, at..within(bytes, at, LONGEST_VALUE, |b| b != b'<'), kind, found);
}

/// A cell that names and the one after it.
fn cell(text: &str, name: &Range<usize>, kind: Kind, found: &mut Vec<Range<usize>>) -> bool {
    const NAMING: [&str; 9] = ["td", "th", "dt", "b", "strong", "key", "name", "span", "code"];
    const HOLDING: [&str; 14] =
        ["td", "dd", "string", "value", "code", "span", "pre", "kbd", "tt", "em", "i", "samp", "var", "data"];
    let bytes = text.as_bytes();
    let mut at = skip(bytes, name.end, |b| matches!(b, b'"' | b'\'' | b':' | b' '));
    let mut named = false;
    let mut held = false;
    for _ in 0..5 {
        if bytes.get(at) != Some(&b'<') {
            break;
        }
        let end = within(bytes, at, 200, |b| b != b'>');
        let Some(tag) = text.get(at + 1..end).filter(|_| bytes.get(end) == Some(&b'>')) else { return false };
        let word: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let word = word.to_ascii_lowercase();
        if tag.starts_with('/') {
            named |= NAMING.contains(&word.as_str());
        } else if HOLDING.contains(&word.as_str()) {
            held = true;
        } else {
            return false;
        }
        at = skip(bytes, end + 1, |b| b.is_ascii_whitespace() || matches!(b, b':' | b'=' | b'"' | b'\''));
    }
    if !named {
        return false;
    }
    let end = within(bytes, at, LONGEST_VALUE, |b| !matches!(b, b'<' | b'"' | b'\''));
    // A table of parameters has words in its cells.
    let chosen = text.get(at..end).is_some_and(|cell| {
        let cell = cell.trim();
        !cell.contains(' ') && !cell.bytes().all(|b| b.is_ascii_lowercase()) && (held || values::looks_random(cell))
    });
    if chosen {
        push(text, at..end, kind, found);
    }
    chosen
}

/// A name that is itself a value: `name="password" value="…"`, `{"key": "password", "value": "…"}`. Whether it is one.
pub(super) fn labelled(text: &str, name: &Range<usize>, kind: Kind, found: &mut Vec<Range<usize>>) -> bool {
    let bytes = text.as_bytes();
    let at = back_over(bytes, name.start.saturating_sub(4), name.start, |b| matches!(b, b'"' | b'\'' | b' ' | b'\\'));
    let Some(sign) = at.checked_sub(1).map(|at| bytes[at]).filter(|b| matches!(b, b':' | b'=')) else { return false };
    let before = back_over(bytes, at.saturating_sub(5), at - 1, |b| matches!(b, b'"' | b'\'' | b' ' | b'\\'));
    let start = back_over(bytes, before.saturating_sub(16), before, is_name);
    let label = text.get(start..before).unwrap_or("").to_ascii_lowercase();
    if !LABELS.contains(&label.as_str()) {
        return false;
    }
    if sign == b'='
        && let Some(open) = tag_of(bytes, start)
    {
        attributes(text, open, &label, kind, found);
        return true;
    }
    // The rest of the object, and what of it stands before the label.
    inner(text, name.end, kind, found);
    let from = back_over(bytes, start.saturating_sub(AROUND), start, |b| !matches!(b, b'{' | b'}'));
    let from = if text.is_char_boundary(from) { from } else { start };
    valued(text, from..start, kind, found);
    true
}

/// The beginning of the tag that a place is in.
fn tag_of(bytes: &[u8], at: usize) -> Option<usize> {
    let open = back_over(bytes, at.saturating_sub(TAG), at, |b| b != b'<' && b != b'>').checked_sub(1)?;
    (bytes[open] == b'<').then_some(open)
}

/// The value of a tag that is named as secret: its attribute, or what the element holds.
fn attributes(text: &str, open: usize, label: &str, kind: Kind, found: &mut Vec<Range<usize>>) {
    const PARTS_OF_PAGES: [&str; 20] = [
        "a", "button", "label", "div", "span", "p", "form", "select", "option", "fieldset", "section", "li", "input",
        "meta", "h1", "h2", "h3", "td", "th", "img",
    ];
    let bytes = text.as_bytes();
    let end = within(bytes, open + 1, TAG, |b| b != b'>' && b != b'<');
    let Some(tag) = text.get(open..end) else { return };
    let lower = tag.to_ascii_lowercase();
    let button = ["submit", "button", "checkbox", "radio", "reset"]
        .iter()
        .any(|kind| lower.contains(&format!("type=\"{kind}")) || lower.contains(&format!("type={kind}")));
    if button {
        return;
    }
    valued(text, open..end, kind, found);
    let element: String = lower[1..].chars().take_while(char::is_ascii_alphanumeric).collect();
    let named = matches!(label, "name" | "key") && !PARTS_OF_PAGES.contains(&element.as_str());
    if named && bytes.get(end) == Some(&b'>') && !tag.ends_with('/') {
        content(text, end + 1, kind, found);
    }
}
