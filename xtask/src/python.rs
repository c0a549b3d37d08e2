//! Python environments: one with the newest Flask and everything the sample and the twins import, one for each older Flask.

use std::fs;
use std::path::{Path, PathBuf};

use crate::root;
use crate::run::{has, run};

/// A Flask of the matrix.
pub(crate) struct Flask {
    /// Folder of its environment under the root.
    pub(crate) folder: &'static str,
    /// Its requirements file under the root.
    pub(crate) requirements: &'static str,
    /// Whether `cargo xtask test` runs the twins under it; the others wait for `cargo xtask matrix`.
    pub(crate) in_test: bool,
}

/// The matrix, newest first.
pub(crate) const MATRIX: [Flask; 4] = [
    Flask { folder: ".venv", requirements: "tests/python/newest.txt", in_test: true },
    Flask { folder: ".venv-flask-3.0", requirements: "tests/python/flask-3.0.txt", in_test: false },
    Flask { folder: ".venv-flask-2.3", requirements: "tests/python/flask-2.3.txt", in_test: false },
    Flask { folder: ".venv-flask-2.2", requirements: "tests/python/flask-2.2.txt", in_test: true },
];

/// The interpreter of an environment.
pub(crate) fn interpreter(folder: &str) -> PathBuf {
    root().join(folder).join("bin/python")
}

/// Makes what the tests need, and returns the interpreter with the newest Flask.
pub(crate) fn setup() -> Result<PathBuf, String> {
    for flask in MATRIX.iter().filter(|f| f.in_test) {
        environment(flask.folder, flask.requirements)?;
    }
    program("chromium", "the browser test of the HTML report")?;
    program("curl", "the test of the printed commands")?;
    Ok(interpreter(MATRIX[0].folder))
}

/// A program that comes as a wheel, installed into an environment of its own.
pub(crate) fn tool(name: &str) -> Result<PathBuf, String> {
    const FOLDER: &str = ".venv-tools";
    environment(FOLDER, "tests/python/tools.txt")?;
    Ok(root().join(FOLDER).join("bin").join(name))
}

/// Makes an environment, unless it was made from the same requirements before.
pub(crate) fn environment(folder: &str, requirements: &str) -> Result<(), String> {
    let wanted = wanted(&root().join(requirements))?;
    let stamp = root().join(folder).join("requirements.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    run("python3", &["-m", "venv", "--clear", folder], &[])?;
    let python = interpreter(folder);
    run(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements], &[])?;
    fs::write(&stamp, wanted).map_err(|error| format!("cannot write {}: {error}", stamp.display()))
}

/// The text of a requirements file and of those it includes.
fn wanted(file: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let mut all = text.clone();
    for included in text.lines().filter_map(|l| l.strip_prefix("-r ")) {
        let path = file.parent().unwrap_or(file).join(included.trim());
        all.push_str(&wanted(&path)?);
    }
    Ok(all)
}

/// Installs a program from the system's packages.
fn program(name: &str, wanted_by: &str) -> Result<(), String> {
    if has(name) {
        return Ok(());
    }
    let why = |error: String| format!("{error}; {wanted_by} needs {name}: install it, or run as root on Debian");
    run("apt-get", &["update", "-qq"], &[]).map_err(why)?;
    let quiet = [("DEBIAN_FRONTEND", "noninteractive")];
    run("apt-get", &["install", "-y", "-qq", "--no-install-recommends", name], &quiet).map_err(why)
}
