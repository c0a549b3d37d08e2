//! JUnit XML: a suite for each category, a test case for each rule of the scan.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use model::{Category, FindingView, NotTestedView, Report, RuleView, Severity, Status, Verdict};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::plain::{block, cut, plain};
use crate::{grade, place};

/// Most locations listed of one finding.
const LOCATIONS: usize = 50;

/// Longest line, in characters.
const LINE: usize = 2_000;

/// Renders the report. A rule that failed at low or worse fails; what is only informative passes with a
/// note; what was not tested, does not apply or is ignored is skipped with the reason. A scan that did not complete is an error.
pub(crate) fn render(report: &Report) -> String {
    let found: BTreeMap<&str, &FindingView> = report.findings.iter().map(|f| (f.id.as_str(), f)).collect();
    let mut untested: BTreeMap<&str, Vec<&NotTestedView>> = BTreeMap::new();
    for entry in &report.not_tested {
        untested.entry(&entry.rule).or_default().push(entry);
    }
    let mut out = quick_junit::Report::new("middlebrick");
    out.set_time(Duration::from_millis(report.duration_ms));
    out.add_test_suite(scan(report));
    for category in Category::ALL {
        let mut suite = TestSuite::new(category.id());
        for rule in report.rules.iter().filter(|r| r.category == category) {
            suite.add_test_case(case(
                report,
                rule,
                found.get(rule.id.as_str()).copied(),
                untested.get(rule.id.as_str()),
            ));
        }
        if !suite.test_cases.is_empty() {
            out.add_test_suite(suite);
        }
    }
    out.to_string().unwrap_or_default()
}

/// The suite that says what was scanned, and whether to the end.
fn scan(report: &Report) -> TestSuite {
    let mut suite = TestSuite::new("scan");
    let grade = grade::letter(report).unwrap_or_else(|| "-".to_owned());
    let score = report.score.map_or("-".to_owned(), |s| s.to_string());
    suite.add_property(("url", plain(&report.url).as_str()));
    suite.add_property(("grade", grade.as_str()));
    suite.add_property(("score", score.as_str()));
    suite.add_property(("started", report.started_at.as_str()));
    if let Some(why) = &report.grade_reason {
        suite.add_property(("grade reason", plain(why).as_str()));
    }
    for note in &report.notes {
        suite.add_property(("note", plain(note).as_str()));
    }
    let why = plain(report.status_detail.as_deref().unwrap_or("no reason is known"));
    let status = match report.status {
        Status::Completed => TestCaseStatus::success(),
        Status::Incomplete => error(&format!("the scan is incomplete: {why}")),
        Status::Unreachable => error(&format!("the target gave no HTTP answer: {why}")),
    };
    let mut case = TestCase::new("the scan completed", status);
    case.set_classname("middlebrick.scan").set_time(Duration::from_millis(report.duration_ms));
    suite.add_test_case(case);
    suite
}

fn error(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(message).set_type("scan");
    status
}

fn case(
    report: &Report,
    rule: &RuleView,
    finding: Option<&FindingView>,
    reasons: Option<&Vec<&NotTestedView>>,
) -> TestCase {
    let status = match (rule.verdict, finding) {
        (Verdict::Failed, Some(finding)) if finding.severity >= Severity::Low => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message(format!("{} ({}, {})", plain(&finding.title), finding.severity, finding.confidence))
                .set_type(finding.severity.id())
                .set_description(description(finding));
            status
        }
        (Verdict::Failed | Verdict::Passed, _) => TestCaseStatus::success(),
        (Verdict::Ignored, _) => skipped(&ignored(report, &rule.id)),
        (Verdict::NotTested | Verdict::NotApplicable, _) => skipped(&why_not(rule, reasons)),
    };
    let mut case = TestCase::new(plain(&rule.id), status);
    case.set_classname(format!("middlebrick.{}", rule.category));
    if let Some(finding) = finding.filter(|f| f.severity < Severity::Low) {
        case.set_system_out(description(finding));
    }
    case
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(cut(message, LINE));
    status
}

fn ignored(report: &Report, rule: &str) -> String {
    let reason = report.ignored.iter().find(|i| i.rule == rule).map_or("", |i| i.reason.as_str());
    format!("ignored: {}", plain(reason))
}

fn why_not(rule: &RuleView, reasons: Option<&Vec<&NotTestedView>>) -> String {
    let details: Vec<String> = reasons.into_iter().flatten().take(5).map(|n| plain(&n.detail)).collect();
    if details.is_empty() { rule.verdict.id().replace('-', " ") } else { details.join("; ") }
}

fn description(finding: &FindingView) -> String {
    let mut text = String::new();
    for location in finding.locations.iter().take(LOCATIONS) {
        let _ = writeln!(text, "{}", cut(&plain(&place::full(location)), LINE));
    }
    if finding.locations.len() > LOCATIONS {
        let _ = writeln!(text, "and {} more", finding.locations.len() - LOCATIONS);
    }
    let _ = writeln!(text, "\n{}\nFix: {}", block(&finding.description), block(&finding.remediation));
    if let [_, _, ..] = finding.steps.as_slice() {
        let _ = writeln!(text, "\nTo reproduce:");
        for (at, step) in finding.steps.iter().enumerate() {
            let _ = writeln!(text, "{}. {}", at + 1, cut(&plain(&step.command), LINE));
            let _ = writeln!(text, "   look for: {}", cut(&plain(&step.look_for), LINE));
        }
    } else if !finding.reproduce.is_empty() {
        let _ = writeln!(text, "\n{}", cut(&plain(&finding.reproduce), LINE));
    }
    text
}
