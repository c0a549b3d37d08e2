//! One line for each location, in aligned columns: for `grep`, `sort` and `awk`.

use comfy_table::{ContentArrangement, Table, presets};
use model::Report;

use crate::place;
use crate::plain::{cut, plain};

/// Longest cell, in characters.
const CELL: usize = 300;

/// Renders the table. A report without findings is the header alone.
pub(crate) fn render(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["SEVERITY", "CONFIDENCE", "CATEGORY", "RULE", "LOCATION", "TITLE"]);
    for finding in &report.findings {
        for location in &finding.locations {
            table.add_row([
                finding.severity.id().to_owned(),
                location.confidence.id().to_owned(),
                finding.category.id().to_owned(),
                plain(&finding.id),
                cut(&plain(&place::full(location)), CELL),
                cut(&plain(&finding.title), CELL),
            ]);
        }
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}
