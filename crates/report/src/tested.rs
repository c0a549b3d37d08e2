//! How much was tested, in words.

use model::{Report, Verdict, counted};

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
        counted(coverage.rules, "rule"),
        passed(report),
        coverage.operations_tested,
        counted(coverage.operations_counted, "operation"),
        coverage.categories_assessed,
        counted(coverage.categories_applicable, "category"),
        counted(report.requests, "request"),
    )
}
