//! What PHP's `serialize` writes. <https://www.phpinternalsbook.com/php5/classes_objects/serialization.html>

/// Deepest nesting that is followed.
const DEEPEST: usize = 32;

/// Whether the bytes are one serialized array or object, from the first to the last.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    matches!(bytes, [b'a' | b'O' | b'C', b':', ..]) && value(bytes, 0).is_some_and(<[u8]>::is_empty)
}

/// What is left behind a value.
fn value(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    if depth > DEEPEST {
        return None;
    }
    match bytes {
        [b'N', b';', rest @ ..] => Some(rest),
        [b'b' | b'i' | b'd' | b'r' | b'R', b':', rest @ ..] => {
            let end = rest.iter().take(40).position(|b| *b == b';')?;
            let number = |b: &u8| b.is_ascii_digit() || b"+-.EINFA".contains(b);
            (end > 0 && rest.get(..end)?.iter().all(number)).then(|| rest.get(end + 1..)).flatten()
        }
        [b's', b':', rest @ ..] => text(rest)?.strip_prefix(b";"),
        [b'a', b':', rest @ ..] => {
            let (count, rest) = count(rest)?;
            entries(rest, count, depth)
        }
        [b'O', b':', rest @ ..] => {
            let (count, rest) = count(text(rest)?.strip_prefix(b":")?)?;
            entries(rest, count, depth)
        }
        [b'C', b':', rest @ ..] => {
            let (length, rest) = count(text(rest)?.strip_prefix(b":")?)?;
            rest.strip_prefix(b"{")?.get(length..)?.strip_prefix(b"}")
        }
        _ => None,
    }
}

/// `3:` and what is behind it.
fn count(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = bytes.iter().take(10).position(|b| *b == b':')?;
    let number = std::str::from_utf8(bytes.get(..end)?).ok()?.parse().ok()?;
    Some((number, bytes.get(end + 1..)?))
}

/// `3:"abc"`.
fn text(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = count(bytes)?;
    rest.strip_prefix(b"\"")?.get(length..)?.strip_prefix(b"\"")
}

/// `{key value key value}`.
fn entries(bytes: &[u8], count: usize, depth: usize) -> Option<&[u8]> {
    let mut rest = bytes.strip_prefix(b"{")?;
    for _ in 0..count {
        if !matches!(rest, [b'i' | b's', b':', ..]) {
            return None;
        }
        rest = value(value(rest, depth + 1)?, depth + 1)?;
    }
    rest.strip_prefix(b"}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_and_objects_are_followed_to_their_end() {
        for (text, expected) in [
            (r#"a:1:{s:5:"theme";s:4:"dark";}"#, true),
            (r#"a:2:{i:0;b:1;i:1;a:1:{s:1:"x";d:0.5;}}"#, true),
            (r#"O:4:"User":1:{s:4:"name";N;}"#, true),
            (r#"C:11:"ArrayObject":3:{x:1}"#, true),
            ("a:0:{}", true),
            (r#"s:5:"theme";"#, false),
            (r#"a:2:{s:5:"theme";s:4:"dark";}"#, false),
            (r#"a:1:{s:9:"theme";s:4:"dark";}"#, false),
            (r#"a:1:{s:5:"theme";s:4:"dark";} more"#, false),
            ("a:999999999:{", false),
            ("a: list of things", false),
        ] {
            assert_eq!(is_one(text.as_bytes()), expected, "{text}");
        }
        let deep = format!("{}{}", "a:1:{i:0;".repeat(10_000), "}".repeat(10_000));
        assert!(!is_one(deep.as_bytes()));
    }
}
