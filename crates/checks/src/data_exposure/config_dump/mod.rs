use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use model::{Category, Confidence, Depth, Evidence, Exchange, Finding, NotTested, Rule, Severity, Tag};
use serde::Deserialize;

use super::labels;
use crate::vocabulary::fields;
use crate::{Check, Cost, Detectors, Findings, ObservedExchange, RunsOn, Schedule, TargetProbe, Twins, table};

pub(crate) static RULE: Rule = Rule {
    id: "config-dump",
    aliases: &[],
    title: "Configuration or environment variables exposed",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[200, 497, 489],
    tags: &[Tag::Misconfiguration],
    risk: "Anyone who can call the endpoint reads how the application is configured, and usually its keys and passwords.",
    fix: "Remove the endpoint, or return single harmless values to administrators only.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(5).more_when_deep(16),
    schedule: Schedule { depth: Depth::Standard, guesses: true, ..Schedule::ANY },
    detectors: Detectors {
        on_exchange: Some(judge),
        on_surface: Some(|probe, _| Box::pin(probe_target(probe))),
        ..Detectors::NONE
    },
    subsumed_by: &["flask-secret-key-exposed"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

#[derive(Deserialize)]
struct Table {
    names: BTreeSet<String>,
    settings: BTreeSet<String>,
    secret: BTreeSet<String>,
    standard: Vec<String>,
    of: BTreeMap<String, Vec<String>>,
    deep: Vec<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("../data/config_names.toml")));

/// Asks for the usual paths; [`judge`] reads the answers with all others.
async fn probe_target(probe: &TargetProbe<'_>) -> Result<(), NotTested> {
    let deep = TABLE.deep.iter().filter(|_| probe.target.depth == Depth::Deep);
    let usual = TABLE.of.iter().filter(|(product, _)| probe.surface.has(product)).flat_map(|(_, paths)| paths);
    for path in TABLE.standard.iter().chain(usual).chain(deep) {
        probe.response_to(probe.get(path)).await?;
    }
    Ok(())
}

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if !exchange.is_success() || exchange.body_len() == 0 {
        return false;
    }
    if let Some(what) = dump(exchange) {
        let finding = Finding::new(&RULE, Confidence::Confirmed, observed.location(), Evidence::new(exchange, what));
        found.push(values(exchange).into_iter().fold(finding, Finding::hiding));
    }
    true
}

/// What kind of dump the answer is, if it is one.
pub(super) fn dump(exchange: &Exchange) -> Option<String> {
    let text = exchange.text();
    if exchange.is_html() {
        return if text.contains("phpinfo()</title>") || text.contains("PHP Version</td>") {
            Some("phpinfo()".to_owned())
        } else if text.contains("Apache Server Status for") {
            Some("the status page of Apache httpd".to_owned())
        } else {
            html_table(&text).or_else(|| told(exchange))
        };
    }
    let json = exchange.json();
    let json = json.as_deref();
    if json.is_some_and(fields::describes_an_api) {
        return None;
    }
    let names = names(exchange);
    if json.is_some_and(|j| j.get("propertySources").is_some() || j.pointer("/contexts/application/beans").is_some()) {
        return Some("a Spring actuator dump".to_owned());
    }
    if json.is_some_and(|j| j.get("memstats").is_some() && j.get("cmdline").is_some()) {
        return Some("Go's expvar dump".to_owned());
    }
    let known: Vec<&String> = names.iter().filter(|name| TABLE.names.contains(*name)).collect();
    if known.len() >= 3 {
        return Some(format!("settings: {}", known.into_iter().take(8).cloned().collect::<Vec<_>>().join(", ")));
    }
    if !labels::is_configuration(exchange) {
        return None;
    }
    settings(names.iter().map(String::as_str))
}

/// Two settings and more, a secret among them.
fn settings<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let plain: BTreeSet<String> = names.map(plain).collect();
    let settings = plain.intersection(&TABLE.settings).count();
    let secret = plain.intersection(&TABLE.secret).next();
    (settings >= 2).then_some(secret).flatten().map(|name| format!("{settings} settings, {name} among them"))
}

/// Settings told in words, as `Database password: …` on a page about the configuration.
fn told(exchange: &Exchange) -> Option<String> {
    let labels = labels::of(exchange);
    settings(labels.iter().map(|(label, _)| label.as_str()))
}

fn plain(name: &str) -> String {
    name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A table of settings in HTML: three of the names, each in an element of its own.
fn html_table(text: &str) -> Option<String> {
    let shown: Vec<&str> = TABLE
        .names
        .iter()
        .filter(|name| text.contains(&format!(">{name}<")) || text.contains(&format!("&#39;{name}&#39;: ")))
        .map(String::as_str)
        .collect();
    // The toolbar has rules of its own.
    (shown.len() >= 4 && !text.contains("id=\"flDebug\"")).then(|| format!("settings: {}", shown[..4].join(", ")))
}

/// Names that the answer gives a value to: fields of JSON, or `NAME=value` and `NAME: value` lines.
fn names(exchange: &Exchange) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(json) = exchange.json().as_deref() {
        fields::walk(json, &mut |field| {
            if !fields::is_empty(field.value) {
                names.insert(field.name.to_owned());
            }
        });
        return names;
    }
    for line in exchange.text().lines().take(2_000) {
        if let Some((name, value)) = line.split_once(['=', ':'])
            && !value.trim().is_empty()
        {
            names.insert(name.trim().trim_matches(['\'', '"', ' ', ',', '{']).to_owned());
        }
    }
    names
}

/// The values of settings whose names say that they are secret.
fn values(exchange: &Exchange) -> Vec<String> {
    let is_secret = |name: &str| {
        let plain = plain(name);
        TABLE.secret.contains(&plain) || ["secret", "password", "token", "uri", "key"].iter().any(|p| plain.contains(p))
    };
    let json = exchange.json();
    let Some(json) = json.as_deref() else {
        let secret = |(label, value): &(String, String)| value.len() >= 6 && is_secret(label);
        return labels::of(exchange).into_iter().filter(secret).map(|(_, value)| value).collect();
    };
    let mut values = Vec::new();
    fields::walk(json, &mut |field| {
        if let Some(text) = field.value.as_str().filter(|text| text.len() >= 6 && is_secret(field.name)) {
            values.push(text.to_owned());
        }
    });
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn dumps_are_told_by_their_names() {
        assert!(
            dump(&exchange("/x", 200, r#"{"DEBUG": "False", "SECRET_KEY": "abc", "APPLICATION_ROOT": "/"}"#)).is_some()
        );
        assert!(
            dump(&answered("/env", 200, &[("Content-Type", "text/plain")], "PATH=/bin\nHOME=/root\nPWD=/app\n"))
                .is_some()
        );
        assert!(dump(&exchange("/config", 200, r#"{"debug": true, "db_password": "x"}"#)).is_some());
        let page = "<ul><li>Database host: db1</li><li>Database password: hunter22</li><li>Debug: True</li></ul>";
        assert!(dump(&exchange("/config", 200, page)).is_some());
        assert_eq!(dump(&exchange("/docs", 200, page)), None);
        assert!(dump(&exchange("/info.php", 200, "<title>phpinfo()</title>")).is_some());
        assert!(dump(&exchange("/info.php", 200, "<title>PHP 8.2.7 - phpinfo()</title>")).is_some());
        assert!(dump(&exchange("/actuator/env", 200, r#"{"activeProfiles": [], "propertySources": []}"#)).is_some());
    }

    #[test]
    fn other_answers_are_not() {
        for body in [
            r#"{"path": "/config", "host": "x", "method": "GET", "headers": {"Host": "x", "Accept": "*/*"}}"#,
            r#"{"version": "1.4.2", "debug": false}"#,
            r#"{"openapi": "3.0.0", "PATH": 1, "HOME": 1, "PWD": 1}"#,
            "<!doctype html><div id=root></div>",
            "[]",
        ] {
            assert_eq!(dump(&exchange("/config", 200, body)), None, "{body}");
        }
        let of_one = TABLE.of.values().map(Vec::len).max().unwrap_or(0);
        assert_eq!(
            ((TABLE.standard.len() + of_one) as u32, TABLE.deep.len() as u32),
            (CHECK.cost.requests, CHECK.cost.more_when_deep)
        );
    }
}
