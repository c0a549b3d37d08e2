//! The command line: the only place that reads arguments, environment and files, and that prints.

mod arguments;
mod cleanup;
mod compare;
mod config;
mod crack;
mod explain;
mod fault;
mod files;
mod log;
mod pasted;
mod plan;
mod progress;
mod replay;
mod request;
mod rules;
mod scan;
mod signals;
mod spec;
mod values;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use engine::Ending;

use arguments::{Arguments, Command};
use fault::Fault;

/// The exit code of an ending; 2 is for what could not begin.
fn code(ending: Ending) -> u8 {
    match ending {
        Ending::Passed => 0,
        Ending::Failed => 1,
        Ending::Misconfigured => 2,
        Ending::Incomplete => 3,
    }
}

/// Runs the program.
pub(crate) fn run(raw: Vec<OsString>) -> ExitCode {
    match dispatch(raw) {
        Ok(ending) => ExitCode::from(code(ending)),
        Err(fault) => {
            fault.print();
            ExitCode::from(2)
        }
    }
}

fn dispatch(raw: Vec<OsString>) -> Result<Ending, Fault> {
    let raw = config::with_file(raw)?;
    let matches = match Arguments::command().try_get_matches_from(&raw) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            // Help and version were asked for; a closed pipe is not our problem.
            let _ = error.print();
            return Ok(Ending::Passed);
        }
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            return Ok(Ending::Misconfigured);
        }
        Err(error) => return Err(Fault::usage(&error, &named(&raw))),
    };
    let arguments = Arguments::from_arg_matches(&matches).map_err(|error| Fault::usage(&error, &named(&raw)))?;
    match arguments.command {
        Command::Scan(options) => scan::run(&options),
        Command::Spec(options) => spec::run(&options),
        Command::Rules(options) => rules::run(&options),
        Command::Explain(options) => explain::run(&options),
        Command::Compare(options) => compare::run(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Verify(options) => verify::run(&options),
        Command::Cleanup(options) => cleanup::run(&options),
        Command::Crack(options) => crack::run(&options),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "middlebrick", &mut script);
            files::print(&String::from_utf8_lossy(&script))?;
            Ok(Ending::Passed)
        }
        Command::Man { command } => {
            files::print(&manual(command.as_deref())?)?;
            Ok(Ending::Passed)
        }
    }
}

/// The command that is called, as far as it can be read.
fn named(raw: &[OsString]) -> String {
    let all = Arguments::command();
    let mut words = raw.iter().skip(1).filter_map(|word| word.to_str());
    match words.find_map(|word| all.find_subcommand(word)) {
        Some(command) => format!("middlebrick {}", command.get_name()),
        None => "middlebrick".to_owned(),
    }
}

/// The manual page of the program or of one of its commands, in roff.
fn manual(command: Option<&str>) -> Result<String, Fault> {
    let all = Arguments::command();
    let shown = match command {
        None => all,
        Some(name) => {
            let found = all.find_subcommand(name).cloned();
            let found = found.ok_or_else(|| {
                let hint = engine::did_you_mean(name, all.get_subcommands().map(clap::Command::get_name));
                Fault::new(format!("there is no command '{name}'; {}", hint.unwrap_or_else(|| "see --help".to_owned())))
            })?;
            let title = format!("middlebrick-{}", found.get_name());
            found.bin_name(title.replace('-', " ")).name(title)
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(shown)
        .render(&mut page)
        .map_err(|error| Fault::new(format!("the manual page cannot be written: {error}")))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
