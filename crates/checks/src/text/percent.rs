//! Percent-encoding (RFC 3986).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes a path segment or query value: all but unreserved characters.
pub fn encode(value: &str) -> String {
    utf8_percent_encode(value, KEPT).to_string()
}

/// A path segment or query value as it was meant; what is no UTF-8 is replaced.
pub fn decode(value: &str) -> String {
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(encode("a-b_c.d~e"), "a-b_c.d~e");
        assert_eq!(encode("/ ?&=+%ü"), "%2F%20%3F%26%3D%2B%25%C3%BC");
        assert_eq!(decode("%2F%20%3F%26%3D%2B%25%C3%BC"), "/ ?&=+%ü");
    }
}
