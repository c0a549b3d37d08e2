//! The value after a name and its sign: in quotes, without, or inside a list, an object or a block, whose values are read alike.

use std::ops::Range;

use super::names::Kind;
use super::parts::{push, quoted};
use super::scan::{is_name, line_end, line_start, skip, within};
use super::sign::Sign;
use super::values;
use super::words::{begins_line, has_pair, line_quote, trimmed, word_end};

/// Longest value without quotes amid other text, in bytes: a JSON Web Token with many claims has less.
const LONGEST_WORD: usize = 1024;

/// Longest value without quotes on a line of its own, in bytes.
const LONGEST_BARE: usize = 2 * 1024;

/// What holds the value of such a label.
const VALUES: [&str; 17] = [
    "value",
    "val",
    "default",
    "example",
    "examples",
    "const",
    "content",
    "current",
    "plaintext",
    "raw",
    "secretstring",
    "v",
    "text",
    "data",
    "values",
    "sample",
    "enum",
];

/// How far around a name what belongs to it is looked for, in bytes.
pub(super) const AROUND: usize = 400;

/// Most values that one name has around it.
const VALUES_EACH: usize = 4;

/// The value that begins about here.
pub(super) fn value(text: &str, at: usize, sign: Sign, name: &Range<usize>, kind: Kind, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = within(bytes, at, 60, |b| matches!(b, b' ' | b'\t'));
    // YAML's tags and anchors.
    if sign == Sign::Colon && matches!(bytes.get(at), Some(b'!' | b'&')) {
        let end = within(bytes, at, 40, |b| !b.is_ascii_whitespace());
        if end - at < 40 {
            at = skip(bytes, end, |b| b == b' ');
        }
    }
    // Prefixes of quotes in Python and Rust: `b'…'`.
    if matches!(bytes.get(at), Some(b'b' | b'u' | b'r' | b'f' | b'B'))
        && matches!(bytes.get(at + 1), Some(b'"' | b'\''))
    {
        at += 1;
    }
    match bytes.get(at) {
        None => {}
        Some(_) if text.get(at..).is_some_and(values::begins_masked) => {}
        Some(quote @ (b'"' | b'\'' | b'`')) => {
            let span = quoted(bytes, at, *quote);
            push(text, span, kind, found);
        }
        Some(_) if sign == Sign::Space => {
            let end =
                within(bytes, at, 400, |b| !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'' | b'<' | b',' | b';'));
            let end = trimmed(bytes, at, end);
            if text.get(at..end).is_some_and(values::looks_random) {
                push(text, at..end, kind, found);
            }
        }
        Some(b'[' | b'(') if text.get(at..).is_some_and(is_list) => list(text, at, kind, found),
        Some(b'{') => inner(text, at + 1, kind, found),
        Some(b'|' | b'>') if sign == Sign::Colon && is_block(bytes, at) => block(text, name, at, kind, found),
        Some(b'\n' | b'\r') if sign == Sign::Colon => block(text, name, at, kind, found),
        Some(_) => bare(text, at, sign, name, kind, found),
    }
}

/// A list of texts, unlike a character class or a call.
fn is_list(text: &str) -> bool {
    text.starts_with('[') || text.starts_with("(\"") || text.starts_with("('")
}

fn is_block(bytes: &[u8], at: usize) -> bool {
    let end = skip(bytes, at + 1, |b| matches!(b, b'+' | b'-' | b'0'..=b'9' | b' ' | b'\r'));
    bytes.get(end).is_none_or(|b| *b == b'\n')
}

/// A value without quotes.
fn bare(text: &str, at: usize, sign: Sign, name: &Range<usize>, kind: Kind, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let begins_line = begins_line(bytes, name.start);
    let line_end = line_end(bytes, at, if begins_line { LONGEST_BARE } else { LONGEST_WORD });
    // The limit may lie within a character.
    let line_end = text.floor_char_boundary(line_end);
    let first = word_end(bytes, at, line_end, sign);
    let Some(rest) = text.get(at..line_end) else { return };
    if values::is_expression(rest.trim_end_matches([';', ',', ' '])) {
        return;
    }
    let lower: String = rest.chars().take(120).collect::<String>().to_lowercase();
    let spaced = bytes.get(at - 1) == Some(&b' ');
    // The whole line of a settings file, spaces and quotes included, when nothing in it begins another pair.
    let whole = begins_line
        && !rest.contains('<')
        && first < line_end
        && bytes[first] == b' '
        && !has_pair(&rest[first - at..]);
    if whole {
        let end = rest.find(" #").map_or(line_end, |comment| at + comment);
        if values::is_sentence(&lower) && kind != Kind::Phrase && kind != Kind::Authorization {
            return;
        }
        return push(text, at..trimmed(bytes, at, end), kind, found);
    }
    let end = trimmed(bytes, at, first);
    let Some(word) = text.get(at..end) else { return };
    // `password: str = "…"`.
    let after = skip(bytes, end, |b| b == b' ');
    if sign == Sign::Colon && bytes.get(after) == Some(&b'=') && after > end {
        return value(text, after + 1, Sign::Equals, name, kind, found);
    }
    if (kind == Kind::Authorization || kind == Kind::Cookie) && bytes.get(first) != Some(&b'&') {
        return push(text, at..line_quote(bytes, at, line_end), kind, found);
    }
    // Running text: a plain word after `password: ` goes on with the sentence.
    let running = sign == Sign::Colon && !begins_line && spaced;
    if running && (values::is_sentence(&lower) || word.bytes().all(|b| b.is_ascii_lowercase())) {
        return;
    }
    push(text, at..end, kind, found);
}

/// The values in the rest of an object, up to where it ends.
pub(super) fn inner(text: &str, at: usize, kind: Kind, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let limit = bytes.len().min(at + AROUND);
    let mut depth = 0_u32;
    let mut end = at;
    while end < limit {
        match bytes[end] {
            b'{' => depth += 1,
            b'}' if depth == 0 => break,
            b'}' => depth -= 1,
            // The next item of a list in YAML.
            b'\n' if bytes[end + 1..].iter().find(|b| **b != b' ') == Some(&b'-') => break,
            _ => {}
        }
        end += 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    valued(text, at..end, kind, found);
}

/// What stands in this part of the text under a name for values.
pub(super) fn valued(text: &str, part: Range<usize>, kind: Kind, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = part.start;
    let mut left = VALUES_EACH;
    while at < part.end && left > 0 {
        let start = skip(&bytes[..part.end], at, |b| !is_name(b));
        let end = skip(&bytes[..part.end], start, is_name);
        at = end.max(start + 1);
        let fits = text.get(start..end).is_some_and(|word| VALUES.iter().any(|value| word.eq_ignore_ascii_case(value)));
        if !fits {
            continue;
        }
        left -= 1;
        let closed = within(bytes, end, 3, |b| matches!(b, b'"' | b'\'' | b' ' | b'\\'));
        match bytes.get(closed) {
            Some(b'=') => value(text, closed + 1, Sign::Equals, &(start..end), kind, found),
            Some(b':') => value(text, closed + 1, Sign::Colon, &(start..end), kind, found),
            _ => {}
        }
    }
}

/// The texts of a list.
fn list(text: &str, at: usize, kind: Kind, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let limit = bytes.len().min(at + 10 * AROUND);
    let mut at = at + 1;
    while at < limit {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let span = quoted(bytes, at, quote);
                at = span.end + 1;
                push(text, span, kind, found);
            }
            b']' | b'}' | b'{' | b')' => return,
            b if is_name(b) => {
                let end = within(bytes, at, limit - at, |b| !matches!(b, b',' | b']' | b'\n'));
                push(text, at..end, kind, found);
                at = end;
            }
            _ => at += 1,
        }
    }
}

/// What stands on the lines below a name in YAML: a block, a list, or an object that has a value.
fn block(text: &str, name: &Range<usize>, at: usize, kind: Kind, found: &mut Vec<Range<usize>>) {
    const LINES: usize = 60;
    let bytes = text.as_bytes();
    let start = line_start(bytes, name.start);
    let indent = |at: usize| skip(bytes, at, |b| b == b' ') - at;
    let own = indent(start);
    let own_item = bytes.get(start + own) == Some(&b'-');
    let is_text = matches!(bytes.get(at), Some(b'|' | b'>'));
    let mut line = line_end(bytes, at, AROUND);
    for _ in 0..LINES {
        line = skip(bytes, line, |b| matches!(b, b'\r' | b'\n'));
        let first = line + indent(line);
        let end = line_end(bytes, line, AROUND);
        if first >= end {
            return;
        }
        let item = bytes[first] == b'-' && !is_text;
        let deeper = indent(line) > own || item && indent(line) == own && !own_item;
        if !deeper {
            return;
        }
        let from = if item { skip(bytes, first + 1, |b| matches!(b, b' ' | b'"' | b'\'')) } else { first };
        let Some(content) = text.get(from..end) else { return };
        let pair =
            content.split_once(": ").is_some_and(|(name, _)| name.bytes().all(is_name)) || content.ends_with(':');
        if pair && !is_text {
            valued(text, from..end, kind, found);
        } else {
            let close = from + content.trim_end_matches(['"', '\'', ' ', ',']).len();
            push(text, from..close, kind, found);
        }
        line = end;
    }
}
