//! String literals of the program that are messages: what is not part of a test and has some words.

use std::path::Path;

/// Files whose literals only tests see.
const OF_TESTS: [&str; 6] = ["tests", "samples.rs", "scripted.rs", "hostile.rs", "linear", "fuzz"];

/// `file:line` and text of each message in the sources of all crates.
pub(crate) fn messages(crates: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(crates).unwrap().flatten() {
        walk(&entry.path().join("src"), &mut found);
    }
    assert!(found.len() > 1_000, "{} messages", found.len());
    found
}

fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if OF_TESTS.iter().any(|of_tests| name.contains(of_tests)) {
            continue;
        }
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let outside = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
            let literals = literals(outside).into_iter().filter(|(_, text)| is_message(text));
            found.extend(literals.map(|(line, text)| (format!("{}:{line}", path.display()), text)));
        }
    }
}

/// Three words at least. The names of variables in braces are not words.
fn is_message(text: &str) -> bool {
    let word = |word: &&str| word.chars().filter(char::is_ascii_alphabetic).count() >= 2 && !word.starts_with('{');
    text.split_whitespace().filter(word).count() >= 3
}

/// Line and text of each string literal in quotes, joined over continued lines; raw strings and comments are left out.
fn literals(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'', 'r']) {
        let here = &rest[at..];
        let before = rest[..at].chars().next_back();
        let skip = if here.starts_with("//") {
            here.find('\n').unwrap_or(here.len())
        } else if here.starts_with('\'') {
            character(here)
        } else if let Some(hashes) = raw(here).filter(|_| before.is_none_or(|c| !c.is_alphanumeric() && c != '_')) {
            let end = format!("\"{}", "#".repeat(hashes));
            let begin = hashes + 2;
            here[begin..].find(&end).map_or(here.len(), |length| begin + length + end.len())
        } else if here.starts_with('"') {
            let length = closing(here);
            let line = 1 + source[..source.len() - here.len()].matches('\n').count();
            found.push((line, joined(&here[1..length - 1])));
            length
        } else {
            1
        };
        rest = &here[skip..];
    }
    found
}

/// How long a character literal is; a lifetime is one sign.
fn character(here: &str) -> usize {
    let mut signs = here[1..].chars();
    match (signs.next(), signs.next()) {
        (Some('\\'), _) => here[2..]
            .char_indices()
            .nth(1)
            .and_then(|(at, _)| here[2 + at..].find('\'').map(|end| at + end + 3))
            .unwrap_or(1),
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 1,
    }
}

/// The number of hashes of a raw string that begins here.
fn raw(here: &str) -> Option<usize> {
    let rest = here.strip_prefix('r')?;
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    rest[hashes..].starts_with('"').then_some(hashes)
}

/// How long a string literal in quotes is, both quotes counted.
fn closing(here: &str) -> usize {
    let mut escaped = false;
    for (at, c) in here.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    here.len()
}

/// Continued lines as one, and variables without their names.
fn joined(text: &str) -> String {
    let lines: Vec<&str> = text.split("\\\n").collect();
    let text =
        lines.iter().enumerate().map(|(at, line)| if at == 0 { *line } else { line.trim_start() }).collect::<String>();
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |text, part| text + "{" + part.find('}').map_or(part, |end| &part[end..]))
}

#[test]
fn literals_are_found_with_their_lines() {
    let source = concat!(
        "// \"not this one\"\nlet a: &'static str = \"one \\\n    and two\";\nlet c = ['\"', '\\'', '\\u{41}'];\n",
        "let raw = r#\"not \"this\" one\"#;\nlet b = format!(\"{told} of \\\"three\\\"\");\n"
    );
    assert_eq!(literals(source), [(2, "one and two".to_owned()), (6, "{} of \\\"three\\\"".to_owned())]);
}

#[test]
fn a_message_has_words() {
    assert!(is_message("no path was found") && !is_message("X-Frame-Options: DENY") && !is_message("{} {} {} x y"));
}
