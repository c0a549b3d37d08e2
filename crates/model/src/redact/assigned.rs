//! Values that stand under a secret name, in whatever syntax gives a name to a value: JSON, YAML, INI, dotenv, XML, HTML, queries, code.
//! Linear in the text: each name is looked at once, and what is read around it is bounded.

use std::collections::HashMap;
use std::ops::Range;

use super::names::{Kind, LONGEST, names};
use super::pairs;
use super::scan::{back_over, is_name, line_end, line_start, skip, within};
use super::values::{self, is_secret};

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

/// Longest value that is read, in bytes: a key of 16,384 bits in PEM has less.
pub(super) const LONGEST_VALUE: usize = 16 * 1024;

/// Longest value without quotes amid other text, in bytes: a JSON Web Token with many claims has less.
const LONGEST_WORD: usize = 1024;

/// Longest value without quotes on a line of its own, in bytes.
const LONGEST_BARE: usize = 2 * 1024;

/// Where in the text values of secret names stand.
pub(super) fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let mut judged = Judged::default();
    let mut done = 0;
    for stem in names().stems.find_iter(text) {
        if stem.start() < done {
            continue;
        }
        let bytes = text.as_bytes();
        let start = back_over(bytes, done, stem.start(), is_name);
        let end = skip(bytes, stem.end(), is_name);
        done = end;
        if end - start <= LONGEST {
            let before = found.len();
            name(text, start..end, &mut judged, found);
            // What stands in a value is masked with it.
            done = found[before..].iter().filter(|span| span.start >= end).map(|span| span.end).fold(done, usize::max);
        }
    }
}

/// What was said of the names of a text: a list of objects has the same names in each.
#[derive(Default)]
struct Judged<'t>(HashMap<&'t str, Option<Kind>>);

impl<'t> Judged<'t> {
    fn of(&mut self, name: &'t str) -> Option<Kind> {
        /// Most names that are kept: what has more does not repeat them.
        const KEPT: usize = 4096;
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        *self.0.entry(name).or_insert_with(|| names().judge(name))
    }
}

/// A name that may be secret: its own words, or those of a label before it: `Recovery code: …`.
fn name<'t>(text: &'t str, mut span: Range<usize>, judged: &mut Judged<'t>, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    while span.end > span.start && matches!(bytes[span.end - 1], b'.' | b'-') {
        span.end -= 1;
    }
    let kind = judged.of(&text[span.clone()]).or_else(|| {
        let mut start = span.start;
        (0..3).find_map(|_| {
            let before = start.checked_sub(1).filter(|at| bytes[*at] == b' ')?;
            let from = back_over(bytes, before.saturating_sub(24), before, is_name);
            start = (from < before && text.is_char_boundary(from)).then_some(from)?;
            judged.of(&text[start..span.end])
        })
    });
    let Some(kind) = kind else { return };
    if pairs::element(text, &span, kind, found) || pairs::labelled(text, &span, kind, found) {
        return;
    }
    let Some((sign, at)) = sign(text, &span) else { return };
    value(text, at, sign, &span, kind, found);
}

/// The sign after a name and where the value begins.
fn sign(text: &str, name: &Range<usize>) -> Option<(Sign, usize)> {
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
        Some(b'[' | b'(') if text.get(at..).is_some_and(is_list) => pairs::list(text, at, kind, found),
        Some(b'{') => pairs::inner(text, at + 1, kind, found),
        Some(b'|' | b'>') if sign == Sign::Colon && is_block(bytes, at) => pairs::block(text, name, at, kind, found),
        Some(b'\n' | b'\r') if sign == Sign::Colon => pairs::block(text, name, at, kind, found),
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

/// What a quote holds; of one that is not closed the rest of the text.
pub(super) fn quoted(bytes: &[u8], at: usize, quote: u8) -> Range<usize> {
    let width = if bytes[at..].starts_with(&[quote; 3]) { 3 } else { 1 };
    let start = at + width;
    let limit = bytes.len().min(start + LONGEST_VALUE);
    let mut end = start;
    while end < limit {
        if bytes[end] == b'\\' {
            end += 2;
        } else if bytes[end] == quote && bytes[end..].starts_with(&[quote; 3][..width]) {
            return start..end;
        } else {
            end += 1;
        }
    }
    start..end.min(bytes.len())
}

/// A value without quotes.
fn bare(text: &str, at: usize, sign: Sign, name: &Range<usize>, kind: Kind, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let begins_line = begins_line(bytes, name.start);
    let line_end = line_end(bytes, at, if begins_line { LONGEST_BARE } else { LONGEST_WORD });
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
    if kind == Kind::Authorization || kind == Kind::Cookie {
        return push(text, at..line_quote(bytes, at, line_end), kind, found);
    }
    // Running text: a plain word after `password: ` goes on with the sentence.
    let running = sign == Sign::Colon && !begins_line && spaced;
    if running && (values::is_sentence(&lower) || word.bytes().all(|b| b.is_ascii_lowercase())) {
        return;
    }
    push(text, at..end, kind, found);
}

/// Where a word without quotes ends: at white space, quotes and markup, and at what begins the next pair.
fn word_end(bytes: &[u8], at: usize, limit: usize, sign: Sign) -> usize {
    let mut end = at;
    while end < limit {
        match bytes[end] {
            b if b.is_ascii_whitespace() => break,
            b'"' | b'<' | b'>' | b'`' => break,
            b'\'' if end > at => break,
            b'&' | b';' if ends_pair(bytes, end + 1, limit) => break,
            b',' if ends_pair(bytes, end + 1, limit) || matches!(bytes.get(end + 1), Some(b'"' | b'\'')) => break,
            b'}' | b']' if sign == Sign::Colon => break,
            _ => end += 1,
        }
    }
    end
}

/// Whether what follows a separator is another pair, white space or the end.
fn ends_pair(bytes: &[u8], at: usize, limit: usize) -> bool {
    let at = if bytes[at..].starts_with(b"amp;") { at + 4 } else { at };
    let at = within(bytes, at, 8, |b| matches!(b, b' ' | b'"' | b'\'')).min(limit);
    if at >= limit || bytes[at].is_ascii_whitespace() || matches!(bytes[at], b'&' | b';') {
        return true;
    }
    let end = within(bytes, at, 64, |b| is_name(b) || matches!(b, b'[' | b']' | b'%' | b' '));
    end > at && matches!(bytes.get(end), Some(b'=' | b':'))
}

/// Whether a text has something like `name=`.
fn has_pair(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..bytes.len().min(400)).any(|at| bytes[at] == b'=' && is_name(bytes[at - 1]))
}

/// The end without what closes around a value.
fn trimmed(bytes: &[u8], start: usize, mut end: usize) -> usize {
    while end > start {
        let last = bytes[end - 1];
        let opener = match last {
            b')' => b'(',
            b']' => b'[',
            b'}' => b'{',
            b',' | b';' | b'.' | b' ' | b'\t' | b'\r' | b'*' | b'\'' | b'\\' => last,
            _ => break,
        };
        let count = |sought: u8| bytes[start..end].iter().fold(0_usize, |n, b| n + usize::from(*b == sought));
        let own = opener != last && count(opener) >= count(last);
        if own || end - start > 400 {
            break;
        }
        end -= 1;
    }
    end
}

fn line_quote(bytes: &[u8], at: usize, limit: usize) -> usize {
    within(bytes, at, limit - at, |b| !matches!(b, b'"' | b'\'' | b'<' | b'\n' | b'\r'))
}

/// Whether only white space, quotes and the signs of lists and exports stand before a name on its line.
fn begins_line(bytes: &[u8], name: usize) -> bool {
    let start = line_start(bytes, name);
    let before = &bytes[start..name];
    let before = before.strip_prefix(b"export ").or_else(|| before.strip_prefix(b"set ")).unwrap_or(before);
    before.iter().all(|b| matches!(b, b' ' | b'\t' | b'-' | b'"' | b'\'' | b';' | b'#' | b'$' | b'/' | b'+'))
}

/// Adds the secret part of a value.
pub(super) fn push(text: &str, span: Range<usize>, kind: Kind, found: &mut Vec<Range<usize>>) {
    let Some(value) = text.get(span.clone()) else { return };
    let start = span.start + (value.len() - value.trim_start().len());
    let value = value.trim();
    match kind {
        Kind::Cookie if value.contains('=') => pairs::cookies(value, start, found),
        Kind::Cookie if !super::forms::is_mixed(value) => {}
        _ => {
            let skipped = scheme(value, kind);
            let secret = &value[skipped..];
            if is_secret(secret, kind) {
                found.push(start + skipped..start + value.len());
            }
        }
    }
}

/// The length of the scheme before a credential, with the space after it.
fn scheme(value: &str, kind: Kind) -> usize {
    const SCHEMES: [&str; 14] = [
        "bearer",
        "basic",
        "token",
        "digest",
        "apikey",
        "api-key",
        "negotiate",
        "hawk",
        "bot",
        "aws4-hmac-sha256",
        "jwt",
        "key",
        "oauth",
        "ntlm",
    ];
    let Some((first, _)) = value.split_once(' ') else { return 0 };
    let fits =
        SCHEMES.contains(&first.to_ascii_lowercase().as_str()) && (kind == Kind::Authorization || first.len() > 3);
    if fits { first.len() + 1 } else { 0 }
}
