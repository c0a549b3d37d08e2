//! The report as one HTML file: no external resource, a Content Security Policy that allows its own style and script by hash and
//! nothing else, readable without script, printable.

mod code;
mod page;
mod view;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Report, Status};
use sha2::{Digest, Sha256};

use crate::{RuleDocuments, grade};

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    style_hash: String,
    script_hash: String,
    report: &'a Report,
    url: String,
    host: String,
    grade: String,
    score: String,
    gauge: u8,
    seconds: String,
    consent: &'static str,
    cap: String,
    reason: String,
    notes: Vec<String>,
    trouble: String,
    unreachable: bool,
    next_fix: String,
    in_flask: &'static str,
    categories: Vec<view::CategoryRow>,
    slices: Vec<view::Slice>,
    findings: Vec<view::Finding>,
    operations: Vec<view::Operation>,
    hidden_operations: usize,
    rules: Vec<view::RuleRow>,
    passed: usize,
    reasons: Vec<view::Reason>,
    not_applicable: Vec<view::Reason>,
    technologies: Vec<[String; 3]>,
    ignored: Vec<[String; 4]>,
}

/// Renders the page.
pub(crate) fn render(report: &Report, documents: &RuleDocuments<'_>) -> String {
    let line = |text: Option<&str>| text.map(view::one_line).unwrap_or_default();
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        style_hash: hash(STYLE),
        script_hash: hash(SCRIPT),
        report,
        url: view::one_line(&report.url),
        host: view::one_line(
            report.url.split_once("://").map_or(report.url.as_str(), |(_, rest)| rest).trim_end_matches('/'),
        ),
        grade: grade::letter(report).unwrap_or_else(|| "–".to_owned()),
        score: report.score.map_or("–".to_owned(), |s| s.to_string()),
        gauge: report.score.unwrap_or(0),
        seconds: format!("{:.1}", report.duration_ms as f64 / 1000.0),
        consent: if report.consent == "read-only" { "read-only" } else { "active" },
        cap: line(report.cap.as_deref()),
        reason: grade::reason(report).map(|why| view::one_line(&grade::sentence(&why))).unwrap_or_default(),
        notes: report.notes.iter().map(|note| view::one_line(note)).collect(),
        trouble: view::trouble(report),
        unreachable: report.status == Status::Unreachable,
        next_fix: report.best_next_fix.as_ref().map(|n| view::one_line(&n.rule)).unwrap_or_default(),
        in_flask: crate::documents::IN_FLASK,
        categories: view::categories(report),
        slices: view::slices(report),
        findings: view::findings(report, documents),
        operations: view::operations(report),
        hidden_operations: view::hidden_operations(report),
        rules: view::rules(report),
        passed: crate::tested::passed(report),
        reasons: view::reasons(report, true),
        not_applicable: view::reasons(report, false),
        technologies: report
            .technologies
            .iter()
            .map(|t| [view::one_line(&t.name), line(t.version.as_deref()), view::one_line(&t.evidence)])
            .collect(),
        ignored: report
            .ignored
            .iter()
            .map(|i| {
                [
                    view::one_line(&i.rule),
                    view::one_line(&i.location),
                    view::one_line(&i.reason),
                    line(i.expires.as_deref()),
                ]
            })
            .collect(),
    };
    page.render().unwrap_or_default()
}

/// The source expression by which a Content Security Policy allows exactly this inline text.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}
