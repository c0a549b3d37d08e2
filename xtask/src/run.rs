//! Running programs.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

/// Runs a program from the workspace's root and shows what it prints.
pub(crate) fn run<S: AsRef<OsStr>>(program: S, arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let name = program.as_ref().to_string_lossy().into_owned();
    println!("$ {name} {}", arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(crate::root())
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("cannot run {name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} {} ended with {status}", arguments.join(" "))) }
}

/// Runs cargo.
pub(crate) fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    run(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments, environment)
}

/// Runs cargo beside something else: what it prints is shown when it has ended, in one piece.
pub(crate) fn cargo_held(arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let shown = format!("cargo {}", arguments.join(" "));
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(crate::root())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot run {shown}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    println!("$ {shown}\n{}{}", text(&output.stderr), text(&output.stdout));
    if output.status.success() { Ok(()) } else { Err(format!("{shown} ended with {}", output.status)) }
}

/// Whether a program can be started.
pub(crate) fn has(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}
