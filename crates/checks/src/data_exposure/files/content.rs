//! What proves that a file is what its name says. HTML is never such a file: it is the page of an application that answers everything.

use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;

use super::super::secrets;
use crate::text::requirements;
use crate::vocabulary::fields;

/// Content that proves a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::data_exposure) struct Proof {
    /// The telling part, without secrets.
    pub(in crate::data_exposure) excerpt: String,
    /// Secrets in the content, to be masked wherever it is shown.
    pub(in crate::data_exposure) secrets: Vec<String>,
}

impl Proof {
    pub(super) fn of(excerpt: impl Into<String>) -> Proof {
        Proof { excerpt: excerpt.into(), secrets: Vec::new() }
    }
}

/// Most of a file that is read.
const READ: usize = 64 * 1024;

fn text_of(exchange: &Exchange) -> Option<String> {
    let body = exchange.body();
    let text = String::from_utf8_lossy(&body[..body.len().min(READ)]).into_owned();
    let page = exchange.is_html() && text.trim_start().starts_with('<') || text.trim_start().starts_with("<!");
    (!page && !text.contains('\0')).then_some(text)
}

fn regex(shape: &str) -> Regex {
    #[allow(clippy::expect_used)] // constants, compiled by the tests
    Regex::new(shape).expect("the shape is valid")
}

/// `NAME=value` on every line that is not empty or a comment.
pub(in crate::data_exposure) fn environment(exchange: &Exchange) -> Option<Proof> {
    static LINE: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:export )?([A-Z][A-Z0-9_]{1,60})\s?=\s?(.*)$"));
    let text = text_of(exchange)?;
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    let settings: Vec<(&str, &str)> = lines
        .iter()
        .filter_map(|line| LINE.captures(line))
        .filter_map(|c| Some((c.get(1)?.as_str(), c.get(2)?.as_str().trim_matches(['"', '\'']))))
        .collect();
    if settings.is_empty() || settings.len() * 5 < lines.len() * 4 {
        return None;
    }
    let names: Vec<&str> = settings.iter().take(8).map(|(name, _)| *name).collect();
    Some(Proof {
        excerpt: format!("{}: {}", model::counted(settings.len(), "setting"), names.join(", ")),
        secrets: settings.iter().filter(|(_, value)| value.len() >= 6).map(|(_, value)| (*value).to_owned()).collect(),
    })
}

/// Python, a settings file, or a file of the build with a secret in it.
pub(in crate::data_exposure) fn source(exchange: &Exchange) -> Option<Proof> {
    static IMPORT: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?m)^(?:from [\w.]+ import [\w*(]|import [\w.]+(?:, [\w.]+)*\s*(?:as \w+\s*)?$)"));
    static CODE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?m)^(?:\w+(?:\.\w+|\[.{1,40}\])* = \S|def \w+\(|class \w+|@\w+|if __name__)"));
    static SETTING: LazyLock<Regex> = LazyLock::new(|| {
        regex(r#"(?m)^\s{0,8}([A-Z][A-Z0-9_]{2,60}) = (?:"([^"\n]*)"|'([^'\n]*)'|\d|True|False|None|os\.)"#)
    });
    static OTHER: LazyLock<Regex> = LazyLock::new(|| regex(r#""ConnectionStrings"\s*:|<connectionStrings>"#));
    let text = text_of(exchange)?;
    let settings: Vec<_> = SETTING.captures_iter(&text).collect();
    let secrets: Vec<String> = settings
        .iter()
        .filter_map(|c| c.get(2).or_else(|| c.get(3)))
        .map(|value| value.as_str().to_owned())
        .filter(|value| value.len() >= 6)
        .collect();
    if let Some(import) = IMPORT.find(&text).filter(|_| CODE.is_match(&text)) {
        let line = import.as_str().lines().next().unwrap_or("");
        return Some(Proof { excerpt: format!("Python source: {line}"), secrets });
    }
    if !settings.is_empty() && settings.len() * 3 >= text.lines().filter(|l| !l.trim().is_empty()).count() {
        let names: Vec<&str> = settings.iter().filter_map(|c| c.get(1)).take(8).map(|name| name.as_str()).collect();
        return Some(Proof { excerpt: format!("Python settings: {}", names.join(", ")), secrets });
    }
    if OTHER.is_match(&text) {
        return Some(Proof { excerpt: "a configuration file".to_owned(), secrets });
    }
    build_with_secret(exchange)
}

/// A file of the build that gives a password or key.
pub(in crate::data_exposure) fn build_with_secret(exchange: &Exchange) -> Option<Proof> {
    let (kind, secrets) = build_file(exchange)?;
    let excerpt = format!("{kind} with {} password(s) or key(s)", secrets.len());
    (!secrets.is_empty()).then_some(Proof { excerpt, secrets })
}

/// A Dockerfile or Compose file without a secret in it.
pub(in crate::data_exposure) fn build(exchange: &Exchange) -> Option<Proof> {
    let (kind, secrets) = build_file(exchange)?;
    secrets.is_empty().then(|| Proof::of(kind))
}

/// What kind of a build file a text is, and the values that it gives to settings named as secrets. References (`${DB_PASSWORD}`,
/// `/run/secrets/db`) and placeholders are none. The name counts as well: what people paste is shown under other names.
fn build_file(exchange: &Exchange) -> Option<(&'static str, Vec<String>)> {
    static DOCKER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?m)^FROM [\w./:@-]+\s[\s\S]*^(?:RUN|CMD|COPY|ENTRYPOINT) "));
    static COMPOSE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?m)^services:\s*\n[\s\S]*^\s+(?:image|build):"));
    static SECRET: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?m)^\s*(?:- |ENV |ARG )?\s*[\x22']?[A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|API_KEY|ACCESS_KEY|TOKEN)",
            r"(?:\s*[:=]|[\x22']\s*:|\s)\s*[\x22']?([^\s\x22'#]+)"
        ))
    });
    let name = exchange.request.path().rsplit('/').next().unwrap_or("").to_ascii_lowercase();
    if !["docker", "compose", ".yml", ".yaml"].iter().any(|part| name.contains(part)) {
        return None;
    }
    let text = &text_of(exchange)?;
    let kind = if DOCKER.is_match(text) {
        "a Dockerfile"
    } else if COMPOSE.is_match(text) {
        "a Compose file"
    } else {
        return None;
    };
    let elsewhere = |value: &str| {
        value.len() < 4 || value.contains('$') || fields::is_path(value) || matches!(value, "true" | "false")
    };
    let values = SECRET.captures_iter(text).take(50).map(|c| c[1].to_owned());
    Some((kind, values.filter(|value| !elsewhere(value) && !secrets::is_placeholder(value)).collect()))
}

/// Files of git, Subversion and Mercurial.
pub(in crate::data_exposure) fn repository(exchange: &Exchange) -> Option<Proof> {
    static HEAD: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^(?:ref: refs/[\w./-]+\s*$|[0-9a-f]{40}\s*$|\[core\]\s[\s\S]*repositoryformatversion|(?:8|9|10|11|12)\s*\ndir\s|(?:dotencode|fncache|revlogv1)\s)",
        )
    });
    let text = text_of(exchange)?;
    let line = HEAD.find(&text)?.as_str().lines().next().unwrap_or("").to_owned();
    Some(Proof::of(line))
}

/// A requirements file of pip that pins versions.
pub(in crate::data_exposure) fn requirements(exchange: &Exchange) -> Option<Proof> {
    let pins = requirements::pins(exchange)?;
    let named: Vec<String> = pins.iter().take(4).map(|(name, version)| format!("{name}=={version}")).collect();
    Some(Proof::of(format!("{} pinned packages: {}", pins.len(), named.join(", "))))
}

/// `SQLite`'s magic number (<https://www.sqlite.org/fileformat.html>).
pub(in crate::data_exposure) fn database(exchange: &Exchange) -> Option<Proof> {
    let found = exchange.body().starts_with(b"SQLite format 3\0");
    found.then(|| Proof::of(format!("an SQLite database of at least {} bytes", exchange.body_len())))
}

/// SQL dumps, archives by their magic numbers, and copies of source or settings.
pub(in crate::data_exposure) fn backup(exchange: &Exchange) -> Option<Proof> {
    static DUMP: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?m)^(?:-- (?:MySQL|MariaDB|PostgreSQL)[^\n]* dump|PRAGMA foreign_keys|(?i:create table [\w`.]|insert into [\w`.]))",
        )
    });
    let body = exchange.body();
    if body.starts_with(b"PK\x03\x04") {
        return Some(Proof::of("a ZIP archive"));
    }
    if body.starts_with(&[0x1f, 0x8b, 0x08]) {
        return Some(Proof::of("a gzip archive"));
    }
    let path = exchange.request.path();
    if matches!(path.rsplit('.').next(), Some("bak")) || path.ends_with('~') {
        return source(exchange).or_else(|| environment(exchange));
    }
    let text = text_of(exchange)?;
    let line: String =
        DUMP.find(&text).map(|m| text[m.start()..].lines().next().unwrap_or("").chars().take(60).collect())?;
    Some(Proof::of(format!("an SQL dump: {line}")))
}

/// A private key in PEM (RFC 7468).
pub(in crate::data_exposure) fn key(exchange: &Exchange) -> Option<Proof> {
    static PEM: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"-----BEGIN ((?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY)-----([\s\S]{40,8000}?)-----END")
    });
    let text = text_of(exchange)?;
    let found = PEM.captures(&text)?;
    Some(Proof { excerpt: format!("-----BEGIN {}-----", &found[1]), secrets: vec![found[2].trim().to_owned()] })
}

/// At least two lines of a log.
pub(in crate::data_exposure) fn log(exchange: &Exchange) -> Option<Proof> {
    let text = text_of(exchange)?;
    let lines = text.lines().filter(|line| is_log_line(line)).count();
    (lines >= 2).then(|| Proof::of(format!("{lines} log lines")))
}

/// A date or an address, and a level or a request line; or the level, name and message that Python's `logging` writes by itself.
pub(super) fn is_log_line(line: &str) -> bool {
    static LINE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"(?-u:^[\x01-\x7f]{0,60}(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[\x01-\x7f]{0,60}\b(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b|\d\d/\w{3}/\d{4}[: ]\d\d:\d\d:\d\d[\x01-\x7f]{0,20}"(?:\x1b\[\d+m)*(?:GET|POST|PUT|HEAD|DELETE) /)|^(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.]{1,60}:)"#,
        )
    });
    LINE.is_match(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    fn file(body: &str) -> std::sync::Arc<Exchange> {
        answered("/x", 200, &[("Content-Type", "application/octet-stream")], body)
    }

    #[test]
    fn files_are_told_by_content() {
        assert!(
            environment(&file("# prod\nSECRET_KEY=abcdefgh\nDEBUG=0\n")).is_some_and(|p| p.secrets == ["abcdefgh"])
        );
        assert!(source(&file("from flask import Flask\n\napp = Flask(__name__)\n")).is_some());
        assert!(source(&file("SECRET_KEY = 'abcdefgh'\nDEBUG = False\n")).is_some());
        assert!(repository(&file("ref: refs/heads/main\n")).is_some());
        assert!(database(&file("SQLite format 3\0....")).is_some());
        assert!(backup(&file("-- dump\nCREATE TABLE users (id);\nINSERT INTO users VALUES (1);\n")).is_some());
        assert!(backup(&file("PK\u{3}\u{4}....")).is_some());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", "A".repeat(64));
        assert!(key(&file(&pem)).is_some_and(|p| p.secrets == ["A".repeat(64)]));
        assert!(log(&file("2026-01-01 10:00:00,1 INFO start\n2026-01-01 10:00:01,1 ERROR no\n")).is_some());
        assert!(log(&file("INFO:werkzeug:started\nDEBUG:root:no such user ada\n")).is_some());
        assert!(log(&file("127.0.0.1 - - [01/Jan/2026 10:00:00] \"GET / HTTP/1.1\" 200 -\n1.2.3.4 - - [01/Jan/2026 10:00:00] \"GET /a\n")).is_some());
    }

    #[test]
    fn a_build_file_is_source_when_it_holds_a_secret() {
        let docker = "FROM python:3.12\nRUN pip install flask\n";
        let compose = "services:\n  db:\n    image: postgres\n    environment:\n";
        for (text, secret) in [
            (docker.to_owned(), None),
            (format!("{docker}ENV SECRET_KEY=kingfisher7\n"), Some("kingfisher7")),
            (format!("{compose}      POSTGRES_PASSWORD: kingfisher7\n"), Some("kingfisher7")),
            (format!("{compose}      - \"POSTGRES_PASSWORD=kingfisher7\"\n"), Some("kingfisher7")),
            (format!("{compose}      POSTGRES_PASSWORD: ${{DB_PASSWORD}}\n"), None),
            (format!("{compose}      POSTGRES_PASSWORD_FILE: /run/secrets/db\n"), None),
            (format!("{compose}      POSTGRES_PASSWORD: <your password>\n"), None),
        ] {
            let file = |text: &str| answered("/compose.dockerfile", 200, &[("Content-Type", "text/plain")], text);
            let shown = source(&file(&text));
            assert_eq!(shown.map(|p| p.secrets), secret.map(|s| vec![s.to_owned()]), "{text}");
            assert_eq!(build(&file(&text)).is_some(), secret.is_none(), "{text}");
        }
    }

    #[test]
    fn servers_that_answer_everything_are_not() {
        let echo = answered("/.env", 200, &[], r#"{"path": "/.env", "method": "GET", "headers": {"Host": "x"}}"#);
        let page = answered(
            "/.env",
            200,
            &[("Content-Type", "text/html")],
            "<!doctype html><title>App</title><div id=root></div>",
        );
        let plain = answered("/.env", 200, &[("Content-Type", "text/plain")], "path=/.env");
        for exchange in [&echo, &page, &plain, &file(""), &file("not found\n"), &file("OK")] {
            for proof in [environment, source, build, super::requirements, repository, database, backup, key, log] {
                assert_eq!(proof(exchange), None);
            }
        }
        assert_eq!(source(&file("Please import the data = now\nfrom the menu import it\n")), None);
    }
}
