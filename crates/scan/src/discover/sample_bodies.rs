//! Bodies that documentation shows beside a call: `POST /notes` and, below it, `{"text": <string>}`.

use std::sync::LazyLock;

use model::Method;
use regex::Regex;

use super::prose;

/// Most calls of one text, most fields of one body.
const MOST: usize = 12;
const FIELDS: usize = 20;

/// How far behind a call its body begins at most, and how long it is.
const FAR: usize = 400;
const LONG: usize = 2_000;

/// The calls that a text shows with a body: method, path, and the names of the body's fields. The text has paths in the place of the target's
/// own addresses ([`prose::own`]).
pub(super) fn of(text: &str) -> Vec<(Method, String, Vec<String>)> {
    static CALL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"\b(GET|POST|PUT|PATCH|DELETE)\b[\s:"'=-]{1,12}(/[A-Za-z0-9_][A-Za-z0-9_./<>{}:-]{0,120})"#).ok()
    });
    let Some(call) = CALL.as_ref() else { return Vec::new() };
    let calls: Vec<_> = call.captures_iter(text).collect();
    let ends = calls.iter().skip(1).filter_map(|c| c.get(0)).map(|all| all.start()).chain([text.len()]);
    let read = |(captures, end): (&regex::Captures<'_>, usize)| {
        let method = Method::new(captures.get(1)?.as_str());
        let path = prose::concrete(captures.get(2)?.as_str())?;
        let names = fields(text.get(captures.get(0)?.end()..end)?);
        (!method.is_safe() && method != Method::DELETE && !names.is_empty()).then_some((method, path, names))
    };
    calls.iter().zip(ends).filter_map(read).take(MOST).collect()
}

/// The names of the outermost fields of the first object in a text.
fn fields(text: &str) -> Vec<String> {
    static OBJECT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"\{\s*["'][A-Za-z_][A-Za-z0-9_-]{0,40}["']\s*:"#).ok());
    static NAME: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"["']([A-Za-z_][A-Za-z0-9_-]{0,40})["']\s*:"#).ok());
    let near = &text[..text.floor_char_boundary(FAR)];
    let (Some(object), Some(name)) = (OBJECT.as_ref().and_then(|o| o.find(near)), NAME.as_ref()) else {
        return Vec::new();
    };
    let body = &text[object.start()..text.floor_char_boundary(object.start() + LONG)];
    let mut depth = 0_u32;
    let mut outermost = String::new();
    for c in body.chars() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            c if depth == 1 => outermost.push(c),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    let mut names: Vec<String> = Vec::new();
    for found in name.captures_iter(&outermost).filter_map(|c| c.get(1)) {
        if names.len() < FIELDS && !names.iter().any(|known| known == found.as_str()) {
            names.push(found.as_str().to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        of(text).into_iter().map(|(method, path, names)| format!("{method} {path} {}", names.join(","))).collect()
    }

    #[test]
    fn a_body_below_a_call_is_its_own() {
        for (text, expected) in [
            ("POST /api/days/\n POST:\n { \"day\": <day(string)> }", &["POST /api/days/ day"][..]),
            ("curl -X POST /notes -d '{\"text\": \"tea\", \"in\": {\"a\": 1}, 'n': [1]}'", &["POST /notes text,in,n"]),
            ("GET /notes\nPOST /notes\nPUT /notes/<id> {\"text\": 1}", &["PUT /notes/1 text"]),
            ("POST /notes\nGET /notes returns {\"text\": 1}", &[]),
            ("POST /notes with {text}", &[]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        assert!(shown(&format!("POST /notes {}{{\"a\": 1}}", "word ".repeat(100))).is_empty(), "far behind it");
        assert!(shown(&format!("POST /notes {}", "{\"a\": ".repeat(50_000))).len() == 1);
    }
}
