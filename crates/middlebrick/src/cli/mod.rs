//! The command line: the only place that reads arguments, environment and files, and that prints.

mod arguments;
mod cleanup;
mod compare;
mod config;
mod crack;
mod explain;
mod fault;
mod files;
mod pasted;
mod plan;
mod progress;
mod replay;
mod request;
mod rules;
mod scan;
mod signals;
mod spec;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

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
        Err(error) => return Err(Fault::usage(&error)),
    };
    let arguments = Arguments::from_arg_matches(&matches).map_err(|error| Fault::usage(&error))?;
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
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Arguments::command())
                .render(&mut page)
                .map_err(|error| Fault::new(format!("the manual page cannot be written: {error}")))?;
            files::print(&String::from_utf8_lossy(&page))?;
            Ok(Ending::Passed)
        }
    }
}
