use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::FindingView;

use crate::plain::plain;

/// What is written about a rule besides the report itself: its page and the two sides of the remedy.
#[derive(Debug, Clone, Copy, Default)]
pub struct RuleDocument<'a> {
    /// The rule's page, Markdown.
    pub page: &'a str,
    /// Source of a small application that has the weakness; empty when there is none.
    pub vulnerable: &'a str,
    /// Source of the same application with the remedy; empty when there is none.
    pub fixed: &'a str,
}

/// The documents by rule id.
pub type RuleDocuments<'a> = BTreeMap<&'a str, RuleDocument<'a>>;

/// What opens the part of a page that shows the remedy as code, which is that of a Flask application.
pub(crate) const IN_FLASK: &str = "In a Flask application:";

/// A rule's page for what was found: its remedy begins with the one of the finding, which was chosen for the framework that was seen,
/// and its references are those of the finding.
pub(crate) fn page_for(finding: &FindingView, page: &str) -> String {
    let mut out = String::with_capacity(page.len() + finding.remediation.len());
    for line in page.lines().filter(|line| url(line).is_none_or(|url| finding.references.iter().any(|r| r == url))) {
        out.push_str(line);
        out.push('\n');
        if line == "## How to fix it" {
            let _ = writeln!(out, "\n{}\n\n{IN_FLASK}", plain(&finding.remediation));
        }
    }
    for reference in
        finding.references.iter().filter(|r| r.starts_with("https://") && !page.contains(&format!("({r})")))
    {
        let _ = writeln!(out, "- <{reference}>");
    }
    out
}

/// The address of a line of references: `- [OWASP: XSS](https://…)`.
fn url(line: &str) -> Option<&str> {
    let (_, url) = line.strip_prefix("- [")?.split_once("](")?;
    url.strip_suffix(')')
}
