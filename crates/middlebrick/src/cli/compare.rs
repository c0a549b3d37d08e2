//! `middlebrick compare`.

use std::fmt::Write as _;

use engine::{Change, Comparison, Ending};
use model::Report;
use report::{in_markdown, plain};

use super::arguments::CompareOptions;
use super::fault::Fault;
use super::files;
use super::scan::read_report;

pub(crate) fn run(options: &CompareOptions) -> Result<Ending, Fault> {
    let old = read_report("OLD", &options.old)?;
    let new = read_report("NEW", &options.new)?;
    let comparison = engine::compare(&old, &new);
    if let Some((before, after)) = comparison.different_targets.as_ref().filter(|_| !options.any_target) {
        return Err(Fault::new(format!(
            "the reports are of different targets, {before} and {after}, so that what differs says little; compare two of one target, or \
             add --any-target"
        )));
    }
    let text = match options.output.as_str() {
        "json" => format!("{}\n", serde_json::to_string_pretty(&comparison).unwrap_or_default()),
        "markdown" => markdown(&comparison, &old, &new),
        _ => summary(&comparison, &old, &new),
    };
    files::print(&text)?;
    if !options.fail_on_new {
        return Ok(Ending::Passed);
    }
    if let Some(why) = comparison.why() {
        eprintln!("middlebrick: {}", plain(&why));
    }
    Ok(comparison.ending())
}

/// What differs, by what became of it.
fn groups(comparison: &Comparison) -> [(&'static str, &[Change]); 3] {
    [("New", &comparison.new), ("Fixed", &comparison.fixed), ("Gone, but not tested this time", &comparison.not_tested)]
}

/// `82 (B)`, `75 (C?)` where it is provisional.
fn score(report: &Report) -> String {
    match (report.score, report.grade) {
        (Some(score), Some(grade)) => format!("{score} ({grade}{})", if report.provisional { "?" } else { "" }),
        (Some(score), None) => score.to_string(),
        (None, _) => "no grade".to_owned(),
    }
}

fn summary(comparison: &Comparison, old: &Report, new: &Report) -> String {
    let mut out = String::new();
    if let Some((before, after)) = &comparison.different_targets {
        let line = format!("The reports are of different targets, {before} and {after}: what differs says little.");
        let _ = writeln!(out, "{}", plain(&line));
    }
    let _ = writeln!(out, "Score {} -> {}", score(old), score(new));
    for (name, list) in groups(comparison) {
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
    if let Some(why) = &comparison.too_little_seen {
        let _ = writeln!(out, "The later scan saw too little to say that nothing else is new: {}", plain(why));
    }
    out
}

/// For comments on changes and job summaries.
fn markdown(comparison: &Comparison, old: &Report, new: &Report) -> String {
    let mut out = format!("## middlebrick: {}\n\n", in_markdown(&new.url));
    if let Some((before, _)) = &comparison.different_targets {
        let _ = writeln!(out, "**Compared with another target**, {}: what differs says little.\n", in_markdown(before));
    }
    let counts = [
        (comparison.new.len(), "new"),
        (comparison.fixed.len(), "fixed"),
        (comparison.not_tested.len(), "not tested this time"),
        (comparison.remaining, "remaining"),
    ];
    let counts: Vec<String> = counts.iter().map(|(count, what)| format!("{count} {what}")).collect();
    let _ = writeln!(out, "Score {} → {}: {}.", score(old), score(new), counts.join(", "));
    if let Some(why) = &comparison.too_little_seen {
        let _ = writeln!(out, "\n**Too little was seen to say that nothing else is new:** {}.", in_markdown(why));
    }
    for (name, list) in groups(comparison).into_iter().filter(|(_, list)| !list.is_empty()) {
        let reasons = list.iter().any(|change| change.reason.is_some());
        let (head, line) = if reasons { (" Why |", " --- |") } else { ("", "") };
        let _ = writeln!(out, "\n### {name}\n\n| Severity | Rule | Where |{head}\n| --- | --- | --- |{line}");
        for change in list {
            let why = change.reason.as_deref().map_or_else(String::new, |why| format!(" {} |", in_markdown(why)));
            let (rule, place) = (in_markdown(&change.rule), in_markdown(&change.location));
            let _ = writeln!(out, "| {} | {rule} | {place} |{why}", change.severity);
        }
    }
    out
}
