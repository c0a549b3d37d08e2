//! `middlebrick scan`.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use model::{Report, Severity, Status, Target};
use report::{Format, RuleDocument, RuleDocuments, Style};
use scan::Scan;
use wire::Settings;

use super::arguments::{self, ScanOptions};
use super::fault::Fault;
use super::gate::Gates;
use super::{Ending, files, plan, progress, signals, target};

pub(crate) fn run(options: &ScanOptions) -> Result<Ending, Fault> {
    let outputs = outputs(options)?;
    let gates = gates(options)?;
    let (target, settings) = target::build(options)?;
    if options.plan {
        files::print(&plan::render(&target))?;
        return Ok(Ending::Holds);
    }
    let warnings = warnings(options, &target);
    let report = perform(options, target, settings)?;
    let style = Style { width: width(), color: color(options), verbose: options.verbose };
    let documents = documents();
    for (format, file) in &outputs {
        match file {
            None => files::print(&report::render(&report, *format, &style, &documents))?,
            Some(path) => {
                let plain = Style { color: false, ..style };
                files::write("--output", path, &report::render(&report, *format, &plain, &documents))?;
            }
        }
    }
    let verdict = gates.judge(&report);
    if !options.quiet {
        for line in warnings.iter().chain(&report.notes).chain(&verdict.says) {
            eprintln!("middlebrick: {}", report::plain(line));
        }
    }
    if report.status == Status::Unreachable {
        let why = report.status_detail.as_deref().unwrap_or("no answer");
        eprintln!("middlebrick: {} cannot be reached: {why}", report.url);
    } else if report.status == Status::Incomplete && !options.quiet {
        eprintln!("middlebrick: the scan is incomplete: {}", report.status_detail.as_deref().unwrap_or(""));
    }
    Ok(verdict.ending)
}

/// Runs the scan with its progress bar; signals stop it.
pub(crate) fn perform(options: &ScanOptions, target: Target, settings: Settings) -> Result<Report, Fault> {
    let (bar, listener) = progress::bar(options.quiet);
    let scan = Scan::new(target, settings, listener).map_err(|error| Fault::new(error.to_string()))?;
    let scan = if options.transcript { scan.with_whole_transcript() } else { scan };
    let scan = match &options.callback_host {
        Some(host) => scan.with_callback_host(host.clone()),
        None => scan,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Fault::new(format!("cannot start: {error}")))?;
    let stop = scan.stop_handle();
    signals::on_first(options.quiet, move || stop.stop());
    let report = runtime.block_on(scan.run());
    // What still computes for a scan that was stopped is not waited for.
    runtime.shutdown_background();
    bar.finish_and_clear();
    Ok(report)
}

fn outputs(options: &ScanOptions) -> Result<Vec<(Format, Option<PathBuf>)>, Fault> {
    let outputs: Vec<_> = options
        .output
        .iter()
        .map(|text| arguments::output(text).map_err(|why| Fault::new(format!("--output: {why}"))))
        .collect::<Result<_, _>>()?;
    if outputs.iter().filter(|(_, file)| file.is_none()).count() > 1 {
        return Err(Fault::new(
            "--output: only one format can go to standard output; give the others a file, such as sarif=report.sarif",
        ));
    }
    let mut files_named = BTreeSet::new();
    for path in outputs.iter().filter_map(|(_, file)| file.as_ref()) {
        if !files_named.insert(path) {
            return Err(Fault::new(format!("--output: {} is named twice", path.display())));
        }
        if !options.plan {
            files::check_writable("--output", path)?;
        }
    }
    Ok(outputs)
}

fn gates(options: &ScanOptions) -> Result<Gates, Fault> {
    let known = match (&options.baseline, options.new_only) {
        (Some(path), true) => Some(fingerprints(&read_report("--baseline", path)?)),
        (Some(path), false) => {
            // Without --new-only the baseline must still be readable: a gate that ignores it in silence would lie.
            read_report("--baseline", path)?;
            None
        }
        (None, _) => None,
    };
    let gates = Gates { fail_below: options.fail_below, threshold: options.threshold, fail_on: options.fail_on, known };
    gates.check().map_err(Fault::new)?;
    Ok(gates)
}

/// Reads a JSON report.
pub(crate) fn read_report(argument: &str, path: &Path) -> Result<Report, Fault> {
    let bytes = files::read(argument, path)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Fault::new(format!("{argument}: {} is no JSON report of middlebrick: {error}", path.display()))
    })
}

/// Fingerprints of all locations.
pub(crate) fn fingerprints(report: &Report) -> BTreeSet<String> {
    report.findings.iter().flat_map(|f| f.locations.iter().map(|l| l.fingerprint.clone())).collect()
}

fn warnings(options: &ScanOptions, target: &Target) -> Vec<String> {
    let mut warnings = Vec::new();
    let today = i64::max(target.now, 0) / 86_400;
    let today = date(today);
    for entry in target.ignores.iter().filter(|i| i.is_expired(&today)) {
        warnings.push(format!(
            "the ignore entry for {} has expired ({})",
            entry.rule,
            entry.expires.as_deref().unwrap_or("")
        ));
    }
    if options.active.is_some() {
        warnings.push(
            "--active sends requests that may change state; scan only what you own or are allowed to test".to_owned(),
        );
    }
    if options.fail_on == Some(arguments::FailOn::Severity(Severity::Info)) {
        warnings.push("--fail-on info fails on every observation".to_owned());
    }
    warnings
}

fn date(days: i64) -> String {
    time::OffsetDateTime::from_unix_timestamp(days * 86_400).map_or_else(|_| String::new(), |t| t.date().to_string())
}

/// The pages and twins of all rules, for the formats that show them.
fn documents() -> RuleDocuments<'static> {
    checks::all()
        .into_iter()
        .map(|check| {
            let (vulnerable, fixed) = match check.twins {
                checks::Twins::Flask { vulnerable, fixed, .. } => (vulnerable, fixed),
                checks::Twins::None(_) => ("", ""),
            };
            (check.rule.id, RuleDocument { page: check.rule.page, vulnerable, fixed })
        })
        .collect()
}

/// Columns of the terminal, 80 in a pipe.
fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(terminal_size::Width(columns), _)| usize::from(columns).clamp(60, 120))
}

fn color(options: &ScanOptions) -> bool {
    !options.no_color && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) && std::io::stdout().is_terminal()
}
