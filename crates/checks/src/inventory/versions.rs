//! Versions that answers show, and what is known of them.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use model::Exchange;
use regex::Regex;
use serde::Deserialize;

/// A published vulnerability of a range of versions.
#[derive(Debug, Deserialize)]
pub(super) struct Fault {
    product: String,
    from: Option<String>,
    before: String,
    /// CVE number.
    pub(super) id: String,
    /// What it allows.
    pub(super) what: String,
}

#[derive(Deserialize)]
struct Table {
    fault: Vec<Fault>,
}

/// The vulnerabilities of a product's version.
pub(super) fn faults(product: &str, version: &str) -> Vec<&'static Fault> {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        #[allow(clippy::expect_used)] // compiled in; a test parses it
        toml::from_str(include_str!("data/vulnerabilities.toml")).expect("data/vulnerabilities.toml is valid")
    });
    let affected = |fault: &&Fault| {
        fault.product.eq_ignore_ascii_case(product)
            && compare(version, &fault.before).is_lt()
            && fault.from.as_ref().is_none_or(|from| compare(version, from).is_ge())
    };
    TABLE.fault.iter().filter(affected).collect()
}

/// Compares dotted numbers; a missing part is zero, letters end the number.
fn compare(one: &str, other: &str) -> Ordering {
    let parts = |text: &str| -> Vec<u64> {
        let number =
            |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
        let mut parts: Vec<u64> = text.split('.').take(6).map(number).collect();
        parts.resize(6, 0);
        parts
    };
    parts(one).cmp(&parts(other))
}

/// A version and where it was seen.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    /// The version.
    pub(super) version: String,
    /// The exchange that shows it.
    pub(super) exchange: &'a Arc<Exchange>,
    /// How it shows.
    pub(super) how: String,
}

/// The versions that answers show, by product: in headers, in the list of packages of Flask-DebugToolbar, and by the size of the
/// debugger's script.
pub(super) fn shown(exchanges: &[Arc<Exchange>]) -> BTreeMap<String, Shown<'_>> {
    let mut found: BTreeMap<String, Shown<'_>> = BTreeMap::new();
    let mut add = |product: &str, version: String, exchange, how: String| {
        found.entry(product.to_owned()).or_insert(Shown { version, exchange, how });
    };
    for exchange in exchanges {
        for (header, product, version) in in_headers(exchange) {
            add(&product, version.clone(), exchange, format!("{header}: {product}/{version}"));
        }
        for (product, version) in in_toolbar(exchange) {
            add(&product, version.clone(), exchange, format!("the debug toolbar lists {product} {version}"));
        }
    }
    if !found.contains_key("Werkzeug")
        && let Some((exchange, newest)) = exchanges.iter().find_map(|e| debugger_band(e).map(|newest| (e, newest)))
    {
        let how = format!("the size and checksum of the debugger's script are those of versions up to {newest}");
        found.insert("Werkzeug".to_owned(), Shown { version: newest.to_owned(), exchange, how });
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

/// The newest version of the band that this script of the debugger belongs to, when all of the band is old. Sizes and Adler-32
/// checksums of every release since 0.14.
fn debugger_band(exchange: &Exchange) -> Option<&'static str> {
    const BANDS: [(usize, u32, &str); 6] = [
        (6_264, 698_556_359, "0.14.1"),
        (6_400, 4_174_596_272, "1.0.1"),
        (10_524, 4_252_892_819, "2.0.1"),
        (10_521, 2_800_811_429, "2.3.6"),
        (10_562, 3_752_528_389, "3.0.2"),
        (10_544, 459_408_141, "3.0.3"),
    ];
    let script =
        exchange.status() == 200 && exchange.request.target.ends_with("__debugger__=yes&cmd=resource&f=debugger.js");
    let body = exchange.body();
    BANDS
        .iter()
        .find(|(size, sum, _)| script && body.len() == *size && adler32(body) == *sum)
        .map(|(_, _, newest)| *newest)
}

/// Adler-32 (RFC 1950, section 8.2).
fn adler32(bytes: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % BASE;
        (a, (b + a) % BASE)
    });
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::answered;

    #[test]
    fn ranges_are_half_open() {
        let ids = |product, version| faults(product, version).iter().map(|f| f.id.as_str()).collect::<Vec<_>>();
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
        assert_eq!(compare("2.10", "2.9.1"), Ordering::Greater);
    }

    #[test]
    fn versions_are_read_where_they_show() {
        let page = "<div id=\"flDebugVersionPanel-content\"><td>Jinja2</td>\n<td>3.1.2</td></div>";
        let exchanges =
            [answered("/", 200, &[("Server", "Werkzeug/2.2.2 Python/3.11.7"), ("X-Powered-By", "Express")], page)];
        let found = shown(&exchanges);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["Jinja2", "Python", "Werkzeug"]);
        assert_eq!(found["Werkzeug"].version, "2.2.2");
        assert!(shown(&[answered("/", 200, &[("Server", "nginx")], "{}")]).is_empty());
    }

    #[test]
    fn the_checksum_is_adler32() {
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }
}
