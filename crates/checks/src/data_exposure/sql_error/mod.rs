use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::errors;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Sees, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "sql-error",
    aliases: &[],
    title: "Database error message exposed",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[209, 89],
    tags: &[Tag::Misconfiguration],
    risk: "Table and column names and parts of the statement help an attacker to write an injection.",
    fix: "Catch database errors, log them, and return a generic message.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/errorhandling/",
        "https://docs.sqlalchemy.org/en/20/errors.html",
        "https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(judge), sees: Sees::All, ..Detectors::NONE },
    subsumed_by: &["sql-injection"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    if exchange.body_len() == 0 {
        return false;
    }
    let Some(told) = errors::sql_error(exchange) else { return true };
    // A successful page may be about databases; an answer that failed, or JSON that says so, is not.
    let failed = exchange.status() >= 400
        || exchange.json().as_deref().is_some_and(|j| j.get("error").is_some() || j.get("errors").is_some());
    if failed {
        let confidence = if exchange.status() >= 500 { Confidence::Confirmed } else { Confidence::Firm };
        let evidence = Evidence::new(exchange, &told.excerpt);
        let detail = format!("An error text of {}.", told.what);
        found.push(Finding::new(&RULE, confidence, observed.location(), evidence).detail(detail));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{exchange, observed};

    #[test]
    fn a_page_about_databases_quotes_no_error_of_its_own() {
        let words = "sqlite3.OperationalError: near \"x\": syntax error";
        let fires = |status: u16, body: &str| !observed(judge, &exchange("/x", status, body)).1.is_empty();
        let article = format!("<h1>Errors and what they mean</h1><pre>{words}</pre>");
        assert!(!fires(200, &article), "a wiki that explains it");
        assert!(fires(500, &article));
        assert!(fires(200, &serde_json::json!({"error": words, "traceback": words}).to_string()));
        assert!(!fires(200, &serde_json::json!({"title": "Errors", "text": words}).to_string()));
    }
}
