use model::{Category, Confidence, Evidence, Finding, Location, Rule, Scheme, Severity, Tag};

use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "hsts-weak",
    aliases: &[],
    title: "Strict-Transport-Security max-age too short",
    category: Category::Encryption,
    severity: Severity::Info,
    cwe: &[319],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker on the network path can keep a browser on plain HTTP that has not visited for a while.",
    fix: "Send a max-age of a year.",
    references: &["https://www.rfc-editor.org/rfc/rfc6797"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

/// 180 days in seconds.
const ENOUGH: u64 = 180 * 86_400;

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    if observed.exchange.request.origin.scheme != Scheme::Https {
        return false;
    }
    let Some(header) = observed.exchange.header("strict-transport-security") else { return false };
    let seconds = header
        .split(';')
        .find_map(|part| part.trim().to_ascii_lowercase().strip_prefix("max-age=").map(str::to_owned))
        .and_then(|value| value.trim_matches('"').parse::<u64>().ok());
    if seconds.is_none_or(|seconds| seconds < ENOUGH) {
        let evidence = Evidence::new(observed.exchange, format!("Strict-Transport-Security: {header}"));
        found.push(Finding::new(&RULE, Confidence::Firm, Location::host(), evidence));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{observed, over};

    #[test]
    fn half_a_year_is_enough() {
        let finds = |value: &str| {
            observed(look, &over(Scheme::Https, 200, &[("strict-transport-security", value)], "")).1.len()
        };
        assert_eq!(finds("max-age=31536000"), 0);
        assert_eq!(finds("max-age=300"), 1);
        assert_eq!(finds("yes"), 1);
        assert!(!observed(look, &over(Scheme::Https, 200, &[], "")).0);
    }
}
