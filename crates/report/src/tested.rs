//! How much was tested, in words.

use model::{Report, Verdict};

/// Rules that passed.
pub(crate) fn passed(report: &Report) -> usize {
    report.rules.iter().filter(|rule| rule.verdict == Verdict::Passed).count()
}

/// `88 of 212 rules tested, 76 passed; 18 of 20 operations, 10 of 11 categories, 131 requests`.
pub(crate) fn facts(report: &Report) -> String {
    let coverage = &report.coverage;
    format!(
        "{} of {} tested, {} passed; {} of {}, {} of {}, {}",
        coverage.rules_tested,
        count(coverage.rules, "rule", "rules"),
        passed(report),
        coverage.operations_tested,
        count(coverage.operations_counted, "operation", "operations"),
        coverage.categories_assessed,
        count(coverage.categories_applicable, "category", "categories"),
        count(report.requests, "request", "requests"),
    )
}

fn count(number: u32, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
