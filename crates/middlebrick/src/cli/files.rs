//! Reading and writing files. What is written appears whole or not at all.

use std::fs;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;

use engine::{LARGEST_FILE as LARGEST, Surroundings, System, reason};

use super::arguments::STANDARD_STREAM;
use super::fault::Fault;

/// Reads a file that an argument names; `-` is standard input.
pub(crate) fn read(argument: &str, path: &Path) -> Result<Vec<u8>, Fault> {
    if path == Path::new(STANDARD_STREAM) {
        return standard_input(argument);
    }
    let fault = |why: String| Fault::new(format!("{argument}: cannot read {}: {why}", path.display()));
    System.read(path).map_err(|error| fault(reason(&error)))
}

/// All of standard input. A terminal is no file: whoever forgot the pipe would wait for ever.
fn standard_input(argument: &str) -> Result<Vec<u8>, Fault> {
    let mut input = std::io::stdin().lock();
    if input.is_terminal() {
        return Err(Fault::new(format!("{argument}: standard input is a terminal; pipe the file into this command")));
    }
    let mut bytes = Vec::new();
    let read = input.by_ref().take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| Fault::new(format!("{argument}: cannot read standard input: {}", reason(&error))))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Fault::new(format!("{argument}: standard input is larger than 128 MiB")));
    }
    Ok(bytes)
}

/// Reads a text file that an argument names.
pub(crate) fn read_text(argument: &str, path: &Path) -> Result<String, Fault> {
    String::from_utf8(read(argument, path)?)
        .map_err(|_| Fault::new(format!("{argument}: {} is not UTF-8 text", path.display())))
}

/// Checks that a file can be written there, before any work is done for it.
pub(crate) fn check_writable(argument: &str, path: &Path) -> Result<(), Fault> {
    let fault = |why: String| Fault::new(format!("{argument}: cannot write {}: {why}", path.display()));
    if path.is_dir() {
        return Err(fault("it is a directory".to_owned()));
    }
    let temporary = beside(path);
    fs::File::create(&temporary).map_err(|e| fault(reason(&e)))?;
    fs::remove_file(&temporary).map_err(|e| fault(reason(&e)))
}

/// Writes to a temporary file beside the path and renames it.
pub(crate) fn write(argument: &str, path: &Path, text: &str) -> Result<(), Fault> {
    let temporary = beside(path);
    let special = fs::metadata(path).is_ok_and(|m| !m.is_file());
    let outcome = if special {
        // A device or a pipe is written to, not replaced.
        fs::write(path, text)
    } else {
        fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, path))
    };
    outcome.map_err(|error| {
        // The half-written file must not stay; that it cannot be removed adds nothing to the message.
        let _ = fs::remove_file(&temporary);
        Fault::new(format!("{argument}: cannot write {}: {}", path.display(), reason(&error)))
    })
}

/// Prints to standard output. A closed pipe ends quietly; anything else that keeps the text from its reader is a fault.
pub(crate) fn print(text: &str) -> Result<(), Fault> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Fault::new(format!("cannot write to standard output: {}", reason(&error))))
        }
        _ => Ok(()),
    }
}

fn beside(path: &Path) -> std::path::PathBuf {
    let name = path.file_name().map_or_else(|| "report".into(), |n| n.to_string_lossy().into_owned());
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}
