//! The first screen, as text.

mod common;

use common::rich;
use model::{Redacted, Redactor, Report, Status};
use report::{Format, RuleDocuments, Style, render};

fn shown(report: &Report, style: Style) -> String {
    render(report, Format::Summary, &style, &RuleDocuments::new())
}

fn at(width: usize) -> Style {
    Style { width, ..Style::default() }
}

fn bare() -> Report {
    let mut report = rich();
    report.findings.clear();
    report.ignored.clear();
    report.not_tested.clear();
    report.best_next_fix = None;
    report.cap = None;
    report.score_before_cap = None;
    report.score = Some(100);
    report.grade = Some(model::Grade::A);
    report
}

#[test]
fn a_terminal_of_80_columns() {
    insta::assert_snapshot!(shown(&rich(), at(80)));
}

#[test]
fn a_terminal_of_120_columns() {
    insta::assert_snapshot!(shown(&rich(), at(120)));
}

#[test]
fn verbose() {
    insta::assert_snapshot!(shown(&rich(), Style { verbose: true, ..at(80) }));
}

#[test]
fn colour_adds_colour_and_nothing_else() {
    let colored = shown(&rich(), Style { color: true, ..at(80) });
    insta::assert_snapshot!(colored.replace('\u{1b}', "ESC"));
    let mut text = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        text.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    assert_eq!(text, shown(&rich(), at(80)));
}

#[test]
fn unreachable() {
    let mut report = bare();
    report.status = Status::Unreachable;
    report.status_detail = Some(Redacted::fixed("connection refused"));
    report.score = None;
    report.grade = None;
    insta::assert_snapshot!(shown(&report, at(80)));
}

#[test]
fn the_grade_is_withheld() {
    let mut report = rich();
    report.status = Status::Incomplete;
    report.status_detail = Some(Redacted::fixed("the deadline of the scan came before it (--deadline)"));
    report.score = None;
    report.grade = None;
    report.cap = None;
    report.score_before_cap = None;
    report.best_next_fix = None;
    report.grade_reason =
        Some(Redacted::fixed("reach is 41 %, and a grade needs 60 %: 5 of 12 operations tested; 7 need --active"));
    insta::assert_snapshot!(shown(&report, at(80)));
}

#[test]
fn nothing_found() {
    insta::assert_snapshot!(shown(&bare(), at(80)));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let mut report = rich();
    report.url = Redactor::new().text(&format!("https://api.example.com/{}", "long/".repeat(60)));
    report.findings[0].title =
        Redacted::fixed("A title that says more than fits beside the name of its rule on one line");
    report.findings[0].locations[0].path = Some(Redactor::new().text(&"/日本語/".repeat(30)));
    for width in [60, 80, 120] {
        for line in shown(&report, at(width)).lines() {
            let columns: usize = line.chars().map(|c| unicode_width::UnicodeWidthChar::width(c).unwrap_or(0)).sum();
            assert!(columns <= width, "{columns} columns at {width}: {line}");
        }
    }
}
