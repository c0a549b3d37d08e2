//! Versions that answers show, and what is known of them.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use model::{Confidence, Exchange};
use regex::Regex;
use serde::Deserialize;

use super::dotted_version::compare;
use super::werkzeug_signs;
use crate::table;
use crate::text::requirements;

/// A published vulnerability of a range of versions.
#[derive(Debug, Deserialize)]
pub(super) struct Fault {
    product: String,
    from: Option<String>,
    before: Option<String>,
    /// CVE number, or that of the GitHub advisory where there is none.
    pub(super) id: String,
    /// What it allows.
    pub(super) what: String,
}

#[derive(Deserialize)]
struct Table {
    fault: Vec<Fault>,
}

/// The vulnerabilities that all versions of a product from `oldest` to `newest` have.
pub(super) fn faults(product: &str, oldest: &str, newest: &str) -> Vec<&'static Fault> {
    let affected = |fault: &&Fault| {
        same_name(&fault.product, product)
            && fault.before.as_ref().is_none_or(|before| compare(newest, before).is_lt())
            && fault.from.as_ref().is_none_or(|from| compare(oldest, from).is_ge())
    };
    table().iter().filter(affected).collect()
}

fn table() -> &'static [Fault] {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("data/vulnerabilities.toml")));
    &TABLE.fault
}

/// Whether two names are of the same package: case and the kind of joint do not matter (the name normalization of Python packages).
fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '.'], "-");
    plain(one) == plain(other)
}

/// A version and where it was seen.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    /// The version.
    pub(super) version: String,
    /// The oldest version that it can be, where `version` is only the newest.
    pub(super) oldest: Option<&'static str>,
    /// The exchange that shows it.
    pub(super) exchange: &'a Arc<Exchange>,
    /// How it shows.
    pub(super) how: String,
    /// How sure it is that this version, or an older one, is behind the answers.
    pub(super) confidence: Confidence,
}

/// The versions that answers show, by product: in headers, in the list of packages of Flask-DebugToolbar, in a requirements file that is served, and for Werkzeug, where
/// neither names it, by what only its old releases send.
pub(super) fn shown(exchanges: &[Arc<Exchange>]) -> BTreeMap<String, Shown<'_>> {
    let mut found: BTreeMap<String, Shown<'_>> = BTreeMap::new();
    let mut add = |product: &str, version: String, exchange, how: String| {
        found.entry(product.to_owned()).or_insert(Shown {
            version,
            oldest: None,
            exchange,
            how,
            confidence: Confidence::Firm,
        });
    };
    for exchange in exchanges {
        for (header, product, version) in in_headers(exchange) {
            add(&product, version.clone(), exchange, format!("{header}: {product}/{version}"));
        }
        for (product, version) in in_toolbar(exchange) {
            add(&product, version.clone(), exchange, format!("the debug toolbar lists {product} {version}"));
        }
        for (product, version) in in_requirements(exchange) {
            // As the table writes it, so that the same package from elsewhere is the same.
            let known = table().iter().find(|fault| same_name(&fault.product, &product));
            let how = format!("requirements.txt pins {product} {version}");
            add(known.map_or(&product, |fault| &fault.product), version, exchange, how);
        }
    }
    if !found.contains_key("Werkzeug")
        && let Some(sign) = werkzeug_signs::oldest(exchanges)
    {
        let werkzeug_signs::Sign { oldest, newest, exchange, how, confidence } = sign;
        found.insert(
            "Werkzeug".to_owned(),
            Shown { version: newest.to_owned(), oldest: Some(oldest), exchange, how, confidence },
        );
    }
    found
}

/// `product/version` pairs in the headers that name products.
pub(super) fn in_headers(exchange: &Exchange) -> Vec<(&'static str, String, String)> {
    #[allow(clippy::expect_used)] // a constant, compiled by the test
    static PRODUCT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"([A-Za-z][A-Za-z0-9_.-]{1,40})/(\d+(?:\.\d+){1,4})").expect("valid"));
    let Some(response) = exchange.response() else { return Vec::new() };
    let mut found = Vec::new();
    for header in ["Server", "X-Powered-By", "X-Generator", "Via"] {
        for value in response.header_all(header) {
            found.extend(PRODUCT.captures_iter(value).take(6).map(|c| (header, c[1].to_owned(), c[2].to_owned())));
        }
    }
    if let Some(version) = response.header("x-aspnet-version") {
        found.push(("X-AspNet-Version", "ASP.NET".to_owned(), version.to_owned()));
    }
    found
}

fn in_requirements(exchange: &Exchange) -> Vec<(String, String)> {
    let named = exchange.request.path().ends_with("requirements.txt");
    if named { requirements::pins(exchange).unwrap_or_default() } else { Vec::new() }
}

fn in_toolbar(exchange: &Exchange) -> Vec<(String, String)> {
    #[allow(clippy::expect_used)] // a constant, compiled by the test
    static ROW: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"<td>(?:<a[^>]*>)?\s*([A-Za-z][\w.-]{1,60})\s*(?:</a>)?</td>\s*<td>\s*(\d+(?:\.\d+)+)[^<]{0,20}</td>",
        )
        .expect("valid")
    });
    let text = exchange.text();
    let Some((_, panel)) = text.split_once("id=\"flDebugVersionPanel-content\"") else { return Vec::new() };
    let panel = panel.split("Panel-content\"").next().unwrap_or("");
    ROW.captures_iter(panel).take(500).map(|c| (c[1].to_owned(), c[2].to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    #[test]
    fn ranges_are_half_open() {
        let ids =
            |product, version| faults(product, version, version).iter().map(|f| f.id.as_str()).collect::<Vec<_>>();
        assert!(
            ids("Werkzeug", "2.2.2").contains(&"CVE-2023-25577")
                && !ids("Werkzeug", "2.2.3").contains(&"CVE-2023-25577")
        );
        assert!(
            ids("werkzeug", "3.0.0").contains(&"CVE-2023-46136")
                && !ids("Werkzeug", "2.3.8").contains(&"CVE-2023-46136")
        );
        assert_eq!(ids("Flask", "3.1.0"), ["CVE-2025-47278", "CVE-2026-27205"]);
        assert!(
            ids("Werkzeug", "3.1.9").is_empty()
                && ids("gunicorn", "23.0.0").is_empty()
                && ids("nginx", "1.0").is_empty()
        );
        assert_eq!(ids("waitress", "1.4.1"), ["CVE-2019-16789", "CVE-2022-24761", "CVE-2024-49769"]);
        assert_eq!(ids("flask_user", "1.0.2.2"), ["CVE-2021-23401"], "no release repairs it");
        assert!(ids("flask-cors", "5.0.1").contains(&"CVE-2024-6844") && ids("Flask_Cors", "6.0.0").is_empty());
        let all = |oldest, newest| faults("Werkzeug", oldest, newest).iter().map(|f| f.id.as_str()).collect::<Vec<_>>();
        assert!(
            all("2.0.2", "2.3.6").contains(&"CVE-2024-49767") && !all("0.15.0", "2.1.1").contains(&"CVE-2024-49767")
        );
    }

    #[test]
    fn the_table_is_in_order() {
        for fault in table() {
            let range = fault.from.as_ref().zip(fault.before.as_ref());
            assert!(
                range.is_none_or(|(from, before)| compare(from, before).is_lt()),
                "{} has an empty range",
                fault.id
            );
            assert!(fault.id.starts_with("CVE-") || fault.id.starts_with("GHSA-"), "{}", fault.id);
        }
        for pair in table().windows(2).filter(|pair| same_name(&pair[0].product, &pair[1].product)) {
            let (one, two) = (pair[0].before.as_deref().unwrap_or("9999"), pair[1].before.as_deref().unwrap_or("9999"));
            assert!(compare(one, two).is_le(), "{} stands after {}", pair[0].id, pair[1].id);
        }
    }

    #[test]
    fn a_served_requirements_file_shows_versions() {
        let text =
            answered("/requirements.txt", 200, &[("Content-Type", "text/plain")], "werkzeug==2.2.2\njinja2==3.1.2\n");
        let exchanges = [text];
        let found = shown(&exchanges);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["Jinja2", "Werkzeug"]);
        assert_eq!(found["Werkzeug"].version, "2.2.2");
        let other = answered("/notes.txt", 200, &[("Content-Type", "text/plain")], "werkzeug==2.2.2\njinja2==3.1.2\n");
        assert!(shown(&[other]).is_empty());
    }

    #[test]
    fn versions_are_read_where_they_show() {
        let page = "<div id=\"flDebugVersionPanel-content\"><td>Jinja2</td>\n<td>3.1.2</td></div>";
        let exchanges =
            [answered("/", 200, &[("Server", "Werkzeug/2.2.2 Python/3.11.7"), ("X-Powered-By", "Express")], page)];
        let found = shown(&exchanges);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["Jinja2", "Python", "Werkzeug"]);
        assert_eq!(found["Werkzeug"].version, "2.2.2");
        assert_eq!(found["Werkzeug"].oldest, None);
        assert!(shown(&[answered("/", 200, &[("Server", "nginx")], "{}")]).is_empty());
    }
}
