//! Pure renderers: a report in, text out. Nothing here reads a file, a clock or a terminal.

mod format;
mod json;
mod plain;
mod summary;

pub use format::{Format, Style};

use model::Report;

/// Renders a report.
pub fn render(report: &Report, format: Format, style: &Style) -> String {
    match format {
        Format::Json => json::render(report),
        _ => summary::render(report, style),
    }
}
