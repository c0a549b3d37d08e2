//! `middlebrick verify`: asks again everything that a report found.

use std::fmt::Write as _;

use engine::{Ending, Fate, Recheck, Verification, Verified};
use model::{Grade, Status, counted};
use report::plain;

use super::arguments::{ShowOptions, TargetOptions, VerifyOptions};
use super::fault::Fault;
use super::scan::{perform, read_report};
use super::{files, request};

pub(crate) fn run(options: &VerifyOptions) -> Result<Ending, Fault> {
    let report = read_report("REPORT", &options.report)?;
    let older = options.baseline.as_deref().map(|path| read_report("--baseline", path)).transpose()?;
    let recheck = Recheck::all(&report, older.as_ref());
    if recheck.is_empty() {
        files::print("The report has no finding: there is nothing to ask again.\n")?;
        return Ok(Ending::Passed);
    }
    ask(&recheck, &options.target, &options.show, render)
}

/// Asks and prints what came of it.
pub(crate) fn ask(
    recheck: &Recheck<'_>,
    target: &TargetOptions,
    show: &ShowOptions,
    render: impl Fn(&Verification) -> String,
) -> Result<Ending, Fault> {
    let request = recheck.request(request::of_target(target)?, target.depth);
    let verification = recheck.judge(&perform(request, show.quiet, None)?);
    if show.output == "json" {
        let text = serde_json::to_string_pretty(&verification).unwrap_or_default();
        files::print(&format!("{text}\n"))?;
    } else {
        files::print(&render(&verification))?;
    }
    if verification.status != Status::Completed {
        let why = verification.status_detail.as_deref().unwrap_or("incomplete");
        eprintln!("middlebrick: {}", plain(why));
    }
    Ok(verification.ending())
}

/// What became of a place, as words.
pub(crate) fn fate(verified: &Verified) -> String {
    let how = verified.confidence.map_or_else(String::new, |confidence| format!(" ({confidence})"));
    match verified.fate {
        Fate::StillThere => format!("still there{how}"),
        Fate::CameBack => format!("came back{how}"),
        Fate::Fixed => "tested, not there any more".to_owned(),
        Fate::NotTested => format!("not tested: {}", verified.reason.as_deref().unwrap_or("no reason is known")),
    }
}

fn render(verification: &Verification) -> String {
    const GROUPS: [(Fate, &str); 4] = [
        (Fate::StillThere, "Still there"),
        (Fate::CameBack, "Came back"),
        (Fate::NotTested, "Not tested now"),
        (Fate::Fixed, "Fixed"),
    ];
    let score = |score: Option<u8>, grade: Option<Grade>| match (score, grade) {
        (Some(score), Some(grade)) => format!("{score} ({grade})"),
        (Some(score), None) => score.to_string(),
        (None, _) => "-".to_owned(),
    };
    let mut out = format!(
        "Score {} -> {}, {}\n",
        score(verification.score_before, verification.grade_before),
        score(verification.score_after, verification.grade_after),
        counted(verification.requests, "request")
    );
    for (fate, name) in GROUPS {
        let _ = writeln!(out, "{name}: {}", verification.count(fate));
        for verified in verification.locations.iter().filter(|l| l.fate == fate) {
            let line = format!("  {:<9} {:<36} {}", verified.severity.id(), verified.rule, verified.location);
            let _ = writeln!(out, "{}", plain(&line));
            if let Some(reason) = &verified.reason {
                let _ = writeln!(out, "            {}", plain(reason));
            }
            if matches!(fate, Fate::StillThere | Fate::CameBack) {
                let _ = writeln!(out, "            {}", plain(&verified.reproduce));
            }
        }
    }
    out
}
