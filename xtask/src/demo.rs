//! The sample, scanned.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::python::{self, MATRIX};
use crate::root;
use crate::run::cargo;

/// A running sample; it ends with the demo.
pub(crate) struct Sample {
    child: Child,
    /// Where it listens.
    pub(crate) url: String,
}

impl Sample {
    /// Starts the sample on a free port.
    pub(crate) fn start() -> Result<Sample, String> {
        python::environment(MATRIX[0].folder, MATRIX[0].requirements)?;
        let mut child = Command::new(python::interpreter(MATRIX[0].folder))
            .args(["-u", "app.py", "--port", "0"])
            .current_dir(root().join("examples/bookshop"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start the sample: {error}"))?;
        let Some(says) = child.stderr.take() else { return Err("the sample says nothing".to_owned()) };
        let mut lines = BufReader::new(says).lines();
        let found = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let at = line.find("http://127.0.0.1:")?;
            Some(line[at..].split_whitespace().next().unwrap_or("").to_owned())
        });
        // The log must be drained, or the sample would stop when the pipe is full.
        std::thread::spawn(move || lines.for_each(drop));
        if let Some(url) = found {
            return Ok(Sample { child, url });
        }
        let _ = child.kill();
        Err("the sample ended before it listened; run it by hand: cd examples/bookshop && ../../.venv/bin/python app.py".to_owned())
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Builds, starts the sample, scans it, prints the summary, writes the HTML report.
pub(crate) fn demo() -> Result<(), String> {
    cargo(&["build", "--package", "middlebrick"], &[])?;
    let sample = Sample::start()?;
    let status = Command::new(root().join("target/debug/middlebrick"))
        .args(["scan", &sample.url, "--output", "summary", "--output", "html=demo-report.html"])
        .current_dir(root())
        .status()
        .map_err(|error| format!("cannot start middlebrick: {error}"))?;
    if !status.success() {
        return Err(format!("the scan ended with {status}"));
    }
    println!("\nThe report: demo-report.html");
    Ok(())
}
