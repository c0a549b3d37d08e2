//! Workflow commands of GitHub Actions, which become annotations
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>).

use model::{FindingView, Report, Severity};

use crate::plain::{block, cut, plain};
use crate::{artifact, grade, place};

/// Longest message, in characters.
const LONGEST: usize = 2_000;

/// One command for each finding, the worst first (GitHub shows ten of a level for each step), then the grade and the notes.
pub(crate) fn render(report: &Report) -> String {
    let mut out: String = report.findings.iter().map(annotation).collect();
    let grade = match (grade::letter(report), report.score) {
        (Some(letter), Some(score)) => format!("Grade {letter}, score {score} of 100: {}", report.url),
        _ => format!("No grade: {}", report.url),
    };
    let notes = grade::reason(report).into_iter().chain(report.notes.iter().map(ToString::to_string));
    for text in [grade].into_iter().chain(notes) {
        out.push_str(&format!("::notice title=middlebrick::{}\n", data(&cut(&plain(&text), LONGEST))));
    }
    out
}

fn annotation(finding: &FindingView) -> String {
    let level = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    };
    let title = format!("{} ({}, {})", plain(&finding.title), finding.severity, finding.confidence);
    let artifact = finding.locations.iter().map(artifact::of).find(|artifact| artifact.is_source);
    let file = artifact.map_or_else(String::new, |a| format!("file={},line={},", property(&a.uri), a.line));
    let places = match finding.locations.as_slice() {
        [] => String::new(),
        [one] => place::full(one),
        [first, more @ ..] => format!("{} and {} more", place::full(first), more.len()),
    };
    let message = format!("{}\n{}\nFix: {}", plain(&places), block(&finding.description), block(&finding.remediation));
    format!("::{level} {file}title={}::{}\n", property(&title), data(&cut(&message, LONGEST)))
}

/// The message of a command. A line of its own would be a command of its own.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_begin_a_command_of_its_own() {
        assert_eq!(data("100%\n::set-output name=a::b\r"), "100%25%0A::set-output name=a::b%0D");
        assert_eq!(property("a,file=b:c"), "a%2Cfile=b%3Ac");
    }
}
