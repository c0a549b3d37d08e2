//! Text of the target, made harmless for a terminal and for lines.

use unicode_width::UnicodeWidthChar;

/// Replaces what a terminal would obey or a reader could not see: control characters, bidirectional overrides, zero-width
/// characters become `<U+XXXX>`; tabs and line breaks become a space.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' => out.push(' '),
            c if is_hidden(c) => {
                use std::fmt::Write as _;
                let _ = write!(out, "<U+{:04X}>", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

/// Like [`plain`], but line breaks stay (as `\n`) and a tab becomes four spaces: for blocks of text such as bodies.
pub(crate) fn block(text: &str) -> String {
    let lines: Vec<String> =
        text.split('\n').map(|l| plain(&l.strip_suffix('\r').unwrap_or(l).replace('\t', "    "))).collect();
    lines.join("\n")
}

/// Text cut to so many characters, with an ellipsis when something is missing.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Whether a terminal would obey it, or nobody would see it.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Columns that text takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Text cut to columns, with an ellipsis when something is missing.
pub(crate) fn fit(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        if used + width >= most {
            break;
        }
        used += width;
        out.push(c);
    }
    out.push('…');
    out
}

/// Text broken at spaces into lines of at most so many columns; a longer word is broken where the line ends.
pub(crate) fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.extend(pieces(word, most.max(2))),
        }
    }
    lines
}

/// A word in pieces of at most so many columns.
fn pieces(word: &str, most: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in word.chars() {
        let width = c.width().unwrap_or(0);
        if used + width > most {
            pieces.push(String::new());
            used = 0;
        }
        used += width;
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_obeys_passes() {
        assert_eq!(plain("a\u{1b}[2Jb\u{202e}c\nd\u{9b}"), "a<U+001B>[2Jb<U+202E>c d<U+009B>");
    }

    #[test]
    fn wide_text_is_cut_by_columns() {
        assert_eq!(fit("日本語テキスト", 7), "日本語…");
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a 日本語テキスト", 6), ["a", "日本語", "テキス", "ト"]);
    }
}
