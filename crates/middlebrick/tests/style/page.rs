//! Pages and documents in Markdown.

use super::short::words;

const MOST_WORDS: usize = 35;

/// Paragraphs, list items and headings of a document, without code and without the addresses of links.
pub(crate) fn prose(text: &str) -> impl Iterator<Item = String> {
    let outside: String = text.split("```").step_by(2).collect();
    let mut parts = vec![String::new()];
    for line in outside.lines() {
        let begins = line.trim_start();
        let new = begins.is_empty() || begins.starts_with(['#', '-', '|']) || is_step(begins);
        if new {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(&without_addresses(line));
            part.push(' ');
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty())
}

fn without_addresses(line: &str) -> String {
    let mut parts = line.split("](");
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |text, part| text + part.split_once(')').map_or("", |(_, rest)| rest))
}

/// `1. Send …`
fn is_step(line: &str) -> bool {
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    digits.len() < line.len() && digits.starts_with(". ")
}

/// A sentence of a page has 35 words at most.
pub(crate) fn long(text: &str) -> Option<String> {
    let is_text = |part: &String| !part.starts_with(['#', '|']) && !part.starts_with("- [");
    prose(text).filter(is_text).find_map(|part| {
        let sentence = part.split(['.', ':', ';', '?']).find(|sentence| words(sentence) > MOST_WORDS)?;
        Some(format!("a sentence of {} words: {}", words(sentence), sentence.trim()))
    })
}

/// How a rule detects is a list of steps.
pub(crate) fn unnumbered(text: &str) -> Option<String> {
    let section = text.split("\n## How it is detected\n").nth(1)?.split("\n## ").next()?;
    let steps = section.lines().filter(|line| is_step(line)).count();
    (steps < 2).then(|| "\"How it is detected\" is not a list of numbered steps".to_owned())
}

/// References are links with titles, or numbers of CWE and CVE.
pub(crate) fn references(text: &str) -> Option<String> {
    let section = text.split("\n## References\n").nth(1)?;
    let is_titled = |line: &str| {
        let link = line.strip_prefix("- [").and_then(|rest| rest.split_once("](https://"));
        link.is_some_and(|(title, url)| title.len() > 2 && url.ends_with(')') && !url.contains(' '))
    };
    let is_number = |line: &str| line.starts_with("- CWE-") || line.starts_with("- CVE-");
    let wrong = section.lines().find(|line| !line.is_empty() && !is_titled(line) && !is_number(line))?;
    Some(format!("a reference without a title: {wrong}"))
}

#[test]
fn sentences() {
    let of = |count: usize| format!("{}end.\n", "word ".repeat(count - 1));
    assert_eq!(long(&of(MOST_WORDS)), None);
    assert!(long(&of(MOST_WORDS + 1)).is_some());
    assert_eq!(long(&format!("```text\n{}```\n", of(90))), None, "code");
    assert_eq!(long(&format!("1. {}2. {}", of(MOST_WORDS - 1), of(MOST_WORDS - 1))), None, "items of a list");
}

#[test]
fn steps() {
    let page = |section: &str| format!("# T\n\n## How it is detected\n\n{section}\n\n## How to fix it\n\n1. a\n2. b\n");
    assert!(unnumbered(&page("It is sent once.")).is_some());
    assert_eq!(unnumbered(&page("1. Send it.\n2. Send it again.")), None);
}

#[test]
fn links() {
    let page = |line: &str| format!("# T\n\n## References\n\n{line}\n");
    for line in [
        "- <https://a.example/b>",
        "- https://a.example/b",
        "- [](https://a.example/b)",
        "- [Title](http://a.example/b)",
    ] {
        assert!(references(&page(line)).is_some(), "{line}");
    }
    assert_eq!(references(&page("- [OWASP: XSS](https://owasp.org/xss)\n- CWE-79\n- CVE-2024-34069")), None);
}

#[test]
fn only_prose_is_read() {
    let parts: Vec<String> =
        prose("# T\n\nSee [the page](https://a.example/asked).\n\n```\ncode\n```\n- item\n").collect();
    assert_eq!(parts, ["# T", "See [the page.", "- item"]);
}
