//! Figures that others can repeat.

use crate::demo::Sample;
use crate::python::{self, MATRIX};
use crate::run::{cargo, run};

/// Measures a standard scan of the sample, start-up and size in release, then the guessing kernels.
pub(crate) fn bench() -> Result<(), String> {
    cargo(&["build", "--release", "--package", "middlebrick"], &[])?;
    let sample = Sample::start()?;
    run(python::interpreter(MATRIX[0].folder), &["xtask/bench.py", "target/release/middlebrick", &sample.url], &[])?;
    drop(sample);
    cargo(&["bench", "--package", "middlebrick-crack"], &[])
}
