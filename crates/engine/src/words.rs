//! Word lists: one word a line, as bytes. Old lists are written in Latin-1 or in nothing at all, and a word counts as it stands.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::{Field, RequestError, Surroundings};

/// Longest line that is a word, in bytes: no secret is longer, and a file without lines is no list.
const LONGEST: u64 = 64 * 1024;

/// The words of a list in their order, read as they are wanted, so that a list may be larger than memory. Empty lines are left out.
pub struct Words {
    lines: BufReader<Box<dyn Read + Send>>,
    fault: Arc<OnceLock<String>>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").finish_non_exhaustive()
    }
}

/// The words of a list, one a line.
///
/// # Errors
/// The file cannot be read.
pub fn words(path: &Path, surroundings: &dyn Surroundings) -> Result<Words, RequestError> {
    let fault = |error: io::Error| RequestError::File {
        field: Field::Wordlist,
        path: path.to_owned(),
        why: crate::surroundings::reason(&error),
    };
    let mut words = Words::of(surroundings.open(path).map_err(fault)?);
    // What is no file says so when it is read.
    words.lines.fill_buf().map_err(fault)?;
    Ok(words)
}

impl Words {
    fn of(read: Box<dyn Read + Send>) -> Words {
        Words { lines: BufReader::new(read), fault: Arc::default() }
    }

    /// Where it is said why the list ended before its end, if it did.
    pub fn fault(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.fault)
    }

    /// The next line without its end; `None` after the last.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        if self.lines.by_ref().take(LONGEST + 2).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() as u64 > LONGEST {
            line.clear();
            self.lines.skip_until(b'\n')?;
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(line))
    }
}

impl Iterator for Words {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.line() {
                Ok(Some(line)) if line.is_empty() => {}
                Ok(line) => return line,
                Err(error) => {
                    let _ = self.fault.set(crate::surroundings::reason(&error));
                    return None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Vec<u8>> {
        Words::of(Box::new(io::Cursor::new(bytes.to_vec()))).collect()
    }

    #[test]
    fn words_are_the_bytes_of_lines() {
        assert_eq!(all(b"one\r\n\nt\xe9n \n\tx\xff\xfe"), [&b"one"[..], b"t\xe9n ", b"\tx\xff\xfe"]);
        assert!(all(b"").is_empty() && all(b"\n\r\n\n").is_empty());
    }

    #[test]
    fn a_line_that_is_no_word_is_left_out() {
        let long = [vec![b'a'; 200_000], b"\nshort".to_vec()].concat();
        assert_eq!(all(&long), [b"short"]);
        let just = vec![b'a'; LONGEST as usize];
        assert_eq!(all(&[just.clone(), b"\nb".to_vec()].concat()), [just, b"b".to_vec()]);
    }

    #[test]
    fn a_list_that_breaks_off_says_why() {
        struct Broken(bool);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("gone"));
                }
                buffer[..4].copy_from_slice(b"one\n");
                Ok(4)
            }
        }
        let mut words = Words::of(Box::new(Broken(false)));
        let fault = words.fault();
        assert_eq!((words.next(), words.next()), (Some(b"one".to_vec()), None));
        assert!(fault.get().is_some_and(|why| why.contains("gone")));
    }
}
