//! The score of a report after some of its findings are gone. Pure.

use std::collections::BTreeSet;

use model::{Confidence, Coverage, Grade, Reach, Report, RuleOutcome, Scored, Verdict, score};

use crate::verified::{Fate, Verified};

/// Score and grade of the report without what is fixed and with what came back. A grade that was withheld stays so.
pub(crate) fn without(report: &Report, new: &Report, verified: &[Verified]) -> (Option<u8>, Option<Grade>) {
    let of = |fate| verified.iter().filter(move |v| v.fate == fate);
    let fixed: BTreeSet<&str> = of(Fate::Fixed).map(|v| v.fingerprint.as_str()).collect();
    let back: BTreeSet<&str> = of(Fate::CameBack).map(|v| v.fingerprint.as_str()).collect();
    if fixed.is_empty() && back.is_empty() {
        return (report.score, report.grade);
    }
    let confidences = |report: &Report, id: &str, counts: &dyn Fn(&str) -> bool| -> Vec<Confidence> {
        let findings = report.findings.iter().filter(|f| f.id == id);
        findings.flat_map(|f| &f.locations).filter(|l| counts(&l.fingerprint)).map(|l| l.confidence).collect()
    };
    let rules: Vec<Scored> = report
        .rules
        .iter()
        .map(|rule| {
            let mut left = confidences(report, &rule.id, &|print| !fixed.contains(print));
            left.extend(confidences(new, &rule.id, &|print| back.contains(print)));
            let outcome = match (left.iter().max().copied(), rule.verdict) {
                (Some(confidence), _) => {
                    RuleOutcome::Failed { confidence, locations: left.iter().filter(|c| **c == confidence).count() }
                }
                (None, Verdict::NotTested) => RuleOutcome::NotTested,
                (None, Verdict::NotApplicable) => RuleOutcome::NotApplicable,
                (None, _) => RuleOutcome::Passed,
            };
            Scored { rule: rule.id.clone(), category: rule.category, severity: rule.severity, outcome }
        })
        .collect();
    let result = score(&rules, &reach(report), report.context.parse().unwrap_or_default());
    (result.score, result.grade)
}

/// What the report says of its reach. Why a grade was withheld or provisional holds for the new one too.
fn reach(report: &Report) -> Reach {
    let Coverage { operations_tested, operations_counted, .. } = report.coverage;
    let reason = || report.grade_reason.as_deref().map(str::to_owned);
    Reach {
        categories: report.categories.iter().map(|(category, result)| (*category, result.reach / 100.0)).collect(),
        operations: f64::from(operations_tested) / f64::from(operations_counted.max(1)),
        no_grade: if report.grade.is_none() { reason() } else { None },
        doubt: if report.provisional { reason() } else { None },
        because: String::new(),
    }
}
