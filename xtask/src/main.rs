//! The project's own tasks: `cargo xtask demo`, `test`, `setup`, `docs`, `bench`, `matrix`.

mod bench;
mod demo;
mod python;
mod run;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "cargo xtask TASK

  demo     build, start the sample API, scan it, print the summary, write demo-report.html
  test     everything that CI runs: format, lints, tests of every crate, the sample's own tests
  setup    what the tests need: Python environments, Chromium and curl (as root, by apt)
  docs     write the generated documents again (docs/)
  bench    measure scans of the sample, start-up, size; guessing speed
  fuzz     every fuzz target for a minute, with mutations that are new each time
  matrix   the twins under every Flask of the matrix, not only the oldest and the newest
";

fn main() -> ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    let outcome = match task.as_str() {
        "demo" => demo::demo(),
        "test" => test::test(),
        "setup" => python::setup().map(|_| ()),
        "docs" => test::docs(),
        "bench" => bench::bench(),
        "fuzz" => test::fuzz(),
        "matrix" => test::matrix(),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask {task}: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}
