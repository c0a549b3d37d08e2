//! What a request is resolved with besides its own words: clock, environment, files, chance.

use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where a request gets what it only refers to. [`System`] is the machine's own; a server or a test may give its own.
pub trait Surroundings: Send + Sync {
    /// Unix time in seconds.
    fn now(&self) -> i64;

    /// An environment variable; `None` when it is not set or no text.
    fn variable(&self, name: &str) -> Option<String>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// It cannot be read, or is too large to be meant.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// A file to be read bit by bit, however large it is.
    ///
    /// # Errors
    /// It cannot be opened.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::Cursor::new(self.read(path)?)))
    }

    /// A seed for a scan that was given none.
    fn seed(&self) -> u64;
}

/// The system clock, the process's environment, the file system, and the standard library's chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

/// Largest file that is read whole, in bytes.
pub const LARGEST_FILE: u64 = 128 * 1024 * 1024;

impl Surroundings for System {
    fn now(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs().cast_signed())
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(io::Error::other("it is larger than 128 MiB"));
        }
        Ok(bytes)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(path)?))
    }

    fn seed(&self) -> u64 {
        // The standard library's own random state is chance enough for canaries; it guards no secret.
        let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
        hasher.write_i64(self.now());
        hasher.finish() >> 12 // fits a JSON number that every reader keeps exact
    }
}

/// The operating system's reason without its error number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
