use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::scripts;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "script-over-http",
    aliases: &[],
    title: "Third-party script loaded over plain HTTP",
    category: Category::UnsafeConsumption,
    severity: Severity::Medium,
    cwe: &[319, 829],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker on the network path can inject code into the page.",
    fix: "Load third-party scripts over HTTPS, with an integrity attribute.",
    references: &["https://www.w3.org/TR/mixed-content/", "https://www.w3.org/TR/SRI/"],
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

/// Only where the page says `http://` itself: `//host/` follows the page's own scheme. With a hash nothing can be put in.
fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let Some(foreign) = scripts::foreign(observed.exchange) else { return false };
    let text = observed.exchange.text();
    let plain: Vec<String> = foreign
        .iter()
        .filter(|f| !f.has_integrity && f.url.scheme() == "http")
        .filter(|f| text.contains(&format!("http://{}", f.url.host_str().unwrap_or(""))))
        .map(|f| f.url.to_string())
        .collect();
    if !plain.is_empty() {
        let evidence = Evidence::new(observed.exchange, format!("loaded over plain HTTP: {}", plain.join(", ")));
        let detail = format!("The page loads {}.", plain.join(", "));
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence).detail(detail));
    }
    !foreign.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{exchange, observed};

    #[test]
    fn only_written_http_counts() {
        let found = |body: &str| observed(judge, &exchange("/", 200, body)).1.len();
        assert_eq!(found("<script src='http://cdn.parts.example/a.js'></script>"), 1);
        assert_eq!(found("<script src='//cdn.parts.example/a.js'></script>"), 0);
        assert_eq!(found("<script src='https://cdn.parts.example/a.js'></script>"), 0);
        assert_eq!(found("<link rel=stylesheet href='http://cdn.parts.example/a.css'>"), 0);
        assert_eq!(found("<p>http://cdn.parts.example/a.js</p>"), 0);
    }
}
