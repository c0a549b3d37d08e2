mod queries;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Exchange, Finding, Rule, Severity, Tag};
use regex::Regex;
use scraper::{ElementRef, Selector};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::judging::documentation;
use crate::table;
use crate::vocabulary::{self, fields};
use crate::{Check, Cost, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "management-interface-open",
    aliases: &[],
    title: "Management interface open without authentication",
    category: Category::Bfla,
    severity: Severity::High,
    cwe: &[306, 862],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated attacker can read, and often change, what the interface manages: jobs, containers, databases, queues.",
    fix: "Put the interface behind authentication, and on an address that only operators can reach.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
        "https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::queries(queries::MOST),
    detectors: Detectors {
        on_exchange: Some(judge),
        on_surface: Some(|probe, _| Box::pin(queries::send(probe))),
        ..Detectors::NONE
    },
    same_cause_as: &["management-interface-writable"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// What an object of a management interface looks like: it has a field of each group.
#[derive(Deserialize)]
struct Row {
    what: String,
    /// Names of fields without separators, lower-case; one of each group.
    fields: Vec<BTreeSet<String>>,
    /// A field whose value has to be a command.
    #[serde(default)]
    command: BTreeSet<String>,
    #[cfg(test)]
    hit: Value,
    #[cfg(test)]
    miss: Value,
}

/// What a list of mere names is known by: what was asked for, and what came.
#[derive(Deserialize)]
struct Listing {
    what: String,
    #[serde(deserialize_with = "table::regex")]
    path: Regex,
    #[serde(deserialize_with = "table::regex")]
    shown: Regex,
    #[cfg(test)]
    hit: (String, String),
    #[cfg(test)]
    miss: (String, String),
}

impl Listing {
    fn fits(&self, target: &str, text: &str) -> bool {
        self.path.is_match(target) && self.shown.is_match(text)
    }
}

#[derive(Deserialize)]
struct Table {
    object: Vec<Row>,
    listing: Vec<Listing>,
    console: Console,
}

/// Forms that run what is typed in.
#[derive(Deserialize)]
struct Console {
    /// What the text is called.
    names: BTreeSet<String>,
    /// What the page is called.
    headings: BTreeSet<String>,
    /// What a text is called that can be nothing else.
    statements: BTreeSet<String>,
    /// What the button does.
    buttons: BTreeSet<String>,
}

/// Most lists of one overview that are looked at.
const LISTS: usize = 40;

static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("../data/management.toml")));

/// By what was served to a client without credentials.
fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if !exchange.is_success() || exchange.body_len() == 0 || exchange.request.identity.is_some() {
        return false;
    }
    let shown = match exchange.json().as_deref() {
        _ if let Some(listed) = listing(exchange) => Some(listed),
        Some(json) => of_json(json),
        None if exchange.is_html() && !documentation::is_page(exchange) => console(exchange),
        None => None,
    };
    if let Some((what, excerpt)) = shown {
        let detail = format!("An unauthenticated client is shown {what}.");
        let evidence = Evidence::new(exchange, format!("{what} without authentication: {excerpt}"));
        found.push(Finding::new(&RULE, Confidence::Firm, observed.location(), evidence).detail(detail));
    }
    true
}

fn of_json(json: &Value) -> Option<(String, String)> {
    if fields::describes_an_api(json) {
        return None;
    }
    let fits = |object: &Map<String, Value>| {
        let row = TABLE.object.iter().find(|row| row.fits(object))?;
        let names: Vec<&str> = object.keys().map(String::as_str).take(8).collect();
        Some((row.what.clone(), format!("fields {}", names.join(", "))))
    };
    let first = fields::the_list(json).and_then(|items| items.first()?.as_object());
    if let Some(shown) = first.and_then(fits) {
        return Some(shown);
    }
    let object = fields::the_object(json)?;
    // An overview holds several lists beside each other, or objects by their names.
    let lists = object.values().filter_map(|value| value.as_array()?.first()?.as_object()).take(LISTS);
    let named = object.values().filter_map(Value::as_object).take(LISTS);
    let within = named.clone().flat_map(|inner| inner.values().filter_map(Value::as_object).take(LISTS));
    fits(object).or_else(|| lists.chain(named).chain(within).find_map(fits))
}

fn listing(exchange: &Exchange) -> Option<(String, String)> {
    const BODY: usize = 64 * 1024;
    let target = &exchange.request.target;
    if exchange.is_html() || !TABLE.listing.iter().any(|row| row.path.is_match(target)) {
        return None;
    }
    let text = exchange.text();
    let text = &text[..text.floor_char_boundary(BODY)];
    let row = TABLE.listing.iter().find(|row| row.fits(target, text))?;
    Some((row.what.clone(), text.chars().take(80).collect()))
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

impl Row {
    fn fits(&self, object: &Map<String, Value>) -> bool {
        let has = |group: &BTreeSet<String>| object.keys().any(|name| group.contains(&plain(name)));
        let runs = |(name, value): (&String, &Value)| self.command.contains(&plain(name)) && is_command(value);
        self.fields.iter().all(has) && (self.command.is_empty() || object.iter().any(runs))
    }
}

/// Whether a value is what a shell runs: a program with or without its path, and its arguments.
fn is_command(value: &Value) -> bool {
    static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?x)^\s*(?:sudo\s+)?(?:
            (?:/[\w.@-]+){2,}(?:\s|$)
            | (?:ba|z|da|k)?sh\s | (?:python|node|php|ruby|perl|java|pwsh|powershell|cmd)[\d.]*(?:\.exe)?\s
            | (?:rsync|curl|wget|pg_dump|mysqldump|mongodump|rm|cp|mv|tar|docker|kubectl|find|npm|make|git|echo|cat|ssh|scp|systemctl|restic|borg|rclone)\s
            | \./[\w.-]+
            | .*\S\s(?:&&|\|\|?|>>?)\s\S )",
        )
        .ok()
    });
    let text = match value {
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        other => other.as_str().unwrap_or("").to_owned(),
    };
    SHAPE.as_ref().is_some_and(|shape| shape.is_match(&text))
}

/// A page with a form that runs a statement or command on the server.
fn console(exchange: &Exchange) -> Option<(String, String)> {
    let page = crate::text::html::parse(&exchange.text());
    let all =
        |selector: &str| Selector::parse(selector).map_or_else(|_| Vec::new(), |s| page.select(&s).take(20).collect());
    let words = |text: &str| vocabulary::words(text).collect::<Vec<_>>();
    let said = |elements: Vec<ElementRef<'_>>| {
        let texts = elements.into_iter().map(|e| {
            let value = e.value().attr("value").unwrap_or("");
            format!("{} {value}", e.text().collect::<String>())
        });
        texts.flat_map(|text| words(&text)).collect::<Vec<String>>()
    };
    let headings = said(all("title, h1, h2"));
    let buttons = said(all("button, input[type=submit]"));
    let forms = all(
        "form[method=post] textarea[name], form[method=POST] textarea[name], form[method=post] input[name=cmd], form[method=post] input[name=command]",
    );
    let named =
        |e: &ElementRef<'_>| e.value().attr("name").is_some_and(|name| TABLE.console.names.contains(&plain(name)));
    let login = !all("input[type=password]").is_empty();
    let name = forms.into_iter().find(named)?.value().attr("name").unwrap_or("");
    let is_named_console = headings.iter().any(|word| TABLE.console.headings.contains(word));
    let runs = TABLE.console.statements.contains(&plain(name))
        && buttons.iter().any(|word| TABLE.console.buttons.contains(word));
    (!login && (is_named_console || runs))
        .then(|| ("a console that runs statements or commands".to_owned(), format!("form field {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{exchange, observed};

    #[test]
    fn every_row_hits_and_misses() {
        for row in &TABLE.object {
            assert!(row.fits(row.hit.as_object().unwrap()), "{} misses its hit", row.what);
            assert!(!row.fits(row.miss.as_object().unwrap()), "{} hits its miss", row.what);
        }
    }

    #[test]
    fn every_listing_hits_and_misses() {
        for row in &TABLE.listing {
            assert!(row.fits(&row.hit.0, &row.hit.1), "{} misses its hit", row.what);
            assert!(!TABLE.listing.iter().any(|row| row.fits(&row.miss.0, &row.miss.1)), "{} hits its miss", row.what);
        }
        let found = |path: &str, body: &str| observed(judge, &exchange(path, 200, body)).1.len();
        assert_eq!(found("/_all_dbs", r#"["shop"]"#), 1);
        assert_eq!(found("/tags", r#"["shop"]"#), 0);
    }

    #[test]
    fn lists_of_what_an_operator_manages_are_found() {
        let found = |body: &str| observed(judge, &exchange("/x", 200, body)).1.len();
        assert_eq!(found(r#"[{"id":"j1","schedule":"0 3 * * *","shell":"/usr/bin/rotate --keep 7"}]"#), 1);
        assert_eq!(found(r#"{"jobs":[{"cron":"@daily","command":["bash","-c","make"]}]}"#), 1);
        assert_eq!(found(r#"[{"id":"j1","schedule":"daily","script":"A film about two sisters"}]"#), 0);
        assert_eq!(found(r#"[{"name":"General","messages":300}]"#), 0);
        assert_eq!(found("[]"), 0);
        let overview = r#"{"cpu":{"total":3},"processlist":[{"pid":1,"cmdline":["/sbin/init"],"memory_percent":0.1}]}"#;
        assert_eq!(found(overview), 1);
    }

    #[test]
    fn a_console_is_found_and_a_comment_form_is_not() {
        let found = |body: &str| observed(judge, &exchange("/x", 200, body)).1.len();
        let form = |title: &str, name: &str| {
            format!("<title>{title}</title><form method=post><textarea name={name}></textarea></form>")
        };
        assert_eq!(found(&form("SQL console", "sql")), 1);
        assert_eq!(found(&form("Blog", "comment")), 0);
        assert_eq!(found(&form("How to write a query", "comment")), 0);
        let button = |label: &str| format!("{}<button type=submit>{label}</button>", form("garden.db", "sql"));
        assert_eq!([found(&button("Execute")), found(&button("Format"))], [1, 0]);
        assert_eq!(found(&format!("{}<input type=password>", form("SQL console", "sql"))), 0);
    }

    #[test]
    fn commands_are_told_from_words() {
        for text in ["/usr/bin/env python3 x.py", "bash -c ls", "pg_dump shop > dump.sql", "./run.sh", "a.sh && b.sh"] {
            assert!(is_command(&Value::from(text)), "{text}");
        }
        for text in ["/start", "Bash the piñata", "make", "daily", "cats and dogs", ""] {
            assert!(!is_command(&Value::from(text)), "{text}");
        }
    }
}
