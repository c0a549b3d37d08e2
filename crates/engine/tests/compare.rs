//! What two reports say of each other, and how a gate on what is new ends.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/reports.rs"]
mod reports;

use engine::{Ending, compare, read_report};
use reports::{finding, report, value};
use serde_json::json;

const WALL: &str = "every request was answered with 403";

#[test]
fn a_withheld_grade_is_judged_by_what_was_found() {
    let known = json!([finding("ssrf", "/fetch")]);
    let old = report(&json!({ "score": 80, "grade": "B", "findings": known }));
    let of = |changes| {
        let comparison = compare(&old, &report(&changes));
        (comparison.ending(), comparison.why().unwrap_or_default())
    };
    let withheld = |at_most: u8, findings| {
        of(json!({ "score": null, "grade": null, "gradeReason": WALL, "scoreAtMost": at_most, "findings": findings }))
    };
    let (ending, why) = withheld(84, known.clone());
    assert_eq!(ending, Ending::Incomplete, "no grade is neither better nor worse");
    assert!(why.contains("could not be judged") && why.contains(WALL), "{why}");
    let (ending, why) = withheld(84, json!([finding("ssrf", "/fetch"), finding("ssrf", "/proxy")]));
    assert_eq!((ending, why.as_str()), (Ending::Failed, "gate failed: 1 new: ssrf"));
    let (ending, why) = withheld(79, known.clone());
    assert_eq!(ending, Ending::Failed, "what was found rules the earlier score out");
    assert!(why.contains("limits the score"), "{why}");
    let cut = json!({ "status": "incomplete", "statusDetail": "the target stopped answering", "findings": known });
    let (ending, why) = of(cut);
    assert!(ending == Ending::Incomplete && why.contains("stopped answering"), "{why}");
}

#[test]
fn a_score_that_fell_fails_and_one_that_rose_passes() {
    let of = |before, after| {
        let with = |score: Option<u8>| report(&json!({ "score": score, "grade": score.map(|_| "B") }));
        let comparison = compare(&with(before), &with(after));
        (comparison.ending(), comparison.why())
    };
    assert_eq!(of(Some(80), Some(80)), (Ending::Passed, None));
    assert_eq!(of(Some(80), Some(91)).0, Ending::Passed);
    let fell = Some("gate failed: the score fell from 80 to 71".to_owned());
    assert_eq!(of(Some(80), Some(71)), (Ending::Failed, fell));
    assert_eq!(of(None, Some(71)).0, Ending::Passed, "nothing is known to have fallen");
}

#[test]
fn the_target_is_the_url() {
    let of = |url: &str| compare(&report(&json!({})), &report(&json!({ "url": url }))).different_targets.is_some();
    assert!(!of("https://api.example.com/") && !of("https://api.example.com"));
    assert!(
        of("https://api.example.com/annex") && of("http://api.example.com/") && of("https://api.example.com:8443/")
    );
}

#[test]
fn only_reports_of_this_contract_are_read() {
    let read = |changes| read_report(value(&changes).to_string().as_bytes());
    assert!(read(json!({})).is_ok());
    let newer = read(json!({ "schema": "middlebrick/report/v9" })).unwrap_err();
    assert!(newer.contains("v9") && newer.contains("this version reads middlebrick/report/v1"), "{newer}");
    for other in [json!({ "schema": "sarif" }), json!({ "schema": null }), json!({ "findings": 3 })] {
        let why = read(other).unwrap_err();
        assert!(why.starts_with("is not a JSON report of middlebrick: "), "{why}");
    }
    assert!(read_report(b"<html>").is_err());
}
