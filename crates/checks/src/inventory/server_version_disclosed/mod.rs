use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Surface, Tag};

use super::versions;
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "server-version-disclosed",
    aliases: &[],
    title: "Server version disclosed in response headers",
    category: Category::Inventory,
    severity: Severity::Info,
    cwe: &[200],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker matches the version with published vulnerabilities.",
    fix: "Remove versions from the Server and X-Powered-By headers.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc9110#section-10.2.4",
        "https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::PRODUCTION,
    },
    ..Check::of(&RULE)
};

fn judge(_: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let mut shown: BTreeMap<&'static str, (&Arc<Exchange>, String)> = BTreeMap::new();
    for exchange in &observations.exchanges {
        for (header, product, version) in versions::in_headers(exchange) {
            shown.entry(header).or_insert((exchange, format!("{header}: {product}/{version}")));
        }
    }
    for (header, (exchange, what)) in shown {
        let location = Location::host().parameter("header", header);
        found.push(Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(exchange, what)));
    }
    if observations.exchanges.iter().any(|e| e.response().is_some()) { Ok(()) } else { Err(NotTested::NoAnswer) }
}
