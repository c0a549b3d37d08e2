use model::{Category, Confidence, Evidence, Finding, Rule, Severity};

use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "www-authenticate-missing",
    aliases: &[],
    title: "Missing or incomplete WWW-Authenticate header on a 401",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[358],
    tags: &[],
    risk: "Clients cannot tell which credentials are expected, and RFC 9110 requires the challenge.",
    fix: "Send WWW-Authenticate with scheme and realm on every 401.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1",
        "https://www.rfc-editor.org/rfc/rfc6750#section-3",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let Some(response) = observed.exchange.response().filter(|r| r.status == 401) else { return false };
    let header = response.header("www-authenticate").unwrap_or("");
    if let Some(fault) = fault(header) {
        let evidence = Evidence::new(observed.exchange, format!("401 {fault}"));
        found.push(Finding::new(&RULE, Confidence::Firm, observed.location(), evidence));
    }
    true
}

/// What is wrong with a challenge (RFC 9110 section 11.6.1, RFC 7617 section 2).
fn fault(header: &str) -> Option<&'static str> {
    let header = header.trim();
    let (scheme, parameters) = header.split_once(' ').unwrap_or((header, ""));
    if header.is_empty() {
        Some("without WWW-Authenticate")
    } else if !scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ',') || !is_credentials(parameters)
    {
        Some("whose WWW-Authenticate names no scheme")
    } else if scheme.eq_ignore_ascii_case("basic") && !parameters.to_ascii_lowercase().contains("realm=") {
        Some("whose WWW-Authenticate offers Basic without a realm")
    } else {
        None
    }
}

/// Parameters with values, one token, or nothing.
fn is_credentials(parameters: &str) -> bool {
    parameters.contains('=') || parameters.chars().all(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_of_the_standards_are_well() {
        for header in
            ["Basic realm=\"x\"", "Bearer", "Bearer error=\"invalid_token\"", "Negotiate, Basic realm=\"x\"", "ApiKey"]
        {
            assert_eq!(fault(header), None, "{header}");
        }
        for header in ["", "Basic", "realm=\"x\"", "Login required!"] {
            assert!(fault(header).is_some(), "{header}");
        }
    }
}
