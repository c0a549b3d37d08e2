//! `middlebrick replay`: runs one rule of a report on its operations again.

use std::fmt::Write as _;

use engine::{Ending, Fate, Recheck, Verification, Verified};
use report::plain;

use super::arguments::ReplayOptions;
use super::fault::Fault;
use super::scan::read_report;
use super::verify::{self, fate};

pub(crate) fn run(options: &ReplayOptions) -> Result<Ending, Fault> {
    let old = read_report("REPORT", &options.report)?;
    let recheck = Recheck::one(&old, &options.finding).map_err(|error| Fault::new(error.to_string()))?;
    verify::ask(&recheck, &options.target, &options.show, render)
}

/// Each place with what became of it, and the line that shows it.
fn render(verification: &Verification) -> String {
    let mut out = String::new();
    for verified in &verification.locations {
        let Verified { rule, location, reproduce, .. } = verified;
        let _ = writeln!(out, "{}", plain(&format!("{rule}: {location}: {}", fate(verified))));
        if verified.fate != Fate::Fixed {
            let _ = writeln!(out, "  {}", plain(reproduce));
        }
    }
    out
}
