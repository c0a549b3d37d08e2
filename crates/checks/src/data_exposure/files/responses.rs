//! Files of a kind that an ordinary answer turns out to be, whatever its path.

use model::{Confidence, Evidence, Exchange, Finding, Method, Rule};

use super::Proof;
use crate::vocabulary::words;
use crate::{Findings, ObservedExchange};

/// Reads an answer to an ordinary request of an anonymous caller for a file of this kind.
///
/// Nobody guessed its path: the target itself led to it, perhaps on purpose. So the finding is firm, and only tentative for what is offered
/// as a download.
pub(in crate::data_exposure) fn judge(
    observed: &ObservedExchange<'_>,
    found: &mut Findings,
    rule: &'static Rule,
    proof: fn(&Exchange) -> Option<Proof>,
) -> bool {
    let exchange = observed.exchange;
    let ordinary = exchange.request.method == Method::GET && exchange.request.identity.is_none();
    if !ordinary || exchange.status() != 200 || exchange.body_len() == 0 {
        return false;
    }
    if let Some(shown) = proof(exchange) {
        let offered = disposition(exchange).trim_start().starts_with("attachment") || is_for_users(exchange);
        let confidence = if offered { Confidence::Tentative } else { Confidence::Firm };
        let finding = Finding::new(rule, confidence, observed.location(), Evidence::new(exchange, shown.excerpt));
        found.push(shown.secrets.into_iter().fold(finding, Finding::hiding));
    }
    true
}

/// Build files that nobody guessed: documentation links to those that its readers are to use, with passwords to be changed.
fn is_for_users(exchange: &Exchange) -> bool {
    exchange.request.is_clean() && super::build_with_secret(exchange).is_some()
}

fn disposition(exchange: &Exchange) -> String {
    exchange.header("content-disposition").unwrap_or("").to_ascii_lowercase()
}

/// A log as an answer: nearly all of its lines are of one, not a few in an explanation. JSON is read by its texts.
pub(in crate::data_exposure) fn log(exchange: &Exchange) -> Option<Proof> {
    const LEAST: usize = 3;
    let media = exchange.response().map(model::Response::media_type).unwrap_or_default();
    let documentation = ["markdown", "javascript", "css", "xml", "yaml"].iter().any(|kind| media.contains(kind));
    // A page begins with a tag; a text that Flask sends as HTML because nobody said otherwise does not.
    let page = exchange.is_html() && exchange.text().trim_start().starts_with('<');
    if documentation || page {
        return None;
    }
    let text = match exchange.json().as_deref() {
        Some(json) => texts(json),
        None => exchange.text().into_owned(),
    };
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let logged = lines.iter().filter(|line| super::content::is_log_line(line)).count();
    // A stack trace between two lines of a log has lines of its own.
    let mostly = logged * 2 >= lines.len();
    (logged >= LEAST && mostly).then(|| Proof::of(format!("{logged} log lines")))
}

/// The texts of a JSON answer that are longer than a word, a line each.
fn texts(json: &serde_json::Value) -> String {
    const MOST: usize = 500;
    const DEEPEST: usize = 6;
    let mut all: Vec<&str> = Vec::new();
    let mut stack = vec![(json, 0)];
    while let Some((value, depth)) = stack.pop() {
        match value {
            serde_json::Value::String(text) if text.len() > 24 => all.push(text),
            serde_json::Value::Array(items) if depth < DEEPEST => {
                stack.extend(items.iter().take(MOST).map(|item| (item, depth + 1)));
            }
            serde_json::Value::Object(fields) if depth < DEEPEST => {
                stack.extend(fields.values().map(|value| (value, depth + 1)));
            }
            _ => {}
        }
        if all.len() >= MOST {
            break;
        }
    }
    all.join("\n")
}

/// A database as an answer.
pub(in crate::data_exposure) fn database(exchange: &Exchange) -> Option<Proof> {
    super::content::database(exchange).filter(|_| !exchange.is_html())
}

/// An SQL dump that makes tables and fills them, or an archive whose name says that it is a backup: archives are offered for many reasons,
/// and documents are archives too.
pub(in crate::data_exposure) fn backup(exchange: &Exchange) -> Option<Proof> {
    const WORDS: [&str; 8] = ["backup", "backups", "bak", "dump", "dumps", "snapshot", "snapshots", "old"];
    if exchange.is_html() || exchange.json().is_some() {
        return None;
    }
    let named = [exchange.request.path(), disposition(exchange).as_str()]
        .iter()
        .any(|name| words(name).any(|word| WORDS.contains(&word.as_str())));
    let text = exchange.text().to_ascii_lowercase();
    let whole = text.contains("create table") && text.contains("insert into") && !text.contains("```");
    super::content::backup(exchange).filter(|_| named || whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    const LINES: &str = "2026-01-01 10:00:00,001 INFO start\n2026-01-01 10:00:01,002 ERROR no such user ada\n\
                         2026-01-01 10:00:02,003 WARNING slow\n";

    fn text(path: &str, media: &str, body: &str) -> std::sync::Arc<Exchange> {
        answered(path, 200, &[("Content-Type", media)], body)
    }

    #[test]
    fn logs_are_told_from_what_shows_a_few_lines() {
        assert!(log(&text("/last", "text/plain", LINES)).is_some());
        assert!(log(&text("/last", "text/html; charset=utf-8", LINES)).is_some(), "a text that nobody declared");
        let lines: Vec<&str> = LINES.lines().collect();
        assert!(log(&text("/last", "application/json", &serde_json::json!({"lines": lines}).to_string())).is_some());
        assert!(log(&text("/last", "application/json", &serde_json::json!({"log": LINES}).to_string())).is_some());
        let explained = format!("{}{LINES}", "Each line begins with its time.\n".repeat(9));
        for (media, body) in [
            ("text/plain", explained.as_str()),
            ("text/markdown", LINES),
            (
                "text/html",
                "<h1>Logging</h1><pre>\n2026-01-01 10:00:00 INFO a\n2026-01-01 10:00:00 INFO b\n2026-01-01 10:00:00 INFO c\n</pre>",
            ),
            ("text/plain", "2026-01-01 10:00:00 INFO one line\n"),
            ("application/json", r#"[{"at":"2026-01-01 10:00:00","name":"INFO"}]"#),
        ] {
            assert_eq!(log(&text("/last", media, body)), None, "{media} {body}");
        }
    }

    #[test]
    fn archives_need_a_name_and_dumps_need_data() {
        let zip = "PK\u{3}\u{4}....";
        let dump = "CREATE TABLE users (id);\nINSERT INTO users VALUES (1);\n";
        for (path, media, body, expected) in [
            ("/backup", "application/zip", zip, true),
            ("/report.docx", "application/octet-stream", zip, false),
            ("/release/app.zip", "application/zip", zip, false),
            ("/export", "text/plain", dump, true),
            ("/schema.sql", "text/plain", "CREATE TABLE users (id);\n", false),
            ("/docs", "text/html", dump, false),
        ] {
            assert_eq!(backup(&text(path, media, body)).is_some(), expected, "{path}");
        }
        assert!(database(&text("/data", "application/octet-stream", "SQLite format 3\0....")).is_some());
    }
}
