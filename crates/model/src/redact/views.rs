//! The same text as somebody reads it who undoes an encoding: percent signs, entities of HTML, escapes of JSON and JavaScript, base64.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::scan::{skip, within};

/// A decoded text, and where each of its bytes comes from.
pub(super) struct View {
    pub(super) text: String,
    origins: Vec<usize>,
}

impl View {
    /// The place in the original of a place in the decoded text.
    pub(super) fn origin(&self, span: &Range<usize>) -> Range<usize> {
        self.origins[span.start]..self.origins[span.end]
    }
}

/// A short text with all encodings undone.
pub(super) fn plain(text: &str) -> String {
    /// More encodings around each other than anybody means, so that `%252525…` does not cost a pass for each of its digits.
    const MOST: usize = 8;
    let mut plain = text.to_owned();
    for _ in 0..MOST {
        let Some(view) = decoded(&plain) else { break };
        plain = view.text;
    }
    plain
}

/// The text with percent signs, entities and escapes undone once; nothing when it has none.
pub(super) fn decoded(text: &str) -> Option<View> {
    let bytes = text.as_bytes();
    let mut view = View { text: String::new(), origins: Vec::new() };
    let mut from = 0;
    let mut at = 0;
    while at < bytes.len() {
        let step = match bytes[at] {
            b'%' => percent(bytes, at),
            b'&' => entity(text, at),
            b'\\' => escape(text, at),
            _ => None,
        };
        let Some((character, length)) = step else {
            at += 1;
            continue;
        };
        view.copy(text, from..at);
        let start = view.text.len();
        view.text.push(character);
        view.origins.extend(std::iter::repeat_n(at, view.text.len() - start));
        at += length;
        from = at;
    }
    if from == 0 {
        return None;
    }
    view.copy(text, from..bytes.len());
    view.origins.push(bytes.len());
    Some(view)
}

impl View {
    fn copy(&mut self, text: &str, part: Range<usize>) {
        self.text.push_str(&text[part.clone()]);
        self.origins.extend(part);
    }
}

/// `%41`, `%C3%A9`: names are in all languages.
fn percent(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let digit = |at: usize| bytes.get(at).and_then(|b| (*b as char).to_digit(16));
    let byte = |at: usize| {
        let code = digit(at + 1)? * 16 + digit(at + 2)?;
        (bytes.get(at) == Some(&b'%')).then_some(code as u8)
    };
    let first = byte(at)?;
    let width = match first {
        0..0x80 => return Some((char::from(first), 3)),
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    };
    let mut encoded = [0; 4];
    for (index, place) in encoded.iter_mut().take(width).enumerate() {
        *place = byte(at + 3 * index)?;
    }
    let character = std::str::from_utf8(&encoded[..width]).ok()?.chars().next()?;
    Some((character, 3 * width))
}

/// `&quot;`, `&#34;`, `&#x22;`.
fn entity(text: &str, at: usize) -> Option<(char, usize)> {
    const NAMED: [(&str, char); 12] = [
        ("quot", '"'),
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("equals", '='),
        ("colon", ':'),
        ("sol", '/'),
        ("lowbar", '_'),
        ("period", '.'),
        ("commat", '@'),
    ];
    let bytes = text.as_bytes();
    let end = within(bytes, at + 1, 10, |b| b.is_ascii_alphanumeric() || b == b'#');
    if bytes.get(end) != Some(&b';') {
        return None;
    }
    let name = &text[at + 1..end];
    let character = if let Some(hex) = name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
        char::from_u32(u32::from_str_radix(hex, 16).ok()?)?
    } else if let Some(digits) = name.strip_prefix('#') {
        char::from_u32(digits.parse().ok()?)?
    } else {
        NAMED.iter().find(|(known, _)| *known == name)?.1
    };
    Some((character, end + 1 - at))
}

/// `\"`, `\/`, `\n`, `\u0022`, `\x22`.
fn escape(text: &str, at: usize) -> Option<(char, usize)> {
    let bytes = text.as_bytes();
    let hex = |length: usize| {
        let digits = text.get(at + 2..at + 2 + length)?;
        Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, length + 2))
    };
    match bytes.get(at + 1)? {
        b'u' => hex(4),
        b'x' => hex(2),
        b'n' => Some(('\n', 2)),
        b'r' => Some(('\r', 2)),
        b't' => Some(('\t', 2)),
        b @ (b'"' | b'\'' | b'/' | b'\\') => Some((*b as char, 2)),
        _ => None,
    }
}

/// The runs of base64 that decode to readable text, with that text.
pub(super) fn base64(text: &str) -> Vec<(Range<usize>, String)> {
    /// Shortest run worth decoding, in characters: it holds nine bytes.
    const SHORTEST: usize = 12;
    let bytes = text.as_bytes();
    let is_base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = skip(bytes, at, |b| !is_base64(b));
        let end = skip(bytes, start, is_base64);
        at = end + 1;
        if end - start < SHORTEST {
            continue;
        }
        if let Some(decoded) = readable(&text[start..end]) {
            found.push((start..end, decoded));
            continue;
        }
        // A slash may as well be that of a path.
        let mut from = start;
        for part in text[start..end].split('/') {
            if part.len() >= SHORTEST
                && part.len() < end - start
                && let Some(decoded) = readable(part)
            {
                found.push((from..from + part.len(), decoded));
            }
            from += part.len() + 1;
        }
    }
    found
}

fn readable(run: &str) -> Option<String> {
    let engine = if run.contains(['-', '_']) { &URL_SAFE_NO_PAD } else { &STANDARD_NO_PAD };
    // What is cut loses its last characters.
    let whole = run.len() / 4 * 4;
    // Most runs are words, whose first bytes already are no text.
    let head = engine.decode(run.get(..8)?).ok()?;
    if !head.iter().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r' | b'\t')) {
        return None;
    }
    let decoded = engine.decode(run).or_else(|_| engine.decode(&run[..whole])).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).then_some(text)
}
