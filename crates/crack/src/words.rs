//! The words tried first: likely secrets of Flask applications and JWT, and words made of the target's own names.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// The embedded list, likeliest first; its sources and its escapes are in `data/README.md`.
static LIST: &str = include_str!("../data/words.txt");

/// The embedded list of likely secrets as bytes, likeliest first, each once.
pub fn embedded() -> impl Iterator<Item = Cow<'static, [u8]>> + Clone + Send {
    LIST.lines().map(unescape)
}

/// The decimal numbers of up to so many digits, those with leading zeros too: PINs and dates are typed in for secrets. At most 6 digits
/// are made, which are a million words.
pub fn numbers(digits: usize) -> impl Iterator<Item = Vec<u8>> + Clone + Send {
    (1..=digits.min(6))
        .flat_map(|digits| (0..10_u32.pow(digits as u32)).map(move |n| format!("{n:0digits$}").into_bytes()))
}

/// Secrets as people make them up: what it is for, that it is one, and a year or a number, written together in some way:
/// `my-flask-secret-2023`, `django_key_123`. Some ten thousand.
pub fn composed() -> impl Iterator<Item = Vec<u8>> + Clone + Send {
    const BETWEEN: [&str; 3] = ["-", "_", ""];
    const BEFORE: [&str; 5] = ["", "my", "super", "the", "your"];
    const OF: [&str; 12] =
        ["", "flask", "django", "fastapi", "app", "api", "jwt", "web", "dev", "session", "test", "site"];
    const NOUNS: [&str; 4] = ["secret", "key", "secret key", "token"];
    #[rustfmt::skip]
    const AFTER: [&str; 15] = [
        "", "1", "12", "123", "1234", "12345", "!", "2018", "2019", "2020", "2021", "2022", "2023", "2024", "2025",
    ];
    BETWEEN.into_iter().flat_map(|between| {
        BEFORE.into_iter().flat_map(move |before| {
            OF.into_iter().flat_map(move |of| {
                NOUNS.into_iter().flat_map(move |noun| {
                    AFTER.into_iter().map(move |after| {
                        let parts = [before, of].into_iter().chain(noun.split(' ')).chain([after]);
                        parts.filter(|part| !part.is_empty()).collect::<Vec<&str>>().join(between).into_bytes()
                    })
                })
            })
        })
    })
}

/// A line with `\n`, `\xHH` and `\\` replaced by the byte they stand for; any other backslash is itself.
fn unescape(line: &'static str) -> Cow<'static, [u8]> {
    if !line.contains('\\') {
        return Cow::Borrowed(line.as_bytes());
    }
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let after = &rest[at + 1..];
        let hex = after.strip_prefix('x').and_then(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok());
        let (byte, used) = match (hex, after.as_bytes().first()) {
            (Some(byte), _) => (byte, 3),
            (None, Some(b'n')) => (b'\n', 1),
            (None, Some(b'\\')) => (b'\\', 1),
            _ => (b'\\', 0),
        };
        out.push(byte);
        rest = &after[used..];
    }
    out.extend_from_slice(rest.as_bytes());
    Cow::Owned(out)
}

/// The most names of a target that words are made of.
const NAMES: usize = 8;

/// The most bytes of a text that are read, and the longest name.
const TEXT: usize = 200;
const NAME: usize = 40;

/// The parts of host names and titles that say nothing of the application.
#[rustfmt::skip]
const COMMON: [&str; 56] = [
    "www", "com", "org", "net", "edu", "gov", "info", "dev", "app", "api", "io", "co", "uk", "de", "fr", "eu", "ru", "us", "local", "localhost",
    "localdomain", "internal", "lan", "home", "example", "test", "staging", "stage", "prod", "web", "http", "https", "onrender", "herokuapp",
    "pythonanywhere", "vercel", "appspot", "azurewebsites", "the", "and", "for", "of", "to", "in", "on", "with", "by", "an", "login", "sign",
    "welcome", "swagger", "ui", "redoc", "documentation", "docs",
];

/// What is written around a name: the name itself replaces `*`.
#[rustfmt::skip]
const PATTERNS: [&str; 72] = [
    "*", "*-secret", "*_secret", "*secret", "*-secret-key", "*_secret_key", "*secretkey", "* secret key", "* secret", "*-key", "*_key", "*key",
    "*-dev", "*_dev", "*dev", "*-dev-secret", "*_dev_secret", "*-dev-key", "*-dev-secret-key", "dev-*", "dev_*", "dev-secret-*", "*-jwt", "*-jwt-secret",
    "*_jwt_secret", "*jwtsecret", "*-jwt-secret-key", "*_jwt_secret_key", "*-jwt-key", "*-session", "*-session-secret", "*_session_secret", "*-session-key",
    "*-token", "*_token", "*-token-secret", "*-auth", "*-auth-secret", "*-api", "*_api", "*api", "*-api-secret", "*-api-key", "*-app", "*_app", "*app",
    "*-app-secret", "*-app-secret-key", "secret-*", "secret_*", "secret*", "secret-key-*", "my-*-secret", "my-*-secret-key", "my*", "my-*", "super-secret-*",
    "super-secret-*-key", "*-super-secret", "*-super-secret-key", "*_super_secret_key", "*-change-me", "*-changeme", "*-prod", "*-production", "*-test",
    "*-password", "*password", "*pass", "*-local", "flask-*", "*-flask",
];

/// What is written after a name without more ado; years included.
#[rustfmt::skip]
const SUFFIXES: [&str; 28] = [
    "1", "12", "123", "1234", "12345", "123456", "!", "!!", "@123", "#123", "_123", "-123", "123!", "@1", "01", "2019", "2020", "2021", "2022", "2023",
    "2024", "2025", "2026", "-2024", "-2025", "-2026", "@2025", "@2026",
];

/// Words made of the names that the target goes by: its host, the title of its page or API, its application's name; each may be empty.
///
/// Each word is there once, in a fixed order, and there are at most some 2,000 however long the texts are.
pub fn derived(host: &str, title: &str, app_name: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut words = Vec::new();
    for name in names(host, title, app_name) {
        let upper = name.to_uppercase();
        let capital: String = upper.chars().take(1).chain(name.chars().skip(1)).collect();
        let patterns = PATTERNS.iter().map(|pattern| pattern.replace('*', &name));
        let suffixes =
            [&name, &capital].into_iter().flat_map(|name| SUFFIXES.iter().map(move |suffix| format!("{name}{suffix}")));
        let capitals =
            ["", "Secret", "SecretKey", "Key", "Api", "App", "JwtSecret"].map(|suffix| format!("{capital}{suffix}"));
        let uppers = ["", "_SECRET", "_SECRET_KEY", "_KEY", "_JWT_SECRET"].map(|suffix| format!("{upper}{suffix}"));
        let all = patterns.chain(suffixes).chain(capitals).chain(uppers);
        words.extend(all.filter(|word| seen.insert(word.clone())));
    }
    words
}

/// The names in the texts, in lower case: application first, then title, then host; several words together before each by itself.
fn names(host: &str, title: &str, app_name: &str) -> Vec<String> {
    let host = host.rsplit_once("//").map_or(host, |(_, host)| host);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    let address = host.starts_with('[') || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let mut names: Vec<String> = Vec::new();
    for text in [app_name, title, if address { "" } else { host }] {
        let text: String = text.chars().take(TEXT).collect::<String>().to_lowercase();
        let parts: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() > 1).collect();
        let telling: Vec<&str> = parts.iter().copied().filter(|part| !COMMON.contains(part)).collect();
        let joined =
            if telling.len() > 1 { ["-", "_", "", " "].map(|by| telling.join(by)).to_vec() } else { Vec::new() };
        for name in joined.into_iter().chain(telling.iter().map(ToString::to_string)) {
            if !name.is_empty() && name.chars().count() <= NAME && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.truncate(NAMES);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_small_clean_and_without_repeats() {
        assert!(LIST.len() < 200 << 10);
        assert!(LIST.lines().all(|line| !line.is_empty() && line.bytes().all(|byte| matches!(byte, b' '..=b'~'))));
        let words: Vec<_> = embedded().collect();
        assert!(words.len() > 12_000);
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len());
        let place = |word: &[u8]| words.iter().position(|known| **known == *word).unwrap();
        for word in ["dev", "secret", "changeme", "super-secret", "you-will-never-guess", "your-secret-key", "password"]
        {
            assert!(place(word.as_bytes()) < 1000, "{word}");
        }
        // The key in Flask's quickstart, which needs the escapes.
        assert!(place(b"_5#y2L\"F4Q8z\n\xec]/") < 1000);
    }

    #[test]
    fn numbers_and_what_people_make_up_are_words() {
        let all: Vec<Vec<u8>> = numbers(3).collect();
        assert_eq!((all.len(), all[0].as_slice(), all.last().unwrap().as_slice()), (1_110, &b"0"[..], &b"999"[..]));
        assert!(all.contains(&b"007".to_vec()) && numbers(9).count() == 1_111_110);
        let made: BTreeSet<Vec<u8>> = composed().collect();
        for word in ["my-flask-secret-2023", "django_key_123", "jwtsecretkey", "super-secret-key-2024", "my_api_token"]
        {
            assert!(made.contains(word.as_bytes()), "{word}");
        }
        assert!(made.len() < 12_000, "{}", made.len());
    }

    #[test]
    fn escapes_stand_for_bytes() {
        assert_eq!(*unescape(r"a\x00\xff\\x41\n\q\xg\"), *b"a\x00\xff\\x41\n\\q\\xg\\");
    }

    #[test]
    fn words_come_from_every_name() {
        let words = derived("https://shop.acme-corp.com:8080/x", "Acme Orders API", "Étoile");
        for word in [
            "étoile-secret",
            "Étoile2026",
            "acme",
            "acme-orders",
            "acme_orders_secret_key",
            "Acme123",
            "ACME_SECRET_KEY",
        ] {
            assert!(words.iter().any(|known| known == word), "{word}");
        }
        assert!(!words.iter().any(|word| word == "api" || word == "com"));
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len());
    }

    #[test]
    fn addresses_and_empty_texts_give_nothing_and_long_ones_are_bounded() {
        assert_eq!(derived("127.0.0.1:5000", "", ""), Vec::<String>::new());
        assert_eq!(derived("[::1]", "", ""), Vec::<String>::new());
        let long = (0..100_000).map(|n: u32| n.to_string()).collect::<Vec<_>>().join(" w");
        let words = derived(&long, &long, &"x".repeat(100_000));
        assert!(words.len() <= 2000 && words.iter().all(|word| word.len() < 200));
    }
}
