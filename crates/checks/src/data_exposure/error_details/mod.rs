use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::errors;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Sees, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "error-details",
    aliases: &[],
    title: "Exception details exposed in an error response",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[209],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker learns from exception messages and server paths how the code works, and aims further attacks.",
    fix: "Return a generic error message, and log the exception.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/errorhandling/#generic-exception-handlers",
        "https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html",
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

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    if errors::failure(observed.exchange).is_none() {
        return false;
    }
    if let Some(told) = errors::detail(observed.exchange) {
        let confidence = if observed.exchange.status() >= 500 { Confidence::Confirmed } else { Confidence::Firm };
        let evidence = Evidence::new(observed.exchange, &told.excerpt);
        let detail = format!("The response contains the {}.", told.what);
        found.push(Finding::new(&RULE, confidence, observed.location(), evidence).detail(detail));
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::Exchange;

    use crate::data_exposure::errors::detail;
    use crate::samples::{answered, exchange};

    #[test]
    fn a_good_status_hides_no_exception() {
        let system = r#"{"ok": false, "error": "[Errno 13] Permission denied: '/var/lib/shop/stock.db'"}"#;
        assert!(told(&exchange("/stock", 200, system)));
        assert!(told(&exchange("/stock", 200, r#"{"errors": [{"message": "KeyError: 'sku'"}]}"#)));
        for body in [
            r#"{"ok": true, "help": "[Errno 13] Permission denied: the file is somebody else's"}"#,
            r#"{"id": 4, "title": "Report fails", "error": "KeyError: 'sku'"}"#,
            r#"{"known": [{"error": "[Errno 2] No such file or directory", "remedy": "make it"}]}"#,
        ] {
            assert!(!told(&exchange("/help", 200, body)), "{body}");
        }
    }

    fn told(exchange: &Arc<Exchange>) -> bool {
        detail(exchange).is_some()
    }

    #[test]
    fn a_quoted_exception_is_told() {
        assert!(told(&exchange("/", 500, r#"{"error": "invalid literal for int() with base 10: 'x'"}"#)));
        assert!(told(&answered(
            "/",
            400,
            &[("Content-Type", "text/plain")],
            "[Errno 2] No such file or directory: '/srv/app/x.csv'"
        )));
        assert!(told(&exchange(
            "/",
            500,
            r#"{"error":"404 Not Found: The requested URL was not found on the server."}"#
        )));
    }

    #[test]
    fn good_errors_and_echoes_are_not() {
        assert!(!told(&exchange(
            "/",
            404,
            r#"{"error":"404 Not Found: The requested URL was not found on the server."}"#
        )));
        assert!(!told(&exchange("/", 500, "<title>500 Internal Server Error</title>")));
        assert!(!told(&exchange("/", 200, "<p>How to read invalid literal for int() with base 10")));
        assert!(!told(&answered(
            "/static/../../etc/passwd.json",
            404,
            &[("Content-Type", "text/plain")],
            "no /static/../../etc/passwd.json here"
        )));
    }
}
