use std::sync::{Arc, LazyLock};

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Rule, Severity, Surface, Tag};
use regex::Regex;

use super::{labels, secrets, signing_keys, toolbar};
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins, place};

pub(crate) static RULE: Rule = Rule {
    id: "flask-secret-key-exposed",
    aliases: &[],
    title: "Flask SECRET_KEY exposed in a response",
    category: Category::DataExposure,
    severity: Severity::Critical,
    cwe: &[200, 321],
    tags: &[Tag::Crypto, Tag::Flask],
    risk: "Anyone with the key can forge sessions and tokens for any user.",
    fix: "Remove it from the response, generate a new key, and read it from the environment.",
    references: &["https://flask.palletsprojects.com/en/stable/config/#SECRET_KEY"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    if !surface.may_be_flask() {
        return Err(NotTested::not_applicable("the target is not a Flask application"));
    }
    let cookies = signing_keys::cookies(&observations.exchanges);
    for exchange in &observations.exchanges {
        // The files and the toolbar have rules of their own.
        let own_rule = exchange.request.altered.iter().any(|a| a.name == "file") || toolbar::is_on(exchange);
        if own_rule {
            continue;
        }
        let text = exchange.text();
        let set = secret_key(&text);
        let Some(key) = set.clone().or_else(|| labels::secret_key(exchange)) else { continue };
        if !fits_any(&cookies, &key) && is_everywhere(exchange, &observations.exchanges) {
            continue; // the one page of a server, whose paths say nothing about it
        }
        let fits = fits_any(&cookies, &key);
        let prose = exchange.is_html() && exchange.status() < 400 && !labels::is_configuration(exchange);
        if set.is_some() && prose && !fits {
            continue; // a page that explains Flask shows such lines too
        }
        // A mere word on a label may say something about the key.
        let word = set.is_none() && key.chars().all(char::is_alphabetic);
        let confidence = match (fits, word) {
            (true, _) => Confidence::Confirmed,
            (false, false) => Confidence::Firm,
            (false, true) => Confidence::Tentative,
        };
        let evidence = Evidence::new(
            exchange,
            format!("SECRET_KEY with a value of {}", model::counted(key.chars().count(), "character")),
        );
        let mut finding = Finding::new(&RULE, confidence, place(surface, exchange), evidence).hiding(&key);
        if let Some((cookie, _)) = cookies.first().filter(|_| fits) {
            finding = finding.also(Evidence::new(cookie, "the signature of this session cookie fits the key"));
        }
        found.push(finding);
    }
    Ok(())
}

fn fits_any(cookies: &[signing_keys::Signed], key: &str) -> bool {
    cookies.iter().any(|(_, cookie)| cookie.verify(key.as_bytes()))
}

/// Whether another path, which says nothing about settings, shows the same.
fn is_everywhere(exchange: &Arc<Exchange>, exchanges: &[Arc<Exchange>]) -> bool {
    const MOST: usize = 200;
    let elsewhere = |other: &&Arc<Exchange>| {
        other.request.path() != exchange.request.path()
            && !labels::is_configuration(other)
            && other.status() == exchange.status()
    };
    let same = |other: &Arc<Exchange>| other.body_len() == exchange.body_len() && *other.text() == *exchange.text();
    exchanges.iter().filter(elsewhere).take(MOST).any(same)
}

/// The value that a text gives to `SECRET_KEY`: JSON, Python source (as text or in HTML) or a line of an environment file.
fn secret_key(text: &str) -> Option<String> {
    #[allow(clippy::expect_used)] // a constant, compiled by the test
    static SETTING: LazyLock<Regex> = LazyLock::new(|| {
        let quote = r#"(?:\\?["']|&#39;|&#34;|&quot;)"#;
        let shape = format!(
            r#"\b(?:SECRET_KEY|secret_key){quote}?\]?\s*[:=]\s*(?:b|r)?{quote}([^"'&\\<>\s]+){quote}|(?m:^SECRET_KEY=([^\s"']+)$)"#
        );
        Regex::new(&shape).expect("valid")
    });
    let mut values = SETTING.captures_iter(text).filter_map(|c| c.get(1).or_else(|| c.get(2)));
    let found = values.find(|value| (3..=200).contains(&value.len()))?;
    (!secrets::is_placeholder(found.as_str())).then(|| found.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_page_for_every_path_shows_no_key_of_its_own() {
        let found = |beside: &str| {
            let page = "Settings\nSecret key: s3cr3t-value\n";
            let text = [("Content-Type", "text/plain"), ("Server", "Werkzeug/3.0.1")];
            let shown = crate::samples::answered("/config", 200, &text, page);
            let other = crate::samples::answered("/opening-hours", 200, &text, beside);
            let mut found = Findings::default();
            let observations = Observations::plainly(Vec::new(), vec![shown.clone(), other]);
            judge(&Surface::default(), &observations, &mut found).map(|()| found.into_vec().len())
        };
        assert_eq!(found("Settings\nSecret key: s3cr3t-value\n"), Ok(0));
        assert_eq!(found("8 to 17"), Ok(1));
    }

    #[test]
    fn the_key_is_read_in_every_dress() {
        for text in [
            r#"{"SECRET_KEY": "dev"}"#,
            "app.config['SECRET_KEY'] = 'dev'",
            "<pre>app.secret_key = &#39;dev&#39;</pre>",
            r#"{"config": "{'SECRET_KEY': \"dev\"}"}"#,
            "DEBUG=1\nSECRET_KEY=dev\n",
        ] {
            assert_eq!(secret_key(text).as_deref(), Some("dev"), "{text}");
        }
        for text in [
            r#"{"SECRET_KEY": null}"#,
            r#"{"SECRET_KEY": "********"}"#,
            "app.config['SECRET_KEY'] = os.environ['SECRET_KEY']",
            r#"{"SECRET_KEY": "<redacted>"}"#,
            r#"{"error": "SECRET_KEY is not set"}"#,
        ] {
            assert_eq!(secret_key(text), None, "{text}");
        }
    }
}
