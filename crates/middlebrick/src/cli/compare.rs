//! `middlebrick compare`.

use std::fmt::Write as _;

use engine::{Comparison, Ending};
use model::Report;
use report::plain;

use super::arguments::CompareOptions;
use super::fault::Fault;
use super::files;
use super::scan::read_report;

pub(crate) fn run(options: &CompareOptions) -> Result<Ending, Fault> {
    let old = read_report("OLD", &options.old)?;
    let new = read_report("NEW", &options.new)?;
    let comparison = engine::compare(&old, &new);
    if options.output == "json" {
        let text = serde_json::to_string_pretty(&comparison).unwrap_or_default();
        files::print(&format!("{text}\n"))?;
    } else {
        files::print(&render(&comparison, &old, &new))?;
    }
    Ok(if options.fail_on_new && comparison.is_worse() { Ending::Failed } else { Ending::Passed })
}

fn render(comparison: &Comparison, old: &Report, new: &Report) -> String {
    let score = |r: &Report| match (r.score, r.grade) {
        (Some(score), Some(grade)) => format!("{score} ({grade})"),
        (Some(score), None) => score.to_string(),
        (None, _) => "-".to_owned(),
    };
    let mut out = format!("Score {} -> {}\n", score(old), score(new));
    if let Some((before, after)) = &comparison.different_targets {
        let line = format!("The reports are of different targets, {before} and {after}: what differs says little.");
        out = format!("{}\n{out}", plain(&line));
    }
    for (name, list) in [
        ("New", &comparison.new),
        ("Fixed", &comparison.fixed),
        ("Gone, but not tested this time", &comparison.not_tested),
    ] {
        let _ = writeln!(out, "{name}: {}", list.len());
        for change in list {
            let line = format!("  {:<9} {:<36} {}", change.severity.id(), change.rule, change.location);
            let _ = writeln!(out, "{}", plain(&line));
            if let Some(reason) = &change.reason {
                let _ = writeln!(out, "            {}", plain(reason));
            }
        }
    }
    let _ = writeln!(out, "Remaining: {}", comparison.remaining);
    out
}
