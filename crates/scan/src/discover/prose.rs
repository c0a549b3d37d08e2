//! Paths in text that people read: a list of endpoints on a start page, in a plain text, in a comment, in a string of a JSON answer.

use std::sync::LazyLock;

use model::Method;
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
        Regex::new(r#"(?:\b(GET|POST|PUT|PATCH|DELETE)[\s:]{1,4}|^|[\s"'(=:,])(/[A-Za-z0-9_][A-Za-z0-9_./<>{}:-]{0,120})(\?[A-Za-z0-9_=&%.-]{1,120})?"#)
            .expect("valid")
    });
    let mut found: Vec<(Option<Method>, String)> = Vec::new();
    for captures in PATH.captures_iter(&text[..text.floor_char_boundary(TEXT)]) {
        let method = captures.get(1).map(|m| Method::new(m.as_str()));
        let query = captures.get(2).and(captures.get(3)).map_or("", |q| q.as_str());
        let Some(path) = captures.get(2).and_then(|p| concrete(p.as_str())) else { continue };
        let path = format!("{path}{query}");
        if found.len() < MOST && !found.iter().any(|(m, p)| *m == method && *p == path) {
            found.push((method, path));
        }
    }
    found
}

/// The path without a full stop that ends the sentence and with its placeholders filled; `None` when it is no path of an API.
fn concrete(path: &str) -> Option<String> {
    let path = path.trim_end_matches(['.', ':', ',', '-']);
    let first = path.split('/').nth(1).unwrap_or("");
    let file = super::page::is_asset(path) || ENDINGS.iter().any(|end| path.ends_with(end));
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
