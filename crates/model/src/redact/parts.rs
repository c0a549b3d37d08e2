//! The part of a value that is secret: without quotes, schemes and the names of cookies.

use std::ops::Range;

use super::names::Kind;
use super::values::{self, is_secret};

/// Longest value that is read, in bytes: a key of 16,384 bits in PEM has less.
pub(super) const LONGEST_VALUE: usize = 16 * 1024;

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

/// Adds the secret part of a value.
pub(super) fn push(text: &str, span: Range<usize>, kind: Kind, found: &mut Vec<Range<usize>>) {
    let Some(value) = text.get(span.clone()) else { return };
    let start = span.start + (value.len() - value.trim_start().len());
    let value = value.trim();
    match kind {
        Kind::Cookie if value.contains('=') => cookies(value, start, found),
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

/// The values of cookies: `name=…; other=…`. Attributes of `Set-Cookie` stay.
fn cookies(text: &str, offset: usize, found: &mut Vec<Range<usize>>) {
    const ATTRIBUTES: [&str; 8] =
        ["path", "domain", "expires", "max-age", "samesite", "version", "comment", "priority"];
    let mut at = 0;
    for pair in text.split(';') {
        if let Some((name, value)) = pair.split_once('=') {
            let start = at + name.len() + 1;
            if !value.is_empty()
                && !values::is_mask(value)
                && !ATTRIBUTES.contains(&name.trim().to_ascii_lowercase().as_str())
            {
                found.push(offset + start..offset + start + value.len());
            }
        }
        at += pair.len() + 1;
    }
}
