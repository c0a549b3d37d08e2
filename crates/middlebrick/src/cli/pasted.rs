//! A token as people paste it: a cookie header with its attributes, an `Authorization` header, or bare.

/// What may be the token in a pasted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pasted<'a> {
    /// The name of the cookie that it is the value of.
    pub(crate) cookie: Option<&'a str>,
    /// The token.
    pub(crate) token: &'a str,
}

/// Headers that carry tokens.
const HEADERS: [&str; 3] = ["cookie", "set-cookie", "authorization"];

/// What stands before a token in an `Authorization` header: RFC 6750, Flask-JWT, Flask-HTTPAuth.
const SCHEMES: [&str; 3] = ["bearer", "jwt", "token"];

/// The readings of a text, likeliest first. The text as it stands is the last: an equals sign may be the padding of a bare token.
pub(crate) fn readings(text: &str) -> Vec<Pasted<'_>> {
    let text = without(without(text.trim(), ':', &HEADERS), ' ', &SCHEMES);
    let cookies = text.split(';').filter_map(|part| part.trim().split_once('='));
    let cookies = cookies.map(|(name, value)| Pasted { cookie: Some(name), token: value });
    cookies.chain([Pasted { cookie: None, token: text }]).collect()
}

/// The text without one of these words, in any case, and the mark that follows it.
fn without<'a>(text: &'a str, mark: char, words: &[&str]) -> &'a str {
    match text.split_once(mark) {
        Some((word, rest)) if words.iter().any(|known| word.trim().eq_ignore_ascii_case(known)) => rest.trim(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_in_what_is_pasted() {
        let cookie = |name, token| Pasted { cookie: Some(name), token };
        for (text, first) in [
            ("a.b.c\n", Pasted { cookie: None, token: "a.b.c" }),
            ("session=.a.b.c; HttpOnly; Path=/", cookie("session", ".a.b.c")),
            ("Cookie: session=a.b.c; theme=dark", cookie("session", "a.b.c")),
            ("set-cookie:session=a.b.c; Path=/", cookie("session", "a.b.c")),
            ("Authorization: Bearer a.b.c", Pasted { cookie: None, token: "a.b.c" }),
            ("bearer a.b.c", Pasted { cookie: None, token: "a.b.c" }),
            ("remember_token=\"1|ab\"; Path=/", cookie("remember_token", "\"1|ab\"")),
        ] {
            assert_eq!(readings(text)[0], first, "{text}");
        }
        assert_eq!(readings("theme=dark; session=a.b.c")[1], cookie("session", "a.b.c"));
        let padded = readings("eyJhIjoxfQ==.b.c");
        assert_eq!(padded.last(), Some(&Pasted { cookie: None, token: "eyJhIjoxfQ==.b.c" }));
    }
}
