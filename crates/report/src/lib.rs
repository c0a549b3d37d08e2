//! Pure renderers: a report in, text out. Nothing here reads a file, a clock or a terminal.

mod format;
mod json;

pub use format::{Format, Style};

use model::Report;

/// Renders a report.
pub fn render(report: &Report, format: Format, style: &Style) -> String {
    let _ = style;
    match format {
        Format::Json => json::render(report),
        _ => json::render(report),
    }
}
