//! Paths in text that people read: a list of endpoints on a start page, in a plain text, in a comment, in a string of a JSON answer.

use std::sync::LazyLock;

use model::{Method, Origin};
use regex::Regex;

/// Most paths that one text gives.
const MOST: usize = 12;

/// Longest text that is read.
const TEXT: usize = 64 * 1024;

/// Directories of file systems: a path below them is no URL.
const FILES: [&str; 15] =
    ["etc", "usr", "var", "home", "Users", "tmp", "opt", "bin", "proc", "dev", "root", "srv", "lib", "mnt", "sys"];

/// Ends of file names that are no pages.
const ENDINGS: [&str; 9] = [".py", ".sh", ".toml", ".cfg", ".ini", ".conf", ".md", ".rst", ".log"];

/// The paths that a text names, with the method before each when it says one: `POST /users`, `/users/<int:id>`, `/search?q=`.
/// A placeholder becomes 1.
pub(super) fn paths(text: &str) -> Vec<(Option<Method>, String)> {
    #[allow(clippy::expect_used)] // a constant; the test below compiles it
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:\b(GET|POST|PUT|PATCH|DELETE)[\s:]{1,4}["']?|^|[\s"'(=:,])(/[A-Za-z0-9_][A-Za-z0-9_./<>{}:-]{0,120})(\?[A-Za-z0-9_=&%.:/@-]{1,120})?"#)
            .expect("valid")
    });
    let mut found: Vec<(Option<Method>, String)> = Vec::new();
    for captures in PATH.captures_iter(&text[..text.floor_char_boundary(TEXT)]) {
        let method = captures.get(1).map(|m| Method::new(m.as_str()));
        let query = captures.get(2).and(captures.get(3)).map_or_else(String::new, |q| ordinary(q.as_str()));
        let Some(path) = captures.get(2).and_then(|p| concrete(p.as_str())) else { continue };
        let path = format!("{path}{query}");
        if found.len() < MOST && !found.iter().any(|(m, p)| *m == method && *p == path) {
            found.push((method, path));
        }
    }
    found
}

/// The text with the paths of the target's own addresses in place of the addresses. What documents an application names it by where
/// its author ran it: on this machine, whatever the port.
pub(super) fn own(text: &str, origin: &Origin) -> String {
    #[allow(clippy::expect_used)] // a constant; the test below compiles it
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(^|[\s"'`(<>,])https?://([A-Za-z0-9.-]+|\[::1\])(:[0-9]{1,5})?(/)"#).expect("valid")
    });
    const HERE: [&str; 4] = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"];
    let text = &text[..text.floor_char_boundary(TEXT)];
    ADDRESS
        .replace_all(text, |address: &regex::Captures<'_>| {
            let group = |at: usize| address.get(at).map_or("", |m| m.as_str());
            let port = group(3).strip_prefix(':').and_then(|p| p.parse::<u16>().ok());
            let own = group(2).eq_ignore_ascii_case(&origin.host) && port.is_none_or(|port| port == origin.port);
            // What may stand before an address does not stand before a path: `<http://...>`, but `</a>`.
            let before = if matches!(group(1), "<" | ">" | "`") { " " } else { group(1) };
            if own || HERE.contains(&group(2)) { format!("{before}/") } else { group(0).to_owned() }
        })
        .into_owned()
}

/// The query with the values that an ordinary client would send. A sample that climbs out of its folder or chains commands is an
/// attack that the text warns of; its name is worth knowing, its value is not to be sent.
fn ordinary(query: &str) -> String {
    let value_of = |value: &str| {
        let plain = !value.contains(['%', '+']) && !value.contains("..") && !value.starts_with('/');
        if plain { value.to_owned() } else { String::new() }
    };
    let pairs = query.trim_start_matches('?').trim_end_matches(['.', ':', ',']).split('&');
    let kept = pairs.map(|pair| match pair.split_once('=') {
        Some((name, value)) => format!("{name}={}", value_of(value)),
        None => pair.to_owned(),
    });
    format!("?{}", kept.collect::<Vec<String>>().join("&"))
}

/// The path without a full stop that ends the sentence and with its placeholders filled; `None` when it is no path of an API.
pub(super) fn concrete(path: &str) -> Option<String> {
    let path = path.trim_end_matches(['.', ':', ',', '-']);
    let first = path.split('/').nth(1).unwrap_or("");
    let file = super::asset::is_asset(path) || ENDINGS.iter().any(|end| path.ends_with(end));
    if FILES.contains(&first) || path.len() < 3 || file {
        return None;
    }
    let segments: Option<Vec<String>> = path
        .split('/')
        .map(|segment| {
            let placeholder = segment.starts_with(['<', '{', ':']) && segment.len() > 1;
            let clean = !segment.contains(['<', '>', '{', '}', ':']);
            if placeholder { Some("1".to_owned()) } else { clean.then(|| segment.to_owned()) }
        })
        .collect();
    segments.map(|segments| segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        let shown =
            |(method, path): (Option<Method>, String)| method.map_or_else(|| path.clone(), |m| format!("{m} {path}"));
        paths(text).into_iter().map(shown).collect()
    }

    #[test]
    fn lists_of_endpoints_are_read() {
        let text = "Welcome.\nGET /users - all\nPOST /users\n/users/<int:id>\n/find?q= searches; see /notes.";
        assert_eq!(named(text), ["GET /users", "POST /users", "/users/1", "/find?q=", "/notes"]);
        assert_eq!(named("GET: /items/{item_id}"), ["GET /items/1"]);
    }

    #[test]
    fn calls_to_where_the_author_ran_it_are_calls_to_the_target() {
        let origin = Origin { scheme: model::Scheme::Http, host: "shop.example".to_owned(), port: 80 };
        let text = "curl -X POST 'http://localhost:5000/users' or http://127.0.0.1:8000/get?filename=../app.py&n=2\n\
                    <http://shop.example/find?q=tea> http://shop.example:81/a http://else.example/b?c=1\n\
                    /fetch?url=http://127.0.0.1:5000/x";
        let own = own(text, &origin);
        let found = ["POST /users", "/get?filename=&n=2", "/find?q=tea", "/fetch?url=http://127.0.0.1:5000/x"];
        assert_eq!(named(&own), found);
        assert_eq!(named("see /run?cmd=cat%20/etc/passwd and /read?file=/etc/passwd."), ["/run?cmd=", "/read?file="]);
    }

    #[test]
    fn files_fractions_and_markup_are_no_paths() {
        for text in [
            "read/write",
            "1/2",
            "/etc/passwd",
            "in /usr/lib/python3",
            "/Users/ada/app",
            "/__init__.py",
            "/style.css",
            "</a>",
            "http://x.example/a",
            "/",
        ] {
            assert!(named(text).is_empty(), "{text}: {:?}", named(text));
        }
    }
}
