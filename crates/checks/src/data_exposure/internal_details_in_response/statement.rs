//! SQL statements that a response shows though nobody asked for them, told from texts about SQL.
//!
//! Lessons, articles and query tools show statements on purpose. What no author wrote into a text is a statement with the request's own
//! values in it, one that a page hides in a comment, and one that stands where developers look.

use std::sync::LazyLock;

use model::{Exchange, Request};
use regex::Regex;
use serde_json::Value;

use crate::text::percent;
use crate::vocabulary::{List, fields, words};

/// The statement that the response shows of the application's own, cut to one line.
pub(super) fn shown(exchange: &Exchange) -> Option<String> {
    const READ: usize = 256 * 1024;
    let values = values(&exchange.request);
    if let Some(json) = exchange.json().as_deref() {
        let mut found = None;
        fields::walk(json, &mut |field| {
            if let Value::String(text) = field.value
                && found.is_none()
                && is_statement(text)
                && (is_for_developers(&field.path) || is_measured(field.object) || compares_with(text, &values))
            {
                found = Some(line(text));
            }
        });
        return found;
    }
    let text = exchange.text();
    let text = &text[..text.floor_char_boundary(READ)];
    if exchange.is_html()
        && let Some(hidden) = comments(text).find(|comment| is_statement(unlabelled(comment)))
    {
        return Some(line(hidden));
    }
    // Without a value there is nothing to know an own statement by.
    if values.is_empty() {
        return None;
    }
    if !VERBS.iter().any(|verb| text.contains(verb)) {
        return None;
    }
    let plain = unescaped(text);
    STATEMENTS
        .as_ref()?
        .find_iter(&plain)
        .map(|found| found.as_str())
        .find(|found| compares_with(found, &values))
        .map(line)
}

/// How a text shows at least that it may hold a statement, so that a long list is not copied for nothing.
const VERBS: [&str; 9] =
    ["SELECT", "Select", "select", "UPDATE", "Update", "update", "DELETE FROM", "Delete from", "delete from"];

/// Upper-case as people write statements, or lower-case with what only a statement has. ASCII classes: those of Unicode
/// took 8 MiB more.
static WHOLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)^[\x20\t\r\n]*(?:
        SELECT[\x20\t\r\n][^<>;]+?[\x20\t\r\n]FROM[\x20\t\r\n]+[A-Za-z0-9_."`\[\]]+(?:[\x20\t\r\n]+(?:AS[\x20\t\r\n]+)?[A-Za-z0-9_]+)?[\x20\t\r\n]*(?:;?[\x20\t\r\n]*$|,|\)|(?:WHERE|JOIN|INNER|LEFT|RIGHT|CROSS|GROUP|ORDER|LIMIT|HAVING|UNION|OFFSET)(?-u:\b))
        | INSERT[\x20\t\r\n]+INTO[\x20\t\r\n]+[A-Za-z0-9_."`\[\]]+[\x20\t\r\n]*(?:\(|VALUES(?-u:\b)|SELECT(?-u:\b))
        | UPDATE[\x20\t\r\n]+[A-Za-z0-9_."`\[\]]+[\x20\t\r\n]+SET[\x20\t\r\n]+[A-Za-z0-9_."`\[\]]+[\x20\t\r\n]*=
        | DELETE[\x20\t\r\n]+FROM[\x20\t\r\n]+[A-Za-z0-9_."`\[\]]+[\x20\t\r\n]*(?:;?[\x20\t\r\n]*$|WHERE(?-u:\b))
        | (?i:select)[\x20\t\r\n]+(?:\*|[A-Za-z0-9_."`]+(?:[\x20\t\r\n]*,[\x20\t\r\n]*[A-Za-z0-9_."`]+)*)[\x20\t\r\n]+(?i:from)[\x20\t\r\n]+[A-Za-z0-9_."`\[\]]+[\x20\t\r\n]+(?i:where)[\x20\t\r\n]+[A-Za-z0-9_."`]+[\x20\t\r\n]*(?:=|<|>|(?i:like|in)(?-u:\b))
        )"#,
    )
    .ok()
});

/// The same anywhere in a text, with what it compares.
static STATEMENTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?-u:\b)(?:SELECT[\x20\t\r\n][^<>;]+?[\x20\t\r\n]FROM[\x20\t\r\n]|UPDATE[\x20\t\r\n]+[A-Za-z0-9_."`]+[\x20\t\r\n]+SET[\x20\t\r\n]|DELETE[\x20\t\r\n]+FROM[\x20\t\r\n])[^<;]+"#).ok()
});

fn is_statement(text: &str) -> bool {
    const LONGEST: usize = 20_000;
    text.len() <= LONGEST && WHOLE.as_ref().is_some_and(|whole| whole.is_match(text))
}

/// Whether a name on the way to a field says that it is there for developers.
fn is_for_developers(path: &str) -> bool {
    path.split(['.', '[']).flat_map(words).any(|word| List::Developers.has(&word))
}

/// Whether what stands beside a statement says how long it ran: nobody measures an example.
fn is_measured(object: &serde_json::Map<String, Value>) -> bool {
    object.iter().any(|(name, value)| value.is_number() && words(name).any(|word| List::Measure.has(&word)))
}

/// The values of a request that an author of a text cannot have had in mind: those of a scan, and others of some length.
fn values(request: &Request) -> Vec<String> {
    const LEAST: usize = 4;
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let given = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| percent::decode(value));
    let segments = request.path().split('/').map(percent::decode);
    let altered = request.altered.iter().filter_map(|altered| longest_word(&altered.payload)).map(str::to_owned);
    given.chain(segments).chain(altered).filter(|value| value.len() >= LEAST).collect()
}

/// The longest run of letters and digits, which no escaping changes.
fn longest_word(payload: &str) -> Option<&str> {
    payload.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|word| word.len())
}

/// Whether a statement compares something with one of the values.
fn compares_with(statement: &str, values: &[String]) -> bool {
    values.iter().any(|value| {
        statement.match_indices(value.as_str()).any(|(at, _)| {
            let before = statement[..at].trim_end_matches(['\'', '"', '%', '(', ' ', '\\']);
            let lower = before[before.floor_char_boundary(before.len().saturating_sub(5))..].to_ascii_lowercase();
            before.ends_with(['=', '<', '>']) || lower.ends_with(" like") || lower.ends_with(" in")
        })
    })
}

/// The comments of a page, trimmed.
fn comments(text: &str) -> impl Iterator<Item = &str> {
    text.split("<!--").skip(1).filter_map(|rest| rest.split_once("-->")).map(|(comment, _)| comment.trim())
}

/// A comment without what it calls the statement: `SQL: SELECT …`.
fn unlabelled(comment: &str) -> &str {
    const LABEL: usize = 30;
    match comment.split_once(':') {
        Some((label, rest)) if label.len() <= LABEL && !is_statement(comment) => rest,
        _ => comment,
    }
}

/// The entities that quotes and comparisons are written with in a page.
fn unescaped(text: &str) -> String {
    [("&#39;", "'"), ("&#x27;", "'"), ("&#34;", "\""), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::samples::exchange;

    const STATEMENT: &str = "SELECT title, price FROM book WHERE shelf = 'poetry' ORDER BY title";

    fn shown(target: &str, body: &str) -> bool {
        super::shown(&exchange(target, 200, body)).is_some()
    }

    #[test]
    fn statements_of_the_application_are_told() {
        let json = |name: &str| format!(r#"{{"books": [], "{name}": {{"last": "{STATEMENT}"}}}}"#);
        assert!(shown("/books", &json("debug")) && shown("/books", &json("queryTrace")));
        assert!(shown("/books", &format!(r#"{{"queries": [{{"sql": "{STATEMENT}", "duration_ms": 3}}]}}"#)));
        assert!(shown("/books?shelf=poetry", &format!(r#"{{"books": [], "query": "{STATEMENT}"}}"#)));
        assert!(shown("/books", &format!("<h1>Books</h1><!-- query: {STATEMENT} -->")));
        let page = STATEMENT.replace('\'', "&#39;");
        assert!(shown("/books?shelf=poetry", &format!("<h1>Books</h1><pre>{page}</pre>")));
    }

    #[test]
    fn a_payload_in_a_statement_is_proof() {
        let asked = exchange("/books?q=xk3v9qpw1z", 200, "{}");
        let request = asked.request.clone().altered("query", "q", "xk3v9qpw1z xk3v9qpw1z'");
        let body = "<p>SELECT * FROM book WHERE title LIKE '%xk3v9qpw1z%'</p>";
        let page = crate::samples::asked(request, 200, &[("Content-Type", "text/html")], body);
        assert!(super::shown(&Arc::clone(&page)).is_some());
    }

    #[test]
    fn texts_about_statements_are_not() {
        for (target, body) in [
            ("/posts/12", format!("<h1>Joins</h1><pre>{STATEMENT}</pre>")),
            ("/posts?id=1", "<pre>SELECT * FROM users WHERE id = 1</pre>".to_owned()),
            ("/lessons/3", format!(r#"{{"title": "Ordering", "solution": "{STATEMENT}"}}"#)),
            ("/charts", format!(r#"{{"charts": [{{"name": "Poetry", "query": "{STATEMENT}"}}]}}"#)),
            (
                "/search?q=poetry",
                format!("<p>Results for poetry</p><pre>{}</pre>", STATEMENT.replace("poetry", "prose")),
            ),
            ("/seats", r#"{"debug": {"hint": "Select a seat from the list", "more": "Update the list"}}"#.to_owned()),
            ("/seats", "<!-- select the seats from the plan --><p>Seats</p>".to_owned()),
            ("/books", r#"{"debug": {"message": "SELECT was slow"}}"#.to_owned()),
        ] {
            assert!(!shown(target, &body), "{target} {body}");
        }
    }
}
