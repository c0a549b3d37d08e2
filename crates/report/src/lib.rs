//! Pure renderers: a report in, text out. Nothing here reads a file, a clock or a terminal.
//!
//! Whatever a target said is untrusted in every format: each renderer passes it through the escape of its own medium.

mod artifact;
mod documents;
mod format;
mod github;
mod gitlab;
mod grade;
mod har;
mod html;
mod json;
mod junit;
mod markdown;
mod not_tested;
mod place;
mod plain;
mod sarif;
mod schema;
mod summary;
mod table;
mod tested;

pub use documents::{RuleDocument, RuleDocuments};
pub use format::{Format, Style};
pub use markdown::inline as in_markdown;
pub use place::operation as place;
pub use plain::plain;
pub use schema::schema;

use model::Report;

/// Renders a report. `documents` is what is written about its rules; a rule without an entry is shown without its page.
pub fn render(report: &Report, format: Format, style: &Style, documents: &RuleDocuments<'_>) -> String {
    match format {
        Format::Summary => summary::render(report, style),
        Format::Table => table::render(report),
        Format::Json => json::render(report),
        Format::Sarif => sarif::render(report, documents),
        Format::Junit => junit::render(report),
        Format::Html => html::render(report, documents),
        Format::Markdown => markdown::render(report),
        Format::Har => har::render(report),
        Format::Github => github::render(report),
        Format::Gitlab => gitlab::code_quality::render(report),
        Format::GitlabDast => gitlab::dast::render(report),
    }
}
