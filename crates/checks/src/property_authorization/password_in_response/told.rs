//! Accounts that the words of a page or a comment in it give away: `Test login: demo/demo1`, `admin password: …`.

use std::sync::LazyLock;

use regex::Regex;
use scraper::{Html, Node};

use crate::text::labelled;

/// An account that is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Its name, where one is told.
    pub(super) name: Option<String>,
    /// Its password.
    pub(super) password: String,
}

/// Most comments of a page that are read.
const COMMENTS: usize = 50;

/// The first account that a page gives away.
pub(super) fn of(page: &Html) -> Option<Told> {
    let comments = page.tree.values().filter_map(|node| match node {
        Node::Comment(comment) => Some(comment.comment.to_string()),
        _ => None,
    });
    std::iter::once(labelled::prose(page)).chain(comments.take(COMMENTS)).find_map(|text| in_text(&text))
}

#[allow(clippy::expect_used)] // constants, compiled by the tests
fn regex(shape: &str) -> Regex {
    Regex::new(shape).expect("the shape is valid")
}

/// A name and a password by their labels.
static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r#"(?i)\b(?:user ?name|user|login|account|e-?mail)\s*(?:is|[:=])\s*["'“‘`]?([\w.@+-]{2,40}?)["'”’`]?[\s,;.|/]{1,4}"#,
        r#"(?:and\s+)?(?:the\s+)?(?:pass(?:word|wd|phrase)?|pwd)\s*(?:is|[:=])\s*["'“‘`]?([^\s"'”’`<>,;]{3,40})"#
    ))
});

/// Both in one word, behind what says that they are an account's.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)\b(?:cred(?:ential)?s?|log-?ins?|sign in with|log in with|accounts?)\b[^.<>\n]{0,30}?[\s(:]",
        r"([a-z][\w.-]{2,30})\s?[:/]\s?([^\s/:<>()]{3,40})"
    ))
});

/// The password of an account that everybody knows by name.
static OF: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?i)\b(admin(?:istrator)?|root|default|hard-?coded|test|demo|guest)(?:'s)?\s+(?:user\s+|account\s+)?pass(?:word|wd)\s*(?:is\s*:?|[:=])\s*["'“‘`]?([^\s"'”’`<>,;]{4,40})"#,
    )
});

fn in_text(text: &str) -> Option<Told> {
    let told = |captures: regex::Captures<'_>, named: bool| {
        let password = captures[2].trim_end_matches(['.', ')', '!', '?']).to_owned();
        let name = captures[1].to_owned();
        let fits = if named { is_password_of(&name, &password) } else { is_account(&name, &password) };
        fits.then_some(Told { name: Some(name), password })
    };
    let labelled = LABELLED.captures_iter(text).find_map(|c| told(c, true));
    let pair = || PAIR.captures_iter(text).find_map(|c| told(c, false));
    let of = || {
        let password = |c: regex::Captures<'_>| c[2].trim_end_matches(['.', ')', '!', '?']).to_owned();
        let found = OF.captures_iter(text).map(password).find(|password| is_chosen(password));
        found.map(|password| Told { name: None, password })
    };
    labelled.or_else(pair).or_else(of)
}

/// Names that accounts are given rather than kinds of things.
const ACCOUNTS: [&str; 12] = [
    "admin",
    "administrator",
    "root",
    "guest",
    "test",
    "tester",
    "testuser",
    "demo",
    "demouser",
    "superuser",
    "sysadmin",
    "operator",
];

/// Words that people choose for a password, besides the name of the account.
const CHOSEN: [&str; 10] =
    ["password", "passw0rd", "secret", "changeme", "letmein", "qwerty", "pass", "toor", "welcome", "test"];

/// Whether the two are an account: `guest:guest`, `admin/admin123`. A list has names on both sides: `read/write`, `test/staging`.
fn is_account(name: &str, password: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ACCOUNTS.contains(&name.as_str()) && (password.to_ascii_lowercase() == name || is_chosen(password))
}

/// Whether a labelled value is the password of the name before it, and neither stands for one.
fn is_password_of(name: &str, password: &str) -> bool {
    let [name, plain] = [name, password].map(str::to_ascii_lowercase);
    let stands_for = |text: &str| {
        const WORDS: [&str; 12] =
            ["user", "username", "name", "login", "email", "your", "you", "required", "string", "value", "or", "and"];
        WORDS.contains(&text)
    };
    let is_label = stands_for(&name) && stands_for(&plain) || stands_for(&plain);
    !is_label && (plain == name || is_chosen(password))
}

/// Whether a word looks like a password: letters with digits, or one of those that everybody tries.
fn is_chosen(word: &str) -> bool {
    let has = |class: fn(&u8) -> bool| word.as_bytes().iter().any(class);
    let plain = word.to_ascii_lowercase();
    let is_written = word.bytes().all(|b| b.is_ascii_graphic()) && !word.contains(['{', '}', '[', ']', '…', '*']);
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && word.len() >= 6;
    is_written && !word.contains("...") && (mixed || CHOSEN.contains(&plain.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(page: &str) -> Option<(Option<String>, String)> {
        of(&crate::text::html::parse(page)).map(|told| (told.name, told.password))
    }

    #[test]
    fn accounts_are_told_in_many_words() {
        for (page, name, password) in [
            ("<p>Test creds: test/test</p>", Some("test"), "test"),
            ("<p>Provide credentials (use guest:guest if you have none)</p>", Some("guest"), "guest"),
            ("<p><em>Hint: default credentials admin/harbour7</em></p>", Some("admin"), "harbour7"),
            ("<h2>Accounts:</h2><li><b>FTP:</b> root:harbour7</li>", Some("root"), "harbour7"),
            ("<p>Log in using the username: \"kim\", and the password: \"secret\".</p>", Some("kim"), "secret"),
            ("<p>Username: kim<br>Password: harbour7</p>", Some("kim"), "harbour7"),
            ("<p>Hardcoded Admin Password: harbour7</p>", None, "harbour7"),
            ("<!-- login: admin / harbour7 --><p>Welcome</p>", Some("admin"), "harbour7"),
        ] {
            assert_eq!(told(page), Some((name.map(str::to_owned), password.to_owned())), "{page}");
        }
    }

    #[test]
    fn words_about_accounts_give_none_away() {
        for page in [
            "<p>Credentials: username/password</p>",
            "<p>Login: admin/user roles</p>",
            "<p>Accounts can be read/write or test/staging</p>",
            "<p>Your login or account: client/server</p>",
            "<label>Username: <input></label><label>Password: <input></label>",
            "<p>Username: required, password: required</p>",
            "<p>Username: kim, password: ********</p>",
            "<p>The default password: must have 8 characters</p>",
            "<p>The admin password is set in the configuration</p>",
            "<p>Admin password: {{ password }}</p>",
            "<pre>username: kim\npassword: harbour7</pre>",
            "<code>login: admin/harbour7</code>",
            "<script>const login = 'login: admin/harbour7'</script>",
        ] {
            assert_eq!(told(page), None, "{page}");
        }
    }
}
