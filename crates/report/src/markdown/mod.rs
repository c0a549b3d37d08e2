//! Markdown as GitHub and GitLab show it: for comments on changes and job summaries.

mod escape;

use std::fmt::Write as _;

use model::{FindingView, Report, Severity, Status, counted};

use crate::plain::cut;
use crate::{grade, place, tested};
pub use escape::inline;
use escape::{code, fenced};

/// A comment on GitHub may have 65,536 characters; details stop before.
const LONGEST: usize = 60_000;

/// Most locations listed of one finding.
const LOCATIONS: usize = 10;

/// Most steps of a proof.
const STEPS: usize = 6;

/// Longest piece of the target's text, in characters.
const PIECE: usize = 300;

/// Renders the page.
pub(crate) fn render(report: &Report) -> String {
    let mut out = String::new();
    headline(report, &mut out);
    findings(report, &mut out);
    categories(report, &mut out);
    not_tested(report, &mut out);
    out
}

fn headline(report: &Report, out: &mut String) {
    let url = code(&cut(&report.url, PIECE));
    if report.status == Status::Unreachable {
        let why = inline(report.status_detail.as_deref().unwrap_or("no answer"));
        let _ = writeln!(out, "## middlebrick: no response\n\n{url} sent no HTTP response: {why}.");
        return;
    }
    let grade = grade::letter(report).map_or("no grade".to_owned(), |g| format!("grade {g}"));
    let score = report.score.map_or(String::new(), |s| format!(", {s} of 100"));
    let _ = writeln!(out, "## middlebrick: {grade}{score}\n");
    let _ = writeln!(out, "{url} · {} in {:.1} s", tested::facts(report), report.duration_ms as f64 / 1000.0);
    if let (Some(before), Some(cap)) = (report.score_before_cap, &report.cap) {
        let _ = writeln!(out, "\n{before} before the cap: {}.", inline(cap));
    }
    if let Some(why) = grade::reason(report) {
        let _ = writeln!(out, "\n{}.", inline(&grade::sentence(&why)));
    }
    if report.status == Status::Incomplete {
        let _ = writeln!(out, "\n**Incomplete:** {}.", inline(report.status_detail.as_deref().unwrap_or("")));
    }
    for note in &report.notes {
        let _ = writeln!(out, "\nNote: {}.", inline(note.trim_end_matches('.')));
    }
    if let Some(next) = &report.best_next_fix {
        let _ = writeln!(out, "\nBest next fix: {}, +{}.", code(&next.rule), counted(next.points, "point"));
    }
}

fn findings(report: &Report, out: &mut String) {
    if report.findings.is_empty() {
        if report.status == Status::Completed {
            let _ = writeln!(out, "\nNothing was found in what could be tested.");
        }
        return;
    }
    let _ = writeln!(out, "\n| Severity | Finding | Where | Confidence |\n| --- | --- | --- | --- |");
    let mut listed = 0;
    for finding in &report.findings {
        if out.len() > LONGEST / 2 {
            break;
        }
        listed += 1;
        let first = finding.locations.first().map(|l| code(&cut(&place::full(l), PIECE))).unwrap_or_default();
        let more = match finding.locations.len() {
            0 | 1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let _ = writeln!(
            out,
            "| {} | {} ({}) | {first}{more} | {} |",
            severity(finding.severity),
            inline(&finding.title),
            code(&finding.id),
            finding.confidence
        );
    }
    rest(report.findings.len() - listed, out);
    out.push('\n');
    let mut told = 0;
    for finding in report.findings.iter().filter(|f| f.severity > Severity::Info) {
        let text = details(finding);
        if out.len() + text.len() > LONGEST {
            break;
        }
        out.push_str(&text);
        told += 1;
    }
    rest(report.findings.iter().filter(|f| f.severity > Severity::Info).count() - told, out);
}

fn rest(left: usize, out: &mut String) {
    if left > 0 {
        let _ = writeln!(out, "\n{left} more are in the full report.");
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "**critical**",
        Severity::High => "**high**",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Info => "info",
    }
}

fn details(finding: &FindingView) -> String {
    let mut text = String::new();
    // Markup is read again after the blank line; the title stays text because code spans are not HTML.
    let _ =
        writeln!(text, "<details>\n<summary>{}</summary>\n", html(&format!("{}: {}", finding.severity, finding.title)));
    let _ = writeln!(text, "{}\n\n**Fix:** {}\n", inline(&finding.description), inline(&finding.remediation));
    for location in finding.locations.iter().take(LOCATIONS) {
        let detail = if location.detail.is_empty() {
            String::new()
        } else {
            format!(": {}", inline(&cut(&location.detail, PIECE)))
        };
        let _ = writeln!(text, "- {}{detail}", code(&cut(&place::full(location), PIECE)));
    }
    if finding.locations.len() > LOCATIONS {
        let _ = writeln!(text, "- and {} more", finding.locations.len() - LOCATIONS);
    }
    if let [_, _, ..] = finding.steps.as_slice() {
        let _ = writeln!(text, "\nTo reproduce:");
        for step in finding.steps.iter().take(STEPS) {
            let look_for = inline(&cut(&step.look_for, PIECE));
            let _ = write!(text, "\n{}\nLook for: {look_for}\n", fenced("sh", &cut(&step.command, 2_000)));
        }
    } else if !finding.reproduce.is_empty() {
        let _ = write!(text, "\n{}", fenced("sh", &cut(&finding.reproduce, 2_000)));
    }
    let ids: Vec<String> = finding.cwe.iter().chain(&finding.owasp).map(|id| inline(id)).collect();
    let _ = writeln!(text, "\n{} · `middlebrick explain {}`\n</details>\n", ids.join(", "), finding.id);
    text
}

/// Text between HTML tags.
fn html(text: &str) -> String {
    let text = crate::plain::plain(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || " ,.;:'()/-".contains(c) => out.push(c),
            c => {
                let _ = write!(out, "&#{};", c as u32);
            }
        }
    }
    out
}

fn categories(report: &Report, out: &mut String) {
    if report.status == Status::Unreachable {
        return;
    }
    let _ = writeln!(
        out,
        "<details>\n<summary>Categories</summary>\n\n| Category | Score | Findings | Not tested |\n| --- | --: | --: | --: |"
    );
    for (category, result) in &report.categories {
        let score = match (result.score, result.applies) {
            (Some(score), _) => score.to_string(),
            (None, true) => "not tested".to_owned(),
            (None, false) => "does not apply".to_owned(),
        };
        let _ = writeln!(out, "| {} | {score} | {} | {} |", category.label(), result.findings, result.not_tested);
    }
    let _ = writeln!(out, "\n</details>");
}

fn not_tested(report: &Report, out: &mut String) {
    let parts: Vec<String> =
        crate::not_tested::by_reason(report).iter().map(|part| inline(&cut(part, PIECE))).collect();
    if !parts.is_empty() {
        let _ = writeln!(out, "\nNot tested: {}.", parts.join("; "));
    }
}
