//! What databases say that could not make out a statement.

use std::sync::LazyLock;

use crate::text::patterns::{self, Pattern};

static ERRORS: LazyLock<Vec<Pattern>> = LazyLock::new(|| patterns::load(include_str!("data/sql_errors.toml")));

/// The part of a text that says so.
pub(super) fn in_text(text: &str) -> Option<String> {
    ERRORS.iter().find_map(|error| error.excerpt(text))
}

/// Whether a text names a word as the token that a statement could not be parsed at: `near "word": syntax error`,
/// `unrecognized token: "'word`, `near ''word'`. A message that repeats the whole value has other characters before the word.
pub(super) fn names_token(text: &str, word: &str) -> bool {
    const QUOTES: [&str; 9] = ["'", "\"", "`", "\\", "&#39;", "&#34;", "&quot;", "&#x27;", "\\u0027"];
    const BEFORE: [&str; 4] = ["near", "token", "at", "after the character string"];
    text.match_indices(word).any(|(at, _)| {
        let mut before = &text[..at];
        let whole = before.len();
        while let Some(shorter) = QUOTES.iter().find_map(|quote| before.strip_suffix(quote)) {
            before = shorter;
        }
        let quoted = before.len() < whole;
        let before = before.trim_end_matches([' ', ':']);
        quoted && BEFORE.iter().any(|ending| before.ends_with(ending))
    })
}

/// Whether a text names a word, and nothing around it, as a column that does not exist: `no such column: word`, `Unknown column 'word'
/// in`, `column "word" does not exist`. What was put into quotes for a name is named with all that it held.
pub(super) fn names_column(text: &str, word: &str) -> bool {
    const QUOTES: [&str; 9] = ["'", "\"", "`", "\\", "&#39;", "&#34;", "&quot;", "&#x27;", "\\u0027"];
    const BEFORE: [&str; 4] = ["no such column", "unknown column", "invalid column name", "column"];
    let lower = text.to_ascii_lowercase();
    lower.match_indices(&word.to_ascii_lowercase()).any(|(at, word)| {
        let mut before = &lower[..at];
        while let Some(shorter) = QUOTES.iter().find_map(|quote| before.strip_suffix(quote)) {
            before = shorter;
        }
        let before = before.trim_end_matches([' ', ':']);
        let mut after = &lower[at + word.len()..];
        while let Some(shorter) = QUOTES.iter().find_map(|quote| after.strip_prefix(quote)) {
            after = shorter;
        }
        let ends = after.starts_with([',', '.', ')', '<', '}', ']', '\r', '\n']) || after.trim().is_empty();
        let goes_on = [" in ", " does not exist", " (", "\\n"].iter().any(|words| after.starts_with(words));
        BEFORE.iter().any(|ending| before.ends_with(ending)) && (ends || goes_on)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_hits_and_misses_its_samples() {
        patterns::verify(&ERRORS);
    }

    #[test]
    fn a_column_is_named_alone() {
        for text in [
            r#"{"error":"SQLITE_ERROR: no such column: w7"}"#,
            "sqlite3.OperationalError: no such column: w7\nTraceback",
            "Unknown column 'w7' in 'where clause'",
            r#"ERROR: column "w7" does not exist"#,
            "Invalid column name 'w7'.",
            "<p>no such column: w7</p>",
        ] {
            assert!(names_column(text, "w7"), "{text}");
        }
        for text in [
            "no such column: w7*w8",
            "Unknown column 'w7*w8' in 'where clause'",
            r#"column "w7*w8" does not exist"#,
            "no such column: nightly, for w7",
            "w7 is no column",
        ] {
            assert!(!names_column(text, "w7"), "{text}");
        }
    }

    #[test]
    fn a_token_is_named_and_not_repeated() {
        for text in [
            r#"{"error": "near \"w7\": syntax error"}"#,
            r"near &#34;w7&#34;: syntax error",
            r#"unrecognized token: "'w7'""#,
            "right syntax to use near 'w7'' at line 1",
            "right syntax to use near ''w7' at line 1",
            r#"ERROR: unterminated quoted string at or near "'w7""#,
            r#"syntax error at or near "w7""#,
            "Unclosed quotation mark after the character string 'w7'.",
        ] {
            assert!(names_token(text, "w7"), "{text}");
        }
        for text in [
            r#"invalid input syntax for type integer: "4'w7""#,
            r#"invalid input syntax for type integer: "'w7""#,
            "[SQL: SELECT 1 WHERE name = 'x'w7'] near \"nightly\": syntax error",
            "no such table near w7",
            "no such thing as 'w7'",
        ] {
            assert!(!names_token(text, "w7"), "{text}");
        }
    }
}
