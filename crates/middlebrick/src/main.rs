//! middlebrick: an API security scanner that runs on your own machine.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(std::env::args_os().collect())
}
