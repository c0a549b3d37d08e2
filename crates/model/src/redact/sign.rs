//! What stands between a name and its value.

use std::ops::Range;

use super::scan::within;

/// What stands between a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// `=`, `:=`, `=>`.
    Equals,
    /// `:`.
    Colon,
    /// Only white space, or `is`.
    Space,
}

/// The sign after a name and where the value begins.
pub(super) fn sign(text: &str, name: &Range<usize>) -> Option<(Sign, usize)> {
    let bytes = text.as_bytes();
    // Quotes, brackets and emphasis that close around a name.
    let closed = within(bytes, name.end, 4, |b| matches!(b, b'"' | b'\'' | b'`' | b']' | b')' | b'*' | b'\\'));
    let at = within(bytes, closed, 60, |b| matches!(b, b' ' | b'\t'));
    let rest = text.get(at..)?;
    // An address: `https://token:…@host`.
    let in_address = name.start >= 3 && bytes[..name.start].ends_with(b"://");
    for (mark, sign) in [
        (":=", Sign::Equals),
        ("=>", Sign::Equals),
        ("==", Sign::Equals),
        ("->", Sign::Equals),
        ("=", Sign::Equals),
        ("::", Sign::Equals),
        (":", Sign::Colon),
    ] {
        if rest.starts_with(mark) {
            return (!in_address).then_some((sign, at + mark.len()));
        }
    }
    // PHP's serialize: `s:8:"password";s:7:"…"`.
    if let Some(inner) = rest.strip_prefix(";s:") {
        let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
        return inner[digits..].starts_with(':').then_some((Sign::Equals, at + 3 + digits + 1));
    }
    if at == closed {
        return None;
    }
    let word = ["is ", "was ", "ist ", "es "].iter().find(|word| rest.starts_with(**word));
    Some((Sign::Space, at + word.map_or(0, |word| word.len())))
}
