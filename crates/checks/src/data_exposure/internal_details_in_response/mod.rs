use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};
use regex::Regex;
use serde_json::Value;

use super::{config_dump, errors};
use crate::vocabulary::fields;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Sees, Twins};

mod statement;

pub(crate) static RULE: Rule = Rule {
    id: "internal-details-in-response",
    aliases: &[],
    title: "Information disclosure: paths, hosts, processes or SQL in a response",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[497, 200],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker learns where the code is, how hosts, tables and columns are called, and aims further attacks by it.",
    fix: "Return only the outcome of health checks, and keep SQL and other debugging aids in the log.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(judge), sees: Sees::All, ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Names of fields without separators, in lower case.
const NAMES: [&str; 15] = [
    "hostname",
    "cwd",
    "workingdirectory",
    "workdir",
    "pid",
    "processid",
    "pythonversion",
    "python",
    "platform",
    "kernel",
    "executable",
    "containerid",
    "databasepath",
    "dbpath",
    "macaddress",
];

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if !exchange.is_success() || exchange.request.identity.is_some() {
        return false;
    }
    let json = exchange.json();
    let is_data = json.as_deref().is_some_and(|json| !fields::describes_an_api(json));
    if json.is_some() && !is_data {
        return false;
    }
    // A database error quotes the statement that failed, and has a rule of its own.
    if let Some(statement) = statement::shown(exchange).filter(|_| errors::sql_error(exchange).is_none()) {
        let detail = "An SQL statement of the application is part of the response.";
        let evidence = Evidence::new(exchange, statement);
        found.push(Finding::new(&RULE, Confidence::Firm, observed.location(), evidence).detail(detail));
        return true;
    }
    // What the request carried may come back; and a dump of the configuration has a rule of its own.
    if !is_data || !exchange.request.is_clean() || config_dump::dump(exchange).is_some() {
        return exchange.is_html();
    }
    let details = json.as_deref().map(details).unwrap_or_default();
    if let Some(first) = details.first() {
        let location = observed.location();
        let evidence = Evidence::new(exchange, first);
        let detail = format!("Shown: {}.", details.join(", "));
        found.push(Finding::new(&RULE, Confidence::Firm, location, evidence).detail(detail));
    }
    true
}

/// Fields with a path of the server, and fields named as details when there are two; at most eight.
fn details(json: &Value) -> Vec<String> {
    #[allow(clippy::expect_used)] // a constant, compiled by the test
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:sqlite:///)?(?:/(?:home/[\w.-]+|app|usr/(?:src|lib|local)|var/(?:www|lib|task|log)|opt|srv|root|code|workspace|tmp)/[\w./@+-]+|[A-Z]:\\[\w .\\-]+)$")
            .expect("valid")
    });
    let (mut paths, mut named) = (Vec::new(), Vec::new());
    fields::walk(json, &mut |field| {
        let plain: String = field.name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let link = ["url", "href", "link", "route", "uri", "endpoint"].iter().any(|word| plain.ends_with(word))
            && !plain.contains("database");
        if field.value.as_str().is_some_and(|text| PATH.is_match(text)) && !link && plain != "path" {
            paths.push(field.path.clone());
        } else if NAMES.contains(&plain.as_str()) && !fields::is_empty(field.value) && !field.value.is_object() {
            named.push(field.path.clone());
        }
    });
    if named.len() >= 2 || !paths.is_empty() {
        paths.extend(named);
    }
    paths.truncate(8);
    paths
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::details;

    #[test]
    fn details_of_the_server_are_told_from_data() {
        assert_eq!(details(&json!({"database": "/srv/shop/data/shop.db"})).len(), 1);
        assert_eq!(details(&json!({"hostname": "web-1", "cwd": "x", "status": "ok"})).len(), 2);
        for json in [
            json!({"status": "ok", "hostname": "web-1"}),
            json!({"path": "/app/x/y", "url": "/srv/items/1", "image": "/static/a.png"}),
            json!({"files": ["/docs/a"], "platform": "web"}),
            json!({"openapi": "3.0.0"}),
        ] {
            assert!(details(&json).is_empty(), "{json}");
        }
    }
}
