use std::sync::LazyLock;

use model::{Category, Confidence, Depth, Evidence, Finding, NotTested, Rule, Severity, Tag};
use regex::Regex;

use super::files;
use crate::{Check, Cost, Findings, RunsOn, Seen, Sees, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "directory-listing",
    aliases: &[],
    title: "A directory lists its files",
    category: Category::DataExposure,
    severity: Severity::Medium,
    cwe: &[548],
    tags: &[Tag::Misconfiguration],
    risk: "Files that nobody linked can be found and taken.",
    fix: "Serve files by name only, and switch off the server's directory index.",
    references: &[
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: 1, touch: Touch::Reads },
    guesses: true,
    depth: Depth::Standard,
    on_surface: Some(|survey, _| Box::pin(ask(survey))),
    on_exchange: Some(judge),
    sees: Sees::All,
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Asks for the directory of the static files; [`judge`] reads the answer with all others.
async fn ask(survey: &Survey<'_>) -> Result<(), NotTested> {
    survey.ask(survey.get(files::static_directory(survey.surface))).await.map(drop)
}

fn judge(seen: &Seen<'_>, found: &mut Findings) -> bool {
    if !seen.exchange.is_html() || !seen.exchange.is_success() {
        return false;
    }
    if let Some(title) = listing(&seen.exchange.text()) {
        let evidence = Evidence::new(seen.exchange, title);
        found.push(Finding::new(&RULE, Confidence::Confirmed, seen.location(), evidence));
    }
    true
}

/// The heading of a directory index that has at least one entry.
fn listing(text: &str) -> Option<String> {
    #[allow(clippy::expect_used)] // constants, compiled by the test
    static HEADING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)<(?:title|h1)[^>]*>\s*((?:index of|directory listing for|directory listing of|listing directory|directory:) ?/[^<]{0,200})</")
            .expect("valid")
    });
    let heading = HEADING.captures(text)?;
    let entries = text.matches("<a href=").count() + text.matches("<A HREF=").count();
    (entries > 0).then(|| heading[1].trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_of_servers_are_recognised() {
        assert!(listing("<title>Index of /static/</title><pre><a href=\"../\">../</a>").is_some());
        assert!(listing("<title>Directory listing for /</title><ul><li><a href=\"a\">a</a>").is_some());
        assert!(listing("<title>Index of articles</title><a href=\"/a\">a</a>").is_none());
        assert!(listing("<title>Index of /</title>nothing").is_none());
    }
}
