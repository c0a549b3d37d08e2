use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Exchange, Finding, Rule, Severity, Tag};
use regex::Regex;
use serde::Deserialize;

use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins, table};

pub(crate) static RULE: Rule = Rule {
    id: "management-interface-writable",
    aliases: &[],
    title: "Management interface lets anyone run code or change settings",
    category: Category::Bfla,
    severity: Severity::Critical,
    cwe: &[306, 862],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated attacker runs code or statements, or changes what the service keeps and how it works.",
    fix: "Put the interface behind authentication, and on an address that only operators can reach.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ],
    page: include_str!("page.md"),
};

/// What it judges is sent by discovery and by `management-interface-open`.
pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// A response that only a service without authentication gives.
#[derive(Deserialize)]
struct Row {
    /// What anyone may do with it.
    lets: String,
    #[serde(default = "get")]
    method: String,
    #[serde(deserialize_with = "table::regex")]
    target: Regex,
    /// The header that shows it; the body without one.
    #[serde(default)]
    header: String,
    #[serde(deserialize_with = "table::regex")]
    shown: Regex,
    /// What says that only readers are let in; nothing where it is empty.
    #[serde(default)]
    lacks: String,
    #[cfg(test)]
    hit: (String, String),
    #[cfg(test)]
    miss: (String, String),
}

fn get() -> String {
    "GET".to_owned()
}

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

static TABLE: LazyLock<Vec<(Row, Option<Regex>)>> = LazyLock::new(|| {
    let table: Table = table::read(include_str!("../data/control.toml"));
    let compiled = |row: Row| {
        let lacks = Regex::new(&row.lacks).ok().filter(|_| !row.lacks.is_empty());
        (row, lacks)
    };
    table.row.into_iter().map(compiled).collect()
});

/// Most of a body that is looked at, in bytes: settings of a whole agent are long.
const BODY: usize = 256 * 1024;

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    let asked: Vec<_> = TABLE.iter().filter(|(row, _)| row.was_sent(exchange)).collect();
    if asked.is_empty() || exchange.request.identity.is_some() {
        return false;
    }
    if !exchange.is_success() || exchange.is_html() {
        return matches!(exchange.status(), 401 | 403);
    }
    let text = exchange.text();
    let text = &text[..text.floor_char_boundary(BODY)];
    for (row, lacks) in asked {
        let said = if row.header.is_empty() { text } else { exchange.header(&row.header).unwrap_or("") };
        let Some(shown) = row.shown.find(said).filter(|_| !lacks.as_ref().is_some_and(|lacks| lacks.is_match(said)))
        else {
            continue;
        };
        let shown: String = shown.as_str().chars().take(80).collect();
        let excerpt = if row.header.is_empty() { shown } else { format!("{}: {said}", row.header) };
        let evidence = Evidence::new(exchange, excerpt);
        let detail = format!("An unauthenticated client may {}.", row.lets);
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence).detail(detail));
        break;
    }
    true
}

impl Row {
    fn was_sent(&self, exchange: &Exchange) -> bool {
        exchange.request.method.as_str() == self.method && self.target.is_match(&exchange.request.target)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::Method;

    use super::*;
    use crate::samples::{answered, observed};

    fn found(row: &Row, (target, said): &(String, String), status: u16) -> usize {
        let headers = [(row.header.as_str(), said.as_str())];
        let (headers, body) = if row.header.is_empty() { (&[][..], said.as_str()) } else { (&headers[..], "") };
        let mut exchange = Arc::into_inner(answered(target, status, headers, body)).unwrap();
        exchange.request.method = Method::new(&row.method);
        observed(judge, &Arc::new(exchange)).1.len()
    }

    #[test]
    fn every_row_hits_and_misses() {
        for (row, _) in TABLE.iter() {
            assert_eq!(found(row, &row.hit, 200), 1, "{} misses its hit", row.lets);
            assert_eq!(found(row, &row.miss, 200), 0, "{} hits its miss", row.lets);
            assert_eq!(found(row, &row.hit, 401), 0, "{} is refused", row.lets);
        }
    }

    #[test]
    fn documentation_that_shows_it_is_none() {
        let page = "<h1>Settings</h1><pre>{\"httpNodeRoot\": \"/\"}</pre>";
        let page = answered("/settings", 200, &[("Content-Type", "text/html")], page);
        assert!(observed(judge, &page).1.is_empty());
    }
}
