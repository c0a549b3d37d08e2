//! The first screen: how bad, what first, how sure, what to do, what was not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Ansi};
use model::{Category, FindingView, Grade, Report, Severity, Status};

use crate::Style;
use crate::place;
use crate::plain::{columns, fit, plain, wrap};

/// Most findings shown without `--verbose`.
const FINDINGS: usize = 8;

/// Most locations shown of one finding without `--verbose`.
const LOCATIONS: usize = 3;

/// Renders the summary.
pub(crate) fn render(report: &Report, style: &Style) -> String {
    let page = Page { style, width: style.width.max(40) };
    let mut out = String::new();
    page.headline(report, &mut out);
    page.categories(report, &mut out);
    page.findings(report, &mut out);
    page.not_tested(report, &mut out);
    page.closing(report, &mut out);
    out
}

struct Page<'a> {
    style: &'a Style,
    width: usize,
}

impl Page<'_> {
    fn paint(&self, text: &str, style: Ansi) -> String {
        if self.style.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn wrapped(&self, indent: usize, text: &str, out: &mut String) {
        for line in wrap(&plain(text), self.width.saturating_sub(indent)) {
            let _ = writeln!(out, "{:indent$}{line}", "");
        }
    }

    fn headline(&self, report: &Report, out: &mut String) {
        let consent = if report.consent == "read-only" { "read-only" } else { "active" };
        let line = format!(
            "{} {} · {} · {}, {consent}",
            report.tool.name,
            report.tool.version,
            plain(&report.url),
            report.depth
        );
        let _ = writeln!(out, "{}\n", fit(&line, self.width));
        if report.status == Status::Unreachable {
            let why = report.status_detail.as_deref().unwrap_or("no answer");
            self.wrapped(2, &format!("The target gave no HTTP answer: {why}."), out);
            return;
        }
        let grade = report.grade.map_or("-".to_owned(), |g| g.to_string());
        let score = report.score.map_or("  -".to_owned(), |s| format!("{s:>3}"));
        let coverage = &report.coverage;
        let seconds = report.duration_ms as f64 / 1000.0;
        let facts = format!(
            "{} of {} categories, {} of {} operations, {} requests, {seconds:.1} s",
            coverage.categories_assessed,
            coverage.categories_applicable,
            coverage.operations_reached,
            coverage.operations,
            report.requests
        );
        let shown = self.paint(&format!("{grade} {score}/100"), grade_color(report.grade).bold());
        let _ = writeln!(out, "  {shown}    {facts}");
        if let (Some(before), Some(cap)) = (report.score_before_cap, &report.cap) {
            self.wrapped(15, &format!("{before} before the cap: {cap}"), out);
        }
        if let Some(why) = &report.grade_withheld {
            self.wrapped(15, &format!("no grade: {why}"), out);
        }
        if report.status == Status::Incomplete {
            self.wrapped(15, &format!("incomplete: {}", report.status_detail.as_deref().unwrap_or("")), out);
        }
        out.push('\n');
    }

    fn categories(&self, report: &Report, out: &mut String) {
        for (category, result) in &report.categories {
            let selected = result.applies || result.score.is_some();
            let (bar, score) = match result.score {
                Some(score) => (self.bar(score), format!("{score:>3}")),
                None => (" ".repeat(10), "  –".to_owned()),
            };
            let note = match (result.score, selected) {
                (Some(_), _) => counts(report, *category),
                (None, true) => "not tested".to_owned(),
                (None, false) => "does not apply".to_owned(),
            };
            let _ = writeln!(out, "  {:<22} {bar} {score}   {note}", category.id());
        }
        out.push('\n');
    }

    fn bar(&self, score: u8) -> String {
        let full = usize::from(score).div_ceil(10).min(10);
        let text = format!("{}{}", "█".repeat(full), "░".repeat(10 - full));
        self.paint(&text, grade_color(Some(Grade::of(score))))
    }

    fn findings(&self, report: &Report, out: &mut String) {
        let shown: Vec<&FindingView> = report
            .findings
            .iter()
            .filter(|f| self.style.verbose || f.severity >= Severity::Medium)
            .take(if self.style.verbose { usize::MAX } else { FINDINGS })
            .collect();
        for finding in &shown {
            self.finding(finding, out);
        }
        if report.findings.is_empty() && report.status == Status::Completed {
            self.wrapped(2, "Nothing was found in what could be tested.", out);
        }
        let hidden = report.findings.len() - shown.len();
        if hidden > 0 {
            let most = report.findings.iter().filter(|f| f.severity >= Severity::Medium).count() > shown.len();
            let which = if most { "more" } else { "more below medium" };
            self.wrapped(2, &format!("{hidden} {which}: --verbose"), out);
        }
        if !report.ignored.is_empty() {
            let rules: BTreeSet<&str> = report.ignored.iter().map(|i| i.rule.as_str()).collect();
            self.wrapped(2, &format!("{} ignored by the ignore file: {}", report.ignored.len(), join(&rules)), out);
        }
        out.push('\n');
    }

    fn finding(&self, finding: &FindingView, out: &mut String) {
        let severity = format!("{:<8}", finding.severity.id().to_uppercase());
        let painted = self.paint(&severity, severity_color(finding.severity).bold());
        let id_room = columns(&finding.id) + 1;
        let title_room = self.width.saturating_sub(22 + id_room);
        let id = self.paint(&finding.id, Ansi::new().dimmed());
        let head = format!("{:<10}", finding.confidence.id());
        let lines = wrap(&finding.title, title_room.max(20));
        for (at, line) in lines.iter().enumerate() {
            if at == 0 {
                let gap = " ".repeat(title_room.saturating_sub(columns(line)) + 1);
                let _ = writeln!(out, "  {painted} {head} {line}{gap}{id}");
            } else {
                let _ = writeln!(out, "{:22}{line}", "");
            }
        }
        let most = if self.style.verbose { finding.locations.len() } else { LOCATIONS };
        for location in finding.locations.iter().take(most) {
            let _ = writeln!(out, "{:12}{}", "", fit(&plain(&place::full(location)), self.width.saturating_sub(12)));
            if self.style.verbose && !location.detail.is_empty() {
                self.wrapped(14, &location.detail, out);
            }
        }
        if finding.locations.len() > most {
            let _ = writeln!(out, "{:12}and {} more", "", finding.locations.len() - most);
        }
        self.wrapped(12, &finding.description, out);
        self.wrapped(12, &format!("Fix: {}", finding.remediation), out);
        if self.style.verbose {
            let _ = writeln!(out, "{:12}{}", "", plain(&finding.reproduce));
        }
    }

    fn not_tested(&self, report: &Report, out: &mut String) {
        let mut by_reason: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut destructive: BTreeSet<&str> = BTreeSet::new();
        for entry in &report.not_tested {
            match entry.reason.as_str() {
                "not-applicable" | "not-selected" => {}
                "looks-destructive" => destructive.extend(entry.operations.iter().map(String::as_str)),
                _ => {
                    by_reason.entry(sentence(&entry.reason)).or_default().insert(entry.rule.as_str());
                }
            }
        }
        let mut parts: Vec<String> = by_reason
            .iter()
            .map(|(why, rules)| format!("{} {} {why}", rules.len(), if rules.len() == 1 { "rule" } else { "rules" }))
            .collect();
        if !destructive.is_empty() {
            let names: Vec<&str> = destructive.iter().take(3).copied().collect();
            parts.push(format!(
                "{} {} as if changing state on GET ({})",
                destructive.len(),
                if destructive.len() == 1 { "operation looks" } else { "operations look" },
                names.join(", ")
            ));
        }
        if !parts.is_empty() {
            self.wrapped(2, &format!("Not tested: {}.", parts.join("; ")), out);
        }
    }

    fn closing(&self, report: &Report, out: &mut String) {
        if let Some(next) = &report.best_next_fix {
            let text = format!(
                "Best next fix: {}, +{} points. How: middlebrick explain {}",
                next.rule, next.points, next.rule
            );
            self.wrapped(2, &text, out);
        }
    }
}

/// Counts of a category's findings by severity: `1 critical, 2 low`.
fn counts(report: &Report, category: Category) -> String {
    Severity::ALL
        .into_iter()
        .filter_map(|severity| {
            let n = report.findings.iter().filter(|f| f.category == category && f.severity == severity).count();
            (n > 0).then(|| format!("{n} {severity}"))
        })
        .collect::<Vec<_>>()
        .join(", ")
}

pub(crate) fn sentence(reason: &str) -> &'static str {
    match reason {
        "no-credentials" => "want credentials (--auth-type)",
        "no-consent" => "want consent (--active)",
        "over-budget" => "want a larger budget (--depth deep)",
        "no-answer" => "got no answer",
        "open-anyway" => "could not test an open door's lock",
        "blocked" => "were refused by the target",
        "cut" => "were cut off",
        "out-of-scope" => "lead out of scope",
        "no-specification" => "want an OpenAPI document (--spec)",
        _ => "could not tell",
    }
}

fn join(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(", ")
}

fn severity_color(severity: Severity) -> Ansi {
    let color = match severity {
        Severity::Critical | Severity::High => AnsiColor::Red,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low => AnsiColor::Cyan,
        Severity::Info => AnsiColor::White,
    };
    Ansi::new().fg_color(Some(color.into()))
}

fn grade_color(grade: Option<Grade>) -> Ansi {
    let color = match grade {
        Some(Grade::A) => AnsiColor::Green,
        Some(Grade::B) => AnsiColor::Cyan,
        Some(Grade::C) => AnsiColor::Yellow,
        Some(Grade::D | Grade::F) => AnsiColor::Red,
        None => AnsiColor::White,
    };
    Ansi::new().fg_color(Some(color.into()))
}
