//! Values without quotes: where they end, and what stands around them.

use super::scan::{is_name, line_start, within};
use super::sign::Sign;

/// Where a word without quotes ends: at white space, quotes and markup, and at what begins the next pair.
pub(super) fn word_end(bytes: &[u8], at: usize, limit: usize, sign: Sign) -> usize {
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
pub(super) fn has_pair(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..bytes.len().min(400)).any(|at| bytes[at] == b'=' && is_name(bytes[at - 1]))
}

/// The end without what closes around a value.
pub(super) fn trimmed(bytes: &[u8], start: usize, mut end: usize) -> usize {
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

pub(super) fn line_quote(bytes: &[u8], at: usize, limit: usize) -> usize {
    within(bytes, at, limit - at, |b| !matches!(b, b'"' | b'\'' | b'<' | b'\n' | b'\r'))
}

/// Whether only white space, quotes and the signs of lists and exports stand before a name on its line.
pub(super) fn begins_line(bytes: &[u8], name: usize) -> bool {
    let start = line_start(bytes, name);
    let before = &bytes[start..name];
    let before = before.strip_prefix(b"export ").or_else(|| before.strip_prefix(b"set ")).unwrap_or(before);
    before.iter().all(|b| matches!(b, b' ' | b'\t' | b'-' | b'"' | b'\'' | b';' | b'#' | b'$' | b'/' | b'+'))
}
