use std::sync::LazyLock;

use model::{Category, Confidence, Depth, Evidence, Exchange, Finding, NotTested, Rule, Severity, Tag};
use regex::Regex;

use super::errors;
use crate::experiments::provoke;
use crate::{Check, Cost, Detectors, Findings, ObservedExchange, RunsOn, Schedule, Sees, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "stack-trace",
    aliases: &[],
    title: "Stack trace exposed in an error response",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[209, 497],
    tags: &[Tag::Misconfiguration],
    risk: "Function names, paths and versions show an attacker how the application is built and where it fails.",
    fix: "Return a generic error message, and write the trace to the log.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/errorhandling/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(provoke::REQUESTS),
    schedule: Schedule { depth: Depth::Standard, shares: Some(provoke::SHARES), ..Schedule::ANY },
    detectors: Detectors {
        on_exchange: Some(judge),
        sees: Sees::All,
        on_surface: Some(|probe, _| Box::pin(probe_target(probe))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Provokes error answers; [`judge`] reads them with all others.
async fn probe_target(probe: &TargetProbe<'_>) -> Result<(), NotTested> {
    provoke::any(probe, &provoke::errors(probe).await?)
}

/// In an error answer a trace is a leak. In a successful one it may be content, unless the answer is JSON that names it an error.
fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if exchange.body_len() == 0 {
        return false;
    }
    let Some(told) = errors::stack_trace(exchange) else { return true };
    let confidence = if exchange.status() >= 400 {
        Confidence::Confirmed
    } else if is_field_of_json(exchange) || is_displayed_by_php(&exchange.text()) {
        Confidence::Firm
    } else {
        return true;
    };
    let evidence = Evidence::new(exchange, &told.excerpt);
    let detail = format!("A stack trace of {} in a response with status {}.", told.what, exchange.status());
    found.push(Finding::new(&RULE, confidence, observed.location(), evidence).detail(detail));
    true
}

/// Whether a field of the response says that it is one.
fn is_field_of_json(exchange: &Exchange) -> bool {
    const FIELDS: [&str; 4] = ["error", "traceback", "stack", "exception"];
    exchange.json().as_deref().is_some_and(|json| FIELDS.iter().any(|field| json.get(field).is_some()))
}

/// Whether PHP printed an error into a page, whatever its status (`display_errors` with `html_errors`, PHP's runtime configuration): in
/// markup of its own, which a page that quotes an error escapes or does not have.
fn is_displayed_by_php(text: &str) -> bool {
    #[allow(clippy::expect_used)] // a constant; the test compiles it
    static DISPLAYED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"<br />\s{0,4}<b>(?:Fatal error|Parse error|Warning|Notice|Deprecated)</b>:  [^\n]{1,400}? in <b>[^<\n]{2,300}</b> on line <b>\d{1,6}</b><br />",
        )
        .expect("valid")
    });
    DISPLAYED.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_php_prints_into_a_page_shows_itself() {
        let printed = "<br />\n<b>Warning</b>:  Undefined array key \"id\" in <b>/srv/www/users.php</b> on line <b>4</b><br />\n<h1>Users</h1>";
        assert!(is_displayed_by_php(printed));
        let quoted = "<pre>Warning: Undefined array key \"id\" in /srv/www/users.php on line 4</pre><p><b>Warning</b>: do not run this in \
            <b>production</b> on line <b>4</b></p>";
        assert!(!is_displayed_by_php(quoted));
        assert!(!is_displayed_by_php(
            "<code>&lt;b&gt;Warning&lt;/b&gt;:  x in &lt;b&gt;/a.php&lt;/b&gt; on line &lt;b&gt;4&lt;/b&gt;</code>"
        ));
    }
    use crate::samples::{exchange, observed};

    #[test]
    fn a_page_about_traces_shows_none_of_its_own() {
        let trace = "Traceback (most recent call last):\n  File \"/srv/app.py\", line 7, in index\n    return 1 / 0\nZeroDivisionError: division by zero";
        let fires = |status: u16, body: &str| !observed(judge, &exchange("/x", status, body)).1.is_empty();
        let article = format!("<h1>Errors and what they mean</h1><pre>{trace}</pre>");
        assert!(!fires(200, &article), "a wiki that explains it");
        assert!(fires(500, &article));
        assert!(fires(200, &serde_json::json!({"error": trace, "traceback": trace}).to_string()));
        assert!(!fires(200, &serde_json::json!({"title": "Errors", "text": trace}).to_string()));
    }
}
