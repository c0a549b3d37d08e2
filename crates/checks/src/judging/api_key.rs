//! Refusals that ask for an API key.

use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;

/// The header that a refusal names, or the usual one when it asks for an API key without saying where.
pub fn header_named(exchange: &Exchange) -> Option<String> {
    /// Longer ones are pages.
    const LONGEST: usize = 2_000;
    let refused = matches!(exchange.status(), 401 | 403) && exchange.body_len() < LONGEST;
    if refused { named(&exchange.text()) } else { None }
}

fn named(text: &str) -> Option<String> {
    static HEADER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)(?:^|[^\w-])(api-key|x-(?:[a-z]+-){0,2}(?:apikey|key|token))\b").ok());
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bapi[-_ ]?key\b").ok());
    let found = HEADER.as_ref().and_then(|regex| regex.captures(text)).map(|captures| captures[1].to_owned());
    found.or_else(|| WORDS.as_ref().is_some_and(|regex| regex.is_match(text)).then(|| "X-API-Key".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn the_header_is_read_from_the_refusal() {
        for (text, header) in [
            (r#"{"error": "missing X-API-Key"}"#, Some("X-API-Key")),
            ("send your key as x-auth-token", Some("x-auth-token")),
            (r#"{"message": "Invalid API key"}"#, Some("X-API-Key")),
            ("Api-Key header required", Some("Api-Key")),
            (r#"{"code": "invalid-api-key"}"#, Some("X-API-Key")),
            (r#"{"error": "unauthorized"}"#, None),
            ("the keyboard is on the table", None),
        ] {
            assert_eq!(named(text).as_deref(), header, "{text}");
        }
    }

    #[test]
    fn only_refusals_ask() {
        let text = r#"{"error": "missing X-API-Key"}"#;
        assert!(header_named(&exchange("/", 401, text)).is_some() && header_named(&exchange("/", 200, text)).is_none());
    }
}
