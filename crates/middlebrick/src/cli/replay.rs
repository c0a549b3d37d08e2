//! `middlebrick replay`: runs one rule of a report on its operations again.

use clap::Parser;

use super::arguments::{Arguments, Command, ReplayOptions, ScanOptions};
use super::fault::Fault;
use super::near::did_you_mean;
use super::scan::{perform, read_report};
use super::{Ending, files, target};

pub(crate) fn run(options: &ReplayOptions) -> Result<Ending, Fault> {
    let old = read_report("REPORT", &options.report)?;
    let wanted = &options.finding;
    let finding = old
        .findings
        .iter()
        .find(|f| f.id == *wanted || f.fingerprint == *wanted || f.locations.iter().any(|l| l.fingerprint == *wanted))
        .ok_or_else(|| {
            let ids: Vec<&str> = old.findings.iter().map(|f| f.id.as_str()).collect();
            let all = || if ids.is_empty() { "it has none".to_owned() } else { format!("it has {}", ids.join(", ")) };
            let hint = did_you_mean(wanted, ids.iter().copied()).unwrap_or_else(all);
            Fault::new(format!("the report has no finding '{wanted}'; {hint}"))
        })?;
    let scan = scan_options(&old.url, &finding.id, &old.depth, old.seed, options)?;
    let (target, settings) = target::build(&scan)?;
    let report = perform(&scan, target, settings)?;
    let now: Vec<_> = report.findings.iter().flat_map(|f| f.locations.iter()).collect();
    let mut out = String::new();
    let mut there = false;
    for location in finding
        .locations
        .iter()
        .filter(|l| finding.id == *wanted || finding.fingerprint == *wanted || l.fingerprint == *wanted)
    {
        let again = now.iter().find(|l| l.fingerprint == location.fingerprint);
        there |= again.is_some();
        let state = match again {
            Some(again) => format!("still there ({})", again.confidence),
            None if report.findings.is_empty() && !report.not_tested.is_empty() => "not tested".to_owned(),
            None => "not there any more".to_owned(),
        };
        let place = format!(
            "{} {}",
            location.method.as_ref().map_or("", model::Method::as_str),
            location.path.as_deref().unwrap_or("")
        );
        out.push_str(
            &format!("{}: {place}: {state}\n", finding.id)
                .chars()
                .map(|c| if c.is_control() && c != '\n' { '?' } else { c })
                .collect::<String>(),
        );
        let curl = again.map_or(&location.reproduce, |l| &l.reproduce);
        out.push_str(&format!("  {curl}\n"));
    }
    files::print(&out)?;
    if report.status != model::Status::Completed {
        eprintln!("middlebrick: {}", report.status_detail.as_deref().unwrap_or("incomplete"));
        return Ok(Ending::Incomplete);
    }
    Ok(if there { Ending::GateFails } else { Ending::Holds })
}

/// The options of a scan for one rule, through the same definition as everybody's.
fn scan_options(url: &str, rule: &str, depth: &str, seed: u64, options: &ReplayOptions) -> Result<ScanOptions, Fault> {
    let line = ["middlebrick", "scan", url, "--quiet", "--rule", rule, "--depth", depth, "--seed", &seed.to_string()]
        .map(str::to_owned);
    let arguments = Arguments::try_parse_from(line).map_err(|error| Fault::usage(&error))?;
    let Command::Scan(mut scan) = arguments.command else { return Err(Fault::new("no scan command")) };
    scan.auth_type = options.auth_type;
    scan.auth_value.clone_from(&options.auth_value);
    Ok(*scan)
}
