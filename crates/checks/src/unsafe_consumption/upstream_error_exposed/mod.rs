use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Exchange, Finding, Rule, Severity, Tag};

use crate::text::patterns::{Pattern, first, load};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Sees, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "upstream-error-exposed",
    aliases: &[],
    title: "Upstream error message exposed",
    category: Category::UnsafeConsumption,
    severity: Severity::Medium,
    cwe: &[209, 550],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker learns names, ports and paths of internal services, and sometimes the keys in their URLs.",
    fix: "Catch the client's exceptions, log them, and respond with 502 or 503 and a generic message.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xaa-unsafe-consumption-of-apis/",
        "https://requests.readthedocs.io/en/latest/user/quickstart/#errors-and-exceptions",
    ],
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

static SHAPES: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("../data/upstream_errors.toml")));

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if !could_say_so(exchange) {
        return false;
    }
    let text = exchange.text();
    if let Some((pattern, excerpt)) = first(&SHAPES, &text).filter(|(_, excerpt)| !is_echo(exchange, excerpt)) {
        let detail = format!("The text is that of {}.", pattern.name);
        let evidence = Evidence::new(exchange, excerpt);
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence).detail(detail));
    }
    true
}

/// Errors, and short JSON answers that report one with a good status. A page with such a text in it may be documentation, and a
/// stack trace is another rule's.
fn could_say_so(exchange: &Exchange) -> bool {
    const LONGEST: usize = 8 * 1024;
    let text = exchange.text();
    if text.contains("Traceback (most recent call last)") {
        return false;
    }
    exchange.status() >= 400 || exchange.is_success() && exchange.body_len() <= LONGEST && !exchange.is_html()
}

/// Whether a part of it was sent by us.
fn is_echo(exchange: &Exchange, excerpt: &str) -> bool {
    let sent = &exchange.request;
    let target = percent_encoding::percent_decode_str(&sent.target).decode_utf8_lossy();
    let body = String::from_utf8_lossy(&sent.body);
    let telling: String = excerpt.chars().take(24).collect();
    target.contains(&telling) || body.contains(&telling) || sent.altered.iter().any(|a| a.value.contains(&telling))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{exchange, observed};
    use crate::text::patterns::verify;

    #[test]
    fn the_table_is_honest() {
        verify(&SHAPES);
    }

    #[test]
    fn errors_of_others_are_found_and_echoes_and_pages_are_not() {
        let found = |target: &str, status: u16, body: &str| observed(judge, &exchange(target, status, body)).1.len();
        let text = r#"{"error": "HTTPConnectionPool(host='rates.internal', port=8080): Max retries exceeded with url: /latest"}"#;
        assert_eq!(found("/rates", 500, text), 1);
        assert_eq!(found("/rates", 200, text), 1);
        assert_eq!(found("/rates?q=HTTPConnectionPool(host='rates.internal',%20port=8080)", 200, text), 0);
        assert_eq!(found("/", 200, "<p>connect ECONNREFUSED 10.0.0.12:8080 means that nothing listens</p>"), 0);
        assert_eq!(found("/rates", 502, r#"{"error": "the exchange rates are not available"}"#), 0);
    }
}
