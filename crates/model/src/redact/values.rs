//! What under a secret name is no secret: words about it, types, references, placeholders, sentences.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::forms::is_mixed;
use super::names::Kind;

#[derive(Deserialize)]
struct Words {
    about: String,
    schemes: String,
    sentence: String,
}

struct Table {
    about: BTreeSet<&'static str>,
    schemes: BTreeSet<&'static str>,
    sentence: BTreeSet<&'static str>,
}

fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        #[allow(clippy::expect_used)] // compiled in; a test reads it
        let words: Words =
            toml::from_str(include_str!("../../data/plain_words.toml")).expect("data/plain_words.toml is valid");
        let set = |words: String| words.leak().split_whitespace().collect();
        Table { about: set(words.about), schemes: set(words.schemes), sentence: set(words.sentence) }
    });
    &TABLE
}

/// Shortest text that is masked, in characters: what is shorter is no credential, and masking it would riddle the report.
const SHORTEST: usize = 3;

/// Shortest text that is taken for one drawn by chance, in characters: 16 of them are 80 bits and more.
const SHORTEST_RANDOM: usize = 16;

/// What codes, tickets and signatures are written with; the fragment of a URL may follow.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'=' | b'%' | b'#')
}

/// Whether a value under a name of this kind is a secret. `quoted`: it stands in quotes or markup, so that one plain word may be one;
/// unquoted in running text it is a word.
pub(super) fn is_secret(value: &str, kind: Kind) -> bool {
    let value = value.trim();
    let length = value.chars().count();
    if kind == Kind::Random && (length < SHORTEST_RANDOM || !value.bytes().all(is_token) || !looks_random(value)) {
        return false;
    }
    if length < SHORTEST || is_mask(value) || is_placeholder(value) {
        return false;
    }
    if value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+')) {
        return value.contains(|c: char| c.is_ascii_digit())
            && match kind {
                Kind::Pin => true,
                Kind::Count | Kind::Authorization | Kind::Cookie => length >= 8,
                _ => length >= 4,
            };
    }
    let lower = value.to_lowercase();
    let one = lower.trim_matches(|c: char| matches!(c, '"' | '\'' | '.' | '!' | '?' | ':' | '<' | '>'));
    if is_about(one, kind) {
        return false;
    }
    if kind != Kind::Url && (is_address(value) || is_expression(value)) {
        return false;
    }
    kind == Kind::Phrase || !is_sentence(&lower)
}

/// A single word about a credential, or the name of a scheme where one may stand.
pub(super) fn is_about(word: &str, kind: Kind) -> bool {
    let table = table();
    let schemes = || kind != Kind::Secret || is_type_of(word);
    table.about.contains(word) || table.schemes.contains(word) && schemes()
}

/// Words for what a credential is, which no one chooses as a secret; a password may be `password` or `token`.
fn is_type_of(word: &str) -> bool {
    !matches!(word, "password" | "token" | "access" | "refresh" | "session" | "cookie" | "code" | "device")
}

/// A text that this program masked: `[9 characters]`, `ghp_…[40 characters]`.
pub(super) fn is_mask(text: &str) -> bool {
    let Some((before, rest)) = text.split_once('[') else { return false };
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    before.chars().count() <= 5 && digits.len() < rest.len() && digits.starts_with(" characters")
}

/// Whether a text begins with one that this program masked.
pub(super) fn begins_masked(text: &str) -> bool {
    let head: String = text.chars().take(32).collect();
    head.split_once(']').is_some_and(|(head, _)| is_mask(&format!("{head}]")))
}

/// What stands for a secret in documentation and templates, or was masked by somebody else.
fn is_placeholder(value: &str) -> bool {
    let bytes = value.as_bytes();
    let inner = |open: &str, close: &str| value.starts_with(open) && value.ends_with(close);
    let same = bytes.iter().all(|b| matches!(b, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'?' | b'#'));
    let variable = |rest: &str| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    same || value.chars().all(|c| matches!(c, '•' | '●' | '∗' | '…' | '█'))
        || inner("${", "}")
        || inner("{{", "}}")
        || inner("{", "}")
        || inner("<", ">")
        || inner("%(", ")s")
        || inner("$(", ")")
        || inner("[", "]") && bytes.iter().any(u8::is_ascii_uppercase) && !bytes.iter().any(u8::is_ascii_digit)
        || inner("%", "%") && variable(value.trim_matches('%'))
        || value.strip_prefix('$').is_some_and(variable)
        || matches!(value, "%s" | "%d" | "?")
        || value.contains("****")
}

/// An address or path: it says where a credential is. What is secret in it has its own form or name.
fn is_address(value: &str) -> bool {
    let scheme = value.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'))
    });
    let plain = |b: u8| {
        b.is_ascii_lowercase() || matches!(b, b'/' | b'.' | b'_' | b'-' | b'{' | b'}' | b'<' | b'>' | b':' | b'~')
    };
    let path = value.starts_with(['/', '~']) || value.starts_with("./") || value.starts_with("../");
    scheme || path && value.bytes().all(plain)
}

/// Code that gets the value from elsewhere: `os.environ["X"]`, `getpass()`, `process.env.TOKEN`.
pub(super) fn is_expression(value: &str) -> bool {
    let name: usize = value.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
    let rest = &value[name..];
    let starts = value.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let call = rest.starts_with('(') && rest.ends_with(')') || rest.starts_with("[\"") || rest.starts_with("['");
    let dotted = [
        "process.env.",
        "os.environ",
        "self.",
        "this.",
        "config.",
        "settings.",
        "request.",
        "req.",
        "env.",
        "secrets.",
    ]
    .iter()
    .any(|start| value.starts_with(start));
    starts && (call || rest.is_empty() && dotted)
}

/// Several words of which one is of the kind that sentences have, or that end as one.
pub(super) fn is_sentence(lower: &str) -> bool {
    let mut words = lower.split_whitespace();
    if words.clone().count() < 2 {
        return false;
    }
    let stops = lower.ends_with(['.', '!', '?']) && lower.split_whitespace().count() > 2;
    let table = table();
    // Of four words and more one about credentials does not make a sentence: `correct horse battery staple`.
    let short = words.clone().count() < 4;
    stops
        || words.any(|word| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'');
            table.sentence.contains(word) || short && table.about.contains(word)
        })
}

/// Whether a word that stands after a name without any sign between them looks like something nobody says: letters and digits, and not
/// the name of an algorithm or standard.
pub(super) fn looks_random(word: &str) -> bool {
    const NAMES: [&str; 16] = [
        "sha", "md5", "pbkdf", "oauth", "base64", "base32", "utf", "http", "rfc", "iso", "hs256", "rs256", "es256",
        "argon", "v1", "v2",
    ];
    let lower = word.to_ascii_lowercase();
    word.len() >= 8 && is_mixed(word) && !NAMES.iter().any(|name| lower.contains(name)) && !is_address(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_about_a_secret_are_none() {
        for value in [
            "expired",
            "required",
            "string",
            "true",
            "NULL",
            "[9 characters]",
            "ghp_…[40 characters]",
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "{{ token }}",
            "<your-token>",
            "********",
            "xxxxxxxx",
            "/run/secrets/db_password",
            "https://auth.example/token",
            "os.environ[\"SECRET\"]",
            "getpass.getpass()",
            "process.env.TOKEN",
            "This field is required.",
            "must not be empty",
            "The CSRF token is missing",
            "%(password)s",
            "has expired",
            "ab",
            "12",
        ] {
            assert!(!is_secret(value, Kind::Secret), "{value}");
        }
        for value in [
            "sunshine",
            "password",
            "correct horse battery staple",
            "s3cr3t",
            "gale-7hQ2xMv",
            "1234",
            "$ecret99",
            "abc",
        ] {
            assert!(is_secret(value, Kind::Secret), "{value}");
        }
        assert!(
            is_secret("123", Kind::Pin) && !is_secret("1234", Kind::Count) && !is_secret("bearer", Kind::Authorization)
        );
        assert!(is_secret("abandon about this must only", Kind::Phrase) && is_secret("https://x/y", Kind::Url));
    }
}
