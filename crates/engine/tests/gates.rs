//! What passes a gate, what fails it, and what cannot be judged.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/reports.rs"]
mod reports;

use engine::{Bound, Ending, FailOn, Gates};
use model::{Grade, Report, Severity};
use reports::report;
use serde_json::json;

fn withheld(at_most: u8) -> Report {
    let why = "every request was answered with 403";
    report(&json!({ "score": null, "grade": null, "gradeReason": why, "scoreAtMost": at_most }))
}

fn below(grade: Grade) -> Gates {
    Gates { fail_below: Some(Bound::Grade(grade)), ..Gates::default() }
}

#[test]
fn a_withheld_grade_passes_no_gate() {
    let on_high = Gates { fail_on: Some(FailOn::Severity(Severity::High)), ..Gates::default() };
    let on_grade = Gates { fail_on: Some(FailOn::Bound(Bound::Grade(Grade::B))), ..Gates::default() };
    let threshold = Gates { threshold: Some(Bound::Score(80)), ..Gates::default() };
    let new_only = Gates { known: Some(["a".repeat(20)].into()), ..below(Grade::B) };
    for gates in [below(Grade::B), on_high, on_grade, threshold, new_only] {
        let verdict = gates.judge(&withheld(100));
        assert_eq!(verdict.ending, Ending::Incomplete, "{gates:?}");
        assert!(verdict.says[0].contains("answered with 403"), "{verdict:?}");
    }
    assert_eq!(Gates::default().judge(&withheld(100)).ending, Ending::Passed, "nothing was asked of it");
}

#[test]
fn what_was_found_fails_a_gate_at_any_reach() {
    let verdict = below(Grade::B).judge(&withheld(79));
    assert_eq!(verdict.ending, Ending::Failed);
    assert_eq!(verdict.says, ["gate failed: what was found limits the score to 79, below B"]);
    assert_eq!(below(Grade::C).judge(&withheld(79)).ending, Ending::Incomplete);
}

#[test]
fn a_provisional_grade_is_judged_like_a_letter_and_said() {
    let provisional =
        report(&json!({ "provisional": true, "gradeReason": "6 of 12 operations tested; 6 need --active" }));
    let verdict = below(Grade::B).judge(&provisional);
    assert_eq!((verdict.ending, verdict.says.len()), (Ending::Passed, 0));
    assert!(verdict.warns[0].contains("provisional grade (A?): 6 of 12"), "{verdict:?}");
    let low = report(&json!({ "provisional": true, "score": 71, "grade": "C", "gradeReason": "reach is 70 %" }));
    assert_eq!(below(Grade::B).judge(&low).ending, Ending::Failed);
}

#[test]
fn coverage_is_a_gate_of_its_own() {
    let of = |least| Gates { require_coverage: Some(least), ..Gates::default() }.judge(&report(&json!({})));
    assert_eq!((of(91).ending, of(92).ending), (Ending::Passed, Ending::Failed));
    assert_eq!(of(92).says, ["gate failed: reach is 91 %, below the required 92 %"]);
}

#[test]
fn coverage_of_a_wall_is_no_coverage() {
    let seen = |tested: u32| {
        let mut report = report(&json!({ "score": null, "grade": null, "gradeReason": "every request returned 403" }));
        report.coverage.operations_tested = tested;
        Gates { require_coverage: Some(60), ..Gates::default() }.judge(&report)
    };
    assert_eq!(seen(0).ending, Ending::Incomplete);
    assert!(seen(0).says[0].ends_with("every request returned 403"), "{:?}", seen(0));
    assert_eq!(seen(3).ending, Ending::Passed, "withheld for another reason");
}

#[test]
fn a_request_that_cannot_be_used_is_neither_passed_nor_failed() {
    let refused =
        report(&json!({ "status": "incomplete", "score": null, "grade": null, "fault": "the credential was refused" }));
    for gates in [Gates::default(), below(Grade::B)] {
        let verdict = gates.judge(&refused);
        assert_eq!(
            (verdict.ending, verdict.says),
            (Ending::Misconfigured, vec!["the credential was refused".to_owned()])
        );
    }
}
