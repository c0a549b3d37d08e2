//! Settings told in words: `Secret key: …` on a page or in a text whose path says that it is about the configuration.

use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;

use super::secrets;
use crate::vocabulary::words;

/// Longest page that is no documentation.
const LONGEST: usize = 8 * 1024;

/// Most lines that are read.
const LINES: usize = 200;

/// Whether the last word of the path says that the answer is about the configuration.
pub(super) fn is_configuration(exchange: &Exchange) -> bool {
    const WORDS: [&str; 11] = [
        "config",
        "configuration",
        "conf",
        "env",
        "environment",
        "debug",
        "settings",
        "secret",
        "secrets",
        "secretkey",
        "vars",
    ];
    let path = exchange.request.path().trim_end_matches('/');
    words(path.rsplit('/').next().unwrap_or("")).last().is_some_and(|word| WORDS.contains(&word.as_str()))
}

/// The lines `label: value` that a short text or page of such a path shows, tags taken out. A value is one word: what explains a setting
/// has more.
pub(super) fn of(exchange: &Exchange) -> Vec<(String, String)> {
    static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?is)<(?:script|style)\b.*?</(?:script|style)>|</?(?:b|strong|i|em|code|span|kbd)\b[^>]*>").ok()
    });
    static BREAK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"<[^>]*>").ok());
    if !is_configuration(exchange) || exchange.json().is_some() || exchange.body_len() > LONGEST {
        return Vec::new();
    }
    let text = exchange.text();
    let (Some(tag), Some(end)) = (TAG.as_ref(), BREAK.as_ref()) else { return Vec::new() };
    let text = end.replace_all(&tag.replace_all(&text, ""), "\n").into_owned();
    text.lines().take(LINES).filter_map(label).collect()
}

fn label(line: &str) -> Option<(String, String)> {
    let (label, value) = line.split_once([':', '='])?;
    let (label, value) = (label.trim(), value.trim().trim_matches(['"', '\'', ',']));
    let short = label.len() <= 60 && label.split_whitespace().count() <= 4;
    let single = !value.is_empty() && value.len() <= 400 && !value.contains(char::is_whitespace);
    (short && single && !secrets::is_placeholder(value)).then(|| (label.to_owned(), value.to_owned()))
}

/// The value that such a line gives to the secret key.
pub(super) fn secret_key(exchange: &Exchange) -> Option<String> {
    let key = |label: &str| {
        let plain: String = label.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        plain.ends_with("secretkey")
    };
    let found = of(exchange).into_iter().find(|(label, value)| key(label) && (4..=200).contains(&value.len()));
    found.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    fn shows(path: &str, body: &str) -> Option<String> {
        secret_key(&answered(path, 200, &[("Content-Type", "text/html; charset=utf-8")], body))
    }

    #[test]
    fn a_labelled_value_under_a_path_about_settings_is_read() {
        for (path, body, expected) in [
            ("/secret", "Secret key: s3cr3t-value", Some("s3cr3t-value")),
            ("/admin/debug", "<h1>Debug</h1><ul><li><b>App secret key</b>: s3cr3t</li></ul>", Some("s3cr3t")),
            ("/config", "SECRET_KEY = hunter22\nDEBUG = 1", Some("hunter22")),
            ("/docs", "Secret key: s3cr3t-value", None),
            ("/settings", "<p>Secret key: a value that signs the sessions</p>", None),
            ("/settings", "<p>Secret key: ********</p>", None),
            ("/secret", "nothing here", None),
        ] {
            assert_eq!(shows(path, body).as_deref(), expected, "{path} {body}");
        }
    }
}
