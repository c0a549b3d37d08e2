use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};
use regex::Regex;

use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "staging-traces",
    aliases: &[],
    title: "Internal or test systems referenced in responses",
    category: Category::Inventory,
    severity: Severity::Low,
    cwe: &[200, 1059],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker learns of test systems, which are less protected and often hold copies of the data.",
    fix: "Remove addresses of internal systems from what is served.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let Some(response) = observed.exchange.response().filter(|r| r.body_len() > 0) else { return false };
    let text = response.text();
    let headers = response.headers.iter().filter(|(name, _)| {
        matches!(
            name.to_ascii_lowercase().as_str(),
            "location" | "link" | "content-security-policy" | "access-control-allow-origin"
        )
    });
    let own = &observed.target.origin;
    let texts = headers.map(|(_, value)| value.as_str()).chain([text.as_ref()]);
    let mut hosts: BTreeSet<String> = texts.flat_map(|text| internal_hosts(text, &own.host)).collect();
    hosts.retain(|host| *host != own.host && !(own.is_loopback() && is_loopback(host)));
    if !hosts.is_empty() {
        let named: Vec<String> = hosts.into_iter().take(5).collect();
        let evidence = Evidence::new(observed.exchange, named.join(", "));
        found.push(Finding::new(&RULE, Confidence::Firm, observed.location(), evidence));
    }
    true
}

/// Hosts in URLs of a text that are internal by their name or address.
fn internal_hosts(text: &str, own: &str) -> Vec<String> {
    #[allow(clippy::expect_used)] // a constant, compiled by the test
    static URL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)\b(?:https?|wss?)://([a-z0-9][a-z0-9.-]{0,200})").expect("valid"));
    URL.captures_iter(text)
        .take(2_000)
        .map(|c| c[1].to_ascii_lowercase().trim_end_matches('.').to_owned())
        .filter(|h| is_internal(h) && (!is_reserved(h) || is_sibling(h, own)))
        .collect()
}

fn is_internal(host: &str) -> bool {
    const LABELS: [&str; 12] =
        ["staging", "stage", "stg", "dev", "devel", "test", "testing", "qa", "uat", "preprod", "internal", "intranet"];
    const ENDS: [&str; 6] = ["internal", "local", "lan", "corp", "intranet", "localdomain"];
    if let Ok(address) = host.parse::<std::net::Ipv4Addr>() {
        return address.is_private() || address.is_loopback();
    }
    let labels: Vec<&str> = host.split('.').collect();
    let Some((last, rest)) = labels.split_last() else { return false };
    if is_loopback(host) || !rest.is_empty() && ENDS.contains(last) {
        return true;
    }
    // The registered name itself may be called so: `dev.to`, `test.com`.
    let below = rest.split_last().map_or(&[][..], |(_, below)| below);
    below.iter().any(|label| label.split('-').any(|word| LABELS.contains(&word)))
}

/// Names that nobody can have (RFC 2606, RFC 6761): documentation says `test.example.com` and means no system.
fn is_reserved(host: &str) -> bool {
    const NAMES: [&str; 7] = ["example.com", "example.net", "example.org", "example", "test", "invalid", "localhost"];
    NAMES.iter().any(|name| host.strip_suffix(name).is_some_and(|before| before.ends_with('.')))
}

/// Whether both stand under one registered name. Then even a reserved name is meant: the target has one itself.
fn is_sibling(host: &str, own: &str) -> bool {
    let registered = |name: &str| name.rsplitn(3, '.').take(2).map(str::to_owned).collect::<Vec<_>>();
    own.contains('.') && own.parse::<std::net::IpAddr>().is_err() && registered(host) == registered(own)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_hosts_are_told() {
        for host in ["staging.shop.io", "api-dev.shop.io", "10.0.0.7", "db.shop.internal", "printer.local", "localhost"]
        {
            assert!(is_internal(host), "{host}");
        }
        for host in
            ["shop.io", "dev.to", "test.com", "developer.shop.io", "8.8.8.8", "latest.shop.io", "www.w3.org", "local"]
        {
            assert!(!is_internal(host), "{host}");
        }
        let text = "see http://qa.shop.io:8080/x and https://shop.io";
        assert_eq!(internal_hosts(text, "api.shop.io"), ["qa.shop.io"]);
    }

    #[test]
    fn names_of_documentation_are_no_systems() {
        for (text, own, expected) in [
            ("http://test.example.com/", "127.0.0.1", 0),
            ("http://dev.example.org/ https://staging.shop.example/ http://qa.api.test/", "api.books.io", 0),
            ("http://staging.shop.example/", "api.shop.example", 1),
            ("http://staging.shop.test/", "shop.test", 1),
            ("http://dev.app.localhost/", "localhost", 0),
            ("http://test.myexample.com/ http://staging.contest.io/", "127.0.0.1", 2),
        ] {
            assert_eq!(internal_hosts(text, own).len(), expected, "{text} at {own}");
        }
    }
}
