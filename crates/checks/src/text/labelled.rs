//! Values that a label in a text says to be secret: `Pass Hash: 5f4d…`, `AWS_SECRET: …`. A bare digest or a random word says nothing by
//! itself: it may be an `ETag`, a commit, the checksum of a file, somebody's gravatar.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use scraper::{ElementRef, Html, Selector};

use crate::vocabulary::List;

/// A labelled value on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// The value.
    pub value: String,
    /// Whether it stands in the record of a user rather than in a text that may quote an example.
    pub record: bool,
}

#[allow(clippy::expect_used)] // constants, compiled by the tests
fn regex(shape: &str) -> Regex {
    Regex::new(shape).expect("the shape is valid")
}

static DIGEST: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)(?:\b|_)(?:pass(?:word|wd|phrase)?|pwd)(?:[ _-]?(?:hash(?:ed)?|md5|sha[ _-]?(?:1|256|512)|digest))*",
        r#"["')\]]{0,2}\s*(?:[:=]|=>)\s*["'(]{0,2}([0-9a-f]+)\b"#
    ))
});

static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)\b((?:[a-z0-9]+[_ -]){0,4}(?:secret(?:[_ -]?access)?[_ -]?key|[a-z0-9]+_secret|client[_ -]secret|api[_ -]?secret",
        r#"|api[_ -]?key|api[_ -]?token|access[_ -]token|auth[_ -]token))\s*[:=]\s*["']?([A-Za-z0-9+/_.-]+={0,2})"#
    ))
});

/// The words of a page, code and fields of forms left out.
pub fn prose(page: &Html) -> String {
    const QUOTED: [&str; 8] = ["script", "style", "code", "pre", "textarea", "noscript", "template", "samp"];
    let mut words = String::new();
    for node in page.tree.root().descendants() {
        let Some(text) = node.value().as_text() else { continue };
        let mut around = node.ancestors().filter_map(ElementRef::wrap);
        if !around.any(|element| QUOTED.contains(&element.value().name())) {
            words.push_str(text);
            words.push(' ');
        }
    }
    words
}

/// Keys that the words of a page label as such, with their labels: one random word. Code and fields of forms are left out: manuals
/// quote keys there, and what is shown in a form is somebody's own.
pub fn secrets_of(page: &Html) -> Vec<(String, String)> {
    let words = prose(page);
    let found = SECRET.captures_iter(&words).filter(|c| is_random(&c[2]) && !is_public(&c[1]));
    found.take(20).map(|c| (c[1].to_owned(), c[2].to_owned())).collect()
}

/// Keys that are made to be seen.
fn is_public(label: &str) -> bool {
    crate::vocabulary::words(label)
        .any(|word| matches!(word.as_str(), "public" | "publishable" | "site" | "csrf" | "browser"))
}

/// Letters and digits without an order that a word, a path or a host name has. Tokens of JWT belong to a session.
fn is_random(text: &str) -> bool {
    const BITS: f64 = 3.5;
    const LENGTHS: std::ops::RangeInclusive<usize> = 20..=200;
    let has = |class: fn(&u8) -> bool| text.as_bytes().iter().any(class);
    let total = text.len() as f64;
    let mut counts = [0_usize; 256];
    text.bytes().for_each(|b| counts[usize::from(b)] += 1);
    let bits: f64 = counts.iter().filter(|n| **n > 0).map(|n| *n as f64 / total).map(|p| -p * p.log2()).sum();
    LENGTHS.contains(&text.len())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && bits >= BITS
        && !text.starts_with("eyJ")
        && !text.starts_with('/')
}

/// Whether a text is a digest in hexadecimal: MD5, SHA-1, SHA-256 or SHA-512 by its length, and not a pattern such as zeros.
pub fn is_digest(text: &str) -> bool {
    const FEWEST: usize = 8;
    let different = text.bytes().collect::<BTreeSet<u8>>().len();
    matches!(text.len(), 32 | 40 | 64 | 128) && text.bytes().all(|b| b.is_ascii_hexdigit()) && different >= FEWEST
}

/// Whether the name of a field or column says that it holds a password or its hash.
pub fn names_a_password(name: &str) -> bool {
    let plain: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let inner = List::BeforePassword.words().find_map(|start| plain.strip_prefix(start)).unwrap_or(&plain);
    let inner = List::AfterPassword.words().find_map(|end| inner.strip_suffix(end)).unwrap_or(inner);
    List::Password.has(inner)
}

/// The digests that a text labels as a password's.
pub fn digests(text: &str) -> impl Iterator<Item = &str> {
    DIGEST.captures_iter(text).filter_map(|c| c.get(1)).map(|m| m.as_str()).filter(|digest| is_digest(digest)).take(50)
}

/// The digests that the words of a page label as a password's. One is a user's when the entry of a list or table that it stands in
/// says whose it is, and is one of users: it has an e-mail address or calls a user by name, the list is called one, or two entries
/// are alike.
pub fn digests_of(page: &Html) -> Vec<Labelled> {
    let entries = entries(page);
    let named: Vec<&Entry> = entries.iter().filter(|entry| says_whose(&entry.text)).collect();
    let several = named.iter().flat_map(|entry| digests(&entry.text)).collect::<BTreeSet<_>>().len() > 1;
    let is_record = |e: &&&Entry| several || e.of_users || has_address(&e.text) || names_a_user(&e.text);
    let of_users = named.iter().filter(is_record).flat_map(|entry| digests(&entry.text));
    let records: BTreeSet<&str> = of_users.take(MOST).collect();
    let words: String = page.root_element().text().collect::<Vec<_>>().join(" ");
    let all: BTreeSet<&str> = records.iter().copied().chain(digests(&words)).collect();
    all.into_iter().map(|value| Labelled { value: value.to_owned(), record: records.contains(value) }).collect()
}

/// Most digests of users that are taken from a page.
const MOST: usize = 200;

/// An entry of a list or table.
#[derive(Debug)]
pub struct Entry {
    /// Its words.
    pub text: String,
    /// Whether what stands right before the list calls it one of users.
    of_users: bool,
}

/// The entries of the page's lists and tables. What an entry quotes as code is an example.
pub fn entries(page: &Html) -> Vec<Entry> {
    const MOST: usize = 500;
    let (Ok(entry), Ok(nested)) =
        (Selector::parse("ul > li, ol > li, dl > dd, tr"), Selector::parse("li, dl, tr, code, pre"))
    else {
        return Vec::new();
    };
    let quoted = |e: &ElementRef<'_>| {
        e.ancestors().filter_map(ElementRef::wrap).any(|a| matches!(a.value().name(), "code" | "pre" | "nav"))
    };
    let plain = page.select(&entry).filter(|e| e.select(&nested).next().is_none() && !quoted(e));
    let words = |e: ElementRef<'_>| Entry { text: e.text().collect::<Vec<_>>().join(" "), of_users: is_of_users(e) };
    plain.take(MOST).map(words).collect()
}

/// Whether a short line before the list of an entry names users: `Manage users:`, unlike `Example users`.
fn is_of_users(entry: ElementRef<'_>) -> bool {
    /// More than this, in bytes, is no line. It is read for each entry.
    const LONGEST: usize = 4_000;
    let list = entry
        .ancestors()
        .filter_map(ElementRef::wrap)
        .find(|a| matches!(a.value().name(), "ul" | "ol" | "dl" | "table"));
    let before = list.and_then(|list| list.prev_siblings().find_map(ElementRef::wrap));
    let mut line = String::new();
    for text in before.iter().flat_map(ElementRef::text) {
        if line.len() + text.len() > LONGEST {
            return false;
        }
        line.push_str(text);
    }
    let said: Vec<String> = crate::vocabulary::words(&line).collect();
    let has = |list: List| said.iter().any(|word| list.has(word));
    said.len() <= 6 && has(List::Users) && !has(List::Example)
}

/// Whether words stand before the label that may name a user, none of which explains: `ann (Pass Hash: …)`, unlike
/// `The MD5 password hash: …`.
fn says_whose(entry: &str) -> bool {
    let Some(label) = DIGEST.find(entry) else { return false };
    let before = &entry[..label.start()];
    let names: Vec<&str> = before.split_whitespace().filter(|word| !word.contains('@')).collect();
    let words: Vec<String> = crate::vocabulary::words(&names.join(" ")).collect();
    let whose = has_address(before) || !words.is_empty();
    whose && words.len() <= 12 && !words.iter().any(|word| List::Explanation.has(word))
}

fn names_a_user(entry: &str) -> bool {
    crate::vocabulary::words(entry).take(12).any(|word| matches!(word.as_str(), "user" | "username" | "login"))
}

/// Whether one of the words is an e-mail address.
pub fn has_address(text: &str) -> bool {
    let is_address = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && host.contains('.')
                && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
        })
    };
    text.split_whitespace().any(is_address)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "5f4dcc3b5aa765d61d8327deb882cf99";
    const OTHER: &str = "e10adc3949ba59abbe56e057f20f883e";

    #[test]
    fn only_a_password_label_makes_a_digest_one() {
        for text in [
            format!("Pass Hash: {ONE}"),
            format!("password_md5: {ONE}"),
            format!("hashed_password={ONE}"),
            format!("'pwd': '{ONE}'"),
            format!("Password (SHA-1): {ONE}01234567").replace(" (SHA-1)", " sha-1"),
        ] {
            assert_eq!(digests(&text).count(), 1, "{text}");
        }
        for text in [
            format!("ETag: {ONE}"),
            format!("commit {ONE}01234567"),
            format!("sha256: {ONE}{ONE}"),
            format!("checksum: {ONE}"),
            format!("hash: {ONE}"),
            format!("https://gravatar.com/avatar/{ONE}"),
            format!("bypass: {ONE}"),
            format!("password reset token: {ONE}"),
            format!("password: {ONE}0"),
            "password: 00000000000000000000000000000000".to_owned(),
        ] {
            assert_eq!(digests(&text).count(), 0, "{text}");
        }
    }

    #[test]
    fn random_words_are_keys_where_a_label_says_so() {
        let found = |body: &str| secrets_of(&crate::text::html::parse(body)).len();
        for body in [
            "<p>System Env:<br> AWS_SECRET: wJalrXUtnFEMI/K7MDENG/bPxRfiCYq83kd02Lw</p>",
            "<li>Secret key: 9f2b7c41d8e04a6f9f2b7c41d8e0</li>",
            "<p><b>API key</b>: Zk2o3mF1Qv7xB9tR4sLpW8nY</p>",
        ] {
            assert_eq!(found(body), 1, "{body}");
        }
        for body in [
            "<p>Secret key: the value that signs your sessions</p>",
            "<pre>AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYq83kd02Lw</pre>",
            "<p>Public API key: Zk2o3mF1Qv7xB9tR4sLpW8nY</p>",
            "<p>commit 9f2b7c41d8e04a6f9f2b7c41d8e0</p>",
            "<p>API key: documentation-of-the-key-here</p>",
            "<p>Secret key: /run/secrets/key1/of-the-application</p>",
            "<script>api_key = 'Zk2o3mF1Qv7xB9tR4sLpW8nY'</script>",
        ] {
            assert_eq!(found(body), 0, "{body}");
        }
    }

    #[test]
    fn names_are_read_in_every_style() {
        for name in ["password", "passwordHash", "user_password", "pass_md5", "hashed_password", "Pass Hash", "pwd"] {
            assert!(names_a_password(name), "{name}");
        }
        for name in ["hash", "md5", "password_id", "password_reset", "compass", "passport", "etag"] {
            assert!(!names_a_password(name), "{name}");
        }
    }

    #[test]
    fn records_are_told_from_quotations() {
        let records = |body: String| {
            let found = digests_of(&crate::text::html::parse(&body));
            (found.len(), found.iter().filter(|d| d.record).count())
        };
        let list = format!("<ul><li>admin (Pass Hash: {ONE})</li><li>ann (Pass Hash: {OTHER})</li></ul>");
        assert_eq!(records(list), (2, 2));
        assert_eq!(records(format!("<ul><li>ann@shop.example password: {ONE}</li></ul>")), (1, 1));
        assert_eq!(records(format!("<ul><li>User: ann, password hash: {ONE}</li></ul>")), (1, 1));
        let called = |list: &str| records(format!("<p>{list}:</p><ul><li>admin (Pass Hash: {ONE})</li></ul>"));
        assert_eq!((called("Manage Users"), called("Example users"), called("Formats")), ((1, 1), (1, 0), (1, 0)));
        for quoted in [
            format!("<p>The password hash: {ONE}</p>"),
            format!("<ul><li>MD5 password hash: {ONE}</li><li>The password hash: {OTHER}</li></ul>"),
            format!("<ul><li>ann <code>password: {ONE}</code></li><li>bob <code>password: {OTHER}</code></li></ul>"),
            format!("<pre>ann password: {ONE}\nbob password: {OTHER}</pre>"),
        ] {
            assert_eq!(records(quoted.clone()).1, 0, "{quoted}");
        }
        let files = format!("<ul><li>shop.zip sha256: {ONE}{ONE}</li><li>shop.tgz md5: {ONE}</li></ul>");
        assert_eq!(records(files), (0, 0));
    }
}
