use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::headers;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "csp-disabled",
    aliases: &[],
    title: "Content Security Policy disabled in the hardening extension",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[693],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker's injected script runs, although the other security headers are set.",
    fix: "Give the hardening extension a policy instead of switching it off.",
    references: &["https://github.com/wntrblm/flask-talisman", "https://www.w3.org/TR/CSP3/"],
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
    let Some(page) = headers::page(observed) else { return false };
    // Other frameworks set the other headers by default and never had a policy to switch off.
    let is_flask = observed.surface.shows_flask();
    if is_flask && headers::policies(page).is_empty() && headers::is_hardened(page) {
        let evidence = Evidence::new(
            observed.exchange,
            "X-Content-Type-Options, X-Frame-Options and Referrer-Policy, but no policy",
        );
        found.push(Finding::new(&RULE, Confidence::Firm, observed.location(), evidence));
    }
    true
}
