//! The first screen: how bad, what first, how sure, what to do, what was not seen.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Ansi};
use model::{Category, FindingView, Grade, Report, Severity, Status, counted};

use crate::Style;
use crate::plain::{columns, fit, plain, wrap};
use crate::{grade, not_tested, place, tested};

/// Most findings shown without `--verbose`.
const FINDINGS: usize = 8;

/// A space at which no line is broken.
const TIE: char = '\u{a0}';

/// Most locations shown of one finding without `--verbose`.
const LOCATIONS: usize = 3;

/// Renders the summary.
pub(crate) fn render(report: &Report, style: &Style) -> String {
    let page = Page { style, width: style.width.max(40) };
    let mut out = String::new();
    page.headline(report, &mut out);
    if report.status == Status::Unreachable {
        return out;
    }
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
        let grade = grade::letter(report).unwrap_or_else(|| "-".to_owned());
        let score = report.score.map_or("  -".to_owned(), |s| format!("{s:>3}"));
        let seconds = report.duration_ms as f64 / 1000.0;
        let facts = format!("{}, {seconds:.1} s", tested::facts(report));
        let shown = self.paint(&format!("{grade} {score}/100"), grade_color(report.grade).bold());
        for (at, line) in wrap(&facts, self.width.saturating_sub(15)).iter().enumerate() {
            let _ = if at == 0 { writeln!(out, "  {shown}    {line}") } else { writeln!(out, "{:15}{line}", "") };
        }
        if let (Some(before), Some(cap)) = (report.score_before_cap, &report.cap) {
            self.wrapped(15, &format!("{before} before the cap: {cap}"), out);
        }
        if let Some(why) = grade::reason(report) {
            self.wrapped(15, &why, out);
        }
        if report.status == Status::Incomplete {
            self.wrapped(15, &format!("incomplete: {}", report.status_detail.as_deref().unwrap_or("")), out);
        }
        let seen: Vec<String> = report
            .technologies
            .iter()
            .map(|t| t.version.as_ref().map_or_else(|| t.name.to_string(), |version| format!("{} {version}", t.name)))
            .collect();
        if !seen.is_empty() {
            let seen = plain(&format!("seen: {}", seen.join(", ")));
            let _ = writeln!(out, "{:15}{}", "", fit(&seen, self.width.saturating_sub(15)));
        }
        for note in &report.notes {
            self.wrapped(15, &format!("note: {note}"), out);
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
                (Some(_), _) => notes(report, *category, result.not_tested),
                (None, true) => "not tested".to_owned(),
                (None, false) => "does not apply".to_owned(),
            };
            let row = format!("  {:<22} {bar} {score}", category.id());
            // Broken between counts, never within one.
            let notes: Vec<String> =
                wrap(&note, self.width.saturating_sub(42)).into_iter().map(|l| l.replace(TIE, " ")).collect();
            let Some((first, rest)) = notes.split_first() else {
                let _ = writeln!(out, "{row}");
                continue;
            };
            let _ = writeln!(out, "{row}   {first}");
            for line in rest {
                let _ = writeln!(out, "{:42}{line}", "");
            }
        }
        out.push('\n');
    }

    fn bar(&self, score: u8) -> String {
        // Rounded down, so that only 100 is full; at least one, so that only 0 is empty.
        let full = (usize::from(score) / 10).clamp(usize::from(score > 0), 10);
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
        let id = self.paint(&finding.id, Ansi::new().dimmed());
        let room = self.width.saturating_sub(22).max(20);
        let lines = wrap(&plain(&finding.title), room);
        for (at, line) in lines.iter().enumerate() {
            let head = if at == 0 { format!("  {painted} {:<10} ", finding.confidence.id()) } else { " ".repeat(22) };
            // The rule's name stands at the right of the title's last line, or below it.
            let gap = room.saturating_sub(columns(line) + columns(&finding.id));
            if at + 1 < lines.len() {
                let _ = writeln!(out, "{head}{line}");
            } else if gap > 0 {
                let _ = writeln!(out, "{head}{line}{:gap$}{id}", "");
            } else {
                let gap = self.width.saturating_sub(columns(&finding.id));
                let _ = writeln!(out, "{head}{line}\n{:gap$}{id}", "");
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
        let parts = not_tested::by_reason(report);
        if !parts.is_empty() {
            self.wrapped(2, &format!("Not tested: {}.", parts.join("; ")), out);
        }
    }

    fn closing(&self, report: &Report, out: &mut String) {
        if let Some(next) = &report.best_next_fix {
            let gain = plain(&format!("Best next fix: {}, +{}.", next.rule, counted(next.points, "point")));
            let how = plain(&format!("How: middlebrick explain {}", next.rule));
            // A command stays on one line, so that it can be copied.
            let joint = if columns(&gain) + columns(&how) + 3 <= self.width { " " } else { "\n  " };
            let _ = writeln!(out, "  {gain}{joint}{how}");
        }
    }
}

/// Counts of a category's findings by severity, and of the rules that could not be tested: `1 critical, 2 low · 3 not tested`.
fn notes(report: &Report, category: Category, not_tested: u32) -> String {
    let counts = Severity::ALL
        .into_iter()
        .filter_map(|severity| {
            let n = report.findings.iter().filter(|f| f.category == category && f.severity == severity).count();
            (n > 0).then(|| format!("{n}{TIE}{severity}"))
        })
        .collect::<Vec<_>>()
        .join(", ");
    let untested = if not_tested > 0 { format!("{not_tested}{TIE}not{TIE}tested") } else { String::new() };
    [counts, untested].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(&format!("{TIE}· "))
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
