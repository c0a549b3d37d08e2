//! Recognising what errors give away. The more telling kind wins, so that one page is one finding.

use std::sync::LazyLock;

use model::Exchange;

use crate::judging::{body_meaning, echo};
use crate::text::patterns::{Pattern, first, load};

static DEBUG_PAGES: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("data/debug_pages.toml")));
static STACK_TRACES: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("data/stack_traces.toml")));
static SQL_ERRORS: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("data/sql_errors.toml")));
static DETAILS: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("data/error_details.toml")));

/// What was recognised in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// The kind, such as `Python` or `Werkzeug debugger`.
    pub(super) what: String,
    /// The telling part, one line.
    pub(super) excerpt: String,
}

/// Most of a body that is read: errors stand at its beginning, and a target may answer every request with megabytes.
const READ: usize = 128 * 1024;

fn told(table: &'static [Pattern], text: &str) -> Option<Told> {
    first(table, &text[..text.floor_char_boundary(READ)])
        .map(|(pattern, excerpt)| Told { what: pattern.name.clone(), excerpt })
}

/// A page for developers: interactive, or showing source code and variables.
pub(super) fn debug_page(exchange: &Exchange) -> Option<Told> {
    if exchange.is_html() { told(&DEBUG_PAGES, &exchange.text()) } else { None }
}

/// The page of a firewall or a login wall: HTML with a status that refuses.
fn is_refusal(exchange: &Exchange) -> bool {
    exchange.is_html() && matches!(exchange.status(), 401 | 403 | 406 | 418 | 429)
}

/// A stack trace that is not part of a debug page.
pub(super) fn stack_trace(exchange: &Exchange) -> Option<Told> {
    if is_refusal(exchange) || debug_page(exchange).is_some() { None } else { told(&STACK_TRACES, &exchange.text()) }
}

/// The words of a database that are not part of a debug page, and were not in what we sent.
pub(super) fn sql_error(exchange: &Exchange) -> Option<Told> {
    let found = if is_refusal(exchange) || debug_page(exchange).is_some() {
        None
    } else {
        told(&SQL_ERRORS, &exchange.text())
    }?;
    (!echo::was_sent(&exchange.request, &found.excerpt)).then_some(found)
}

/// What a response says went wrong: the text of an error, or of JSON with a good status the fields that say that the call failed. A page
/// with a good status may explain errors.
pub(super) fn failure(exchange: &Exchange) -> Option<String> {
    if exchange.status() >= 400 {
        return Some(exchange.text().into_owned());
    }
    let json = exchange.json()?;
    let texts = body_meaning::failure_texts(&json);
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// The text of an exception or a path of the server in a response that says that something failed and shows neither stack trace nor SQL.
pub(super) fn detail(exchange: &Exchange) -> Option<Told> {
    if is_refusal(exchange) || debug_page(exchange).is_some() {
        return None;
    }
    let text = failure(exchange)?;
    if told(&STACK_TRACES, &text).is_some() || told(&SQL_ERRORS, &text).is_some() {
        return None;
    }
    let start = &text[..text.floor_char_boundary(READ)];
    let all = DETAILS.iter().filter_map(|p| p.excerpt(start).map(|excerpt| Told { what: p.name.clone(), excerpt }));
    let mut all = all.filter(|found| !echo::was_sent(&exchange.request, &found.excerpt));
    all.next().or_else(|| swallowed_404(exchange, &text))
}

/// `errorhandler(Exception)` that answers `str(error)`: the 404 of Flask becomes a 500 that quotes it.
fn swallowed_404(exchange: &Exchange, text: &str) -> Option<Told> {
    const QUOTED: &str = "404 Not Found: The requested URL was not found on the server";
    let found = exchange.status() >= 500 && text.contains(QUOTED);
    found.then(|| Told { what: "text of a Python exception".to_owned(), excerpt: format!("500 with \"{QUOTED}\"") })
}

/// The secret that Werkzeug's page carries for its console, to be masked.
pub(super) fn console_secret(exchange: &Exchange) -> Option<String> {
    let text = exchange.text();
    let (_, rest) = text.split_once("SECRET = \"")?;
    let (secret, _) = rest.split_once('"')?;
    (secret.len() == 20).then(|| secret.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;
    use crate::text::patterns::verify;

    #[test]
    fn the_tables_are_honest() {
        for table in [&DEBUG_PAGES, &STACK_TRACES, &SQL_ERRORS, &DETAILS] {
            verify(table);
        }
    }

    #[test]
    fn servers_that_answer_everything_tell_nothing() {
        let sent = "/search?q=near%20%22x%22:%20syntax%20error";
        for exchange in [
            exchange(sent, 400, r#"{"error": "bad request", "path": "/search?q=near \"x\": syntax error"}"#),
            exchange(sent, 403, "<html><title>Request blocked</title>It looked like: near \"x\": syntax error</html>"),
            exchange(
                "/x",
                500,
                "<!doctype html><title>500 Internal Server Error</title><h1>Internal Server Error</h1>",
            ),
            exchange("/x", 404, "<!doctype html><title>App</title><div id=root></div><script src=/app.js></script>"),
            exchange("/x", 422, r#"{"detail": [{"loc": ["query", "q"], "msg": "Field required", "type": "missing"}]}"#),
        ] {
            assert_eq!(debug_page(&exchange), None);
            assert_eq!(stack_trace(&exchange), None);
            assert_eq!(detail(&exchange), None);
        }
        let blocked = exchange("/x", 403, "<html>near \"x\": syntax error, an error</html>");
        assert_eq!(sql_error(&blocked), None);
    }

    #[test]
    fn one_page_is_one_kind() {
        let page = "<title>KeyError // Werkzeug Debugger</title><div class=\"traceback\">Traceback (most recent call last):\n File \"/a.py\", line 1";
        let page = exchange("/x", 500, page);
        assert!(debug_page(&page).is_some());
        assert_eq!((stack_trace(&page), detail(&page)), (None, None));
    }
}
