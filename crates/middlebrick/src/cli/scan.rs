//! `middlebrick scan`.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use engine::{Ending, FailOn, Gates, ScanBuilder, ScanRequest, compare, fingerprints};
use model::{Redacted, Report, Severity, Status};
use report::{Format, RuleDocument, RuleDocuments, Style};
use tokio::runtime::Runtime;

use super::arguments::{self, ScanOptions, When};
use super::fault::Fault;
use super::log::Log;
use super::{files, plan, progress, request, signals};

pub(crate) fn run(options: &ScanOptions) -> Result<Ending, Fault> {
    let outputs = outputs(options)?;
    let baseline = options.baseline.as_deref().map(|path| read_report("--baseline", path)).transpose()?;
    let gates = gates(options, baseline.as_ref())?;
    let (request, scheme) = with_scheme(request::of_scan(options)?, options.plan)?;
    if options.plan {
        files::print(&plan::render(&ScanBuilder::from(request).prepare()?.target))?;
        return Ok(Ending::Passed);
    }
    let warnings = warnings(options, &request);
    let report = perform(request, options.quiet, Log::of(options)?)?;
    let style = Style { width: width(), color: color(options), verbose: options.verbose > 0 };
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
    let difference = baseline.map(|old| difference(&old, &report));
    if !options.quiet {
        // The summary has said the notes.
        let is_said = outputs.iter().any(|(format, file)| *format == Format::Summary && file.is_none());
        let notes = report.notes.iter().filter(|_| !is_said).map(Redacted::as_str);
        for line in scheme
            .iter()
            .chain(&warnings)
            .map(String::as_str)
            .chain(notes)
            .chain(difference.as_deref())
            .chain(verdict.warns.iter().map(String::as_str))
        {
            eprintln!("middlebrick: {}", report::plain(line));
        }
    }
    // A job that ends with 1 or 3 and prints nothing cannot be understood.
    for line in &verdict.says {
        eprintln!("middlebrick: {}", report::plain(line));
    }
    if report.status == Status::Unreachable {
        let why = report.status_detail.as_deref().unwrap_or("no answer");
        eprintln!("middlebrick: {} cannot be reached: {why}", report.url);
    } else if report.status == Status::Incomplete && report.fault.is_none() && !options.quiet {
        eprintln!("middlebrick: the scan is incomplete: {}", report.status_detail.as_deref().unwrap_or(""));
    }
    Ok(verdict.ending)
}

/// The request with the scheme that its URL lacks, and what to say of that. A plan sends nothing, and so takes the better one.
fn with_scheme(mut request: ScanRequest, plan: bool) -> Result<(ScanRequest, Option<String>), Fault> {
    if !engine::is_bare(&request.url) {
        return Ok((request, None));
    }
    if plan {
        request.url = format!("https://{}", request.url);
        return Ok((request, None));
    }
    let (builder, said) = runtime()?.block_on(engine::with_scheme(ScanBuilder::from(request)))?;
    Ok((builder.request().clone(), said))
}

/// Runs a scan with its progress bar and its log; signals stop it.
pub(crate) fn perform(request: ScanRequest, quiet: bool, log: Option<Log>) -> Result<Report, Fault> {
    let (bar, listener) = progress::bar(quiet);
    let fault = log.as_ref().map(Log::fault);
    let builder = ScanBuilder::from(request).logged(log.is_some());
    let scan = builder.on_event(move |event| {
        if let Some(log) = &log {
            log.keep(&event);
        }
        listener(event);
    });
    let scan = scan.start()?;
    let runtime = runtime()?;
    let stop = scan.stop_handle();
    signals::on_first(quiet, move || stop.stop());
    let report = runtime.block_on(scan.run());
    // What still computes for a scan that was stopped is not waited for.
    runtime.shutdown_background();
    bar.finish_and_clear();
    if let Some(why) = fault.as_ref().and_then(|fault| fault.get()) {
        eprintln!("middlebrick: {why}");
    }
    Ok(report)
}

/// What asynchronous work runs on.
pub(crate) fn runtime() -> Result<Runtime, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| Fault::new(format!("cannot start: {error}")))
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

fn gates(options: &ScanOptions, baseline: Option<&Report>) -> Result<Gates, Fault> {
    let known = baseline.filter(|_| options.new_only).map(fingerprints);
    let ScanOptions { fail_below, threshold, fail_on, require_coverage, .. } = *options;
    let gates = Gates { fail_below, threshold, fail_on, require_coverage, known };
    match gates.contradiction() {
        Some((target, floor)) => Err(Fault::new(format!(
            "--threshold {target} is below --fail-below {floor}: the target line cannot lie under the line that fails"
        ))),
        None => Ok(gates),
    }
}

/// What differs from the baseline, as one line.
fn difference(old: &Report, new: &Report) -> String {
    let difference = compare(old, new);
    let other = if difference.different_targets.is_some() { ", which is of another target" } else { "" };
    format!(
        "compared with the baseline{other}: {} new, {} fixed, {} gone but not tested, {} remaining",
        difference.new.len(),
        difference.fixed.len(),
        difference.not_tested.len(),
        difference.remaining
    )
}

/// Reads a JSON report.
pub(crate) fn read_report(argument: &str, path: &Path) -> Result<Report, Fault> {
    let bytes = files::read(argument, path)?;
    engine::read_report(&bytes).map_err(|why| Fault::new(format!("{argument}: {} {why}", path.display())))
}

fn warnings(options: &ScanOptions, request: &ScanRequest) -> Vec<String> {
    let mut warnings = Vec::new();
    if options.target.active.is_some() {
        warnings.push(
            "--active sends requests that may change state; scan only what you own or are allowed to test".to_owned(),
        );
        let ledger = request.ledger.as_deref().unwrap_or(Path::new("")).display();
        warnings.push(format!(
            "what it creates is kept in {ledger} until it is removed; `middlebrick cleanup` finishes after a crash"
        ));
    }
    if options.fail_on == Some(FailOn::Severity(Severity::Info)) {
        warnings.push("--fail-on info fails on every observation".to_owned());
    }
    warnings
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

/// Whether to colour (no-color.org; `TERM=dumb` is a terminal without escape sequences).
fn color(options: &ScanOptions) -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match options.color {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            !options.no_color && !is_set("NO_COLOR") && !is_dumb && std::io::stdout().is_terminal()
        }
    }
}
