//! A URL or a path on each line, with a method before it or without; empty lines and those after `#` are passed over.

use crate::{ImportError, Recorded};

/// The requests of a list.
pub(crate) fn read(text: &str) -> Result<Vec<Recorded>, ImportError> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(at, line)| {
            let shown = &line[..line.floor_char_boundary(60)];
            request(line)
                .ok_or_else(|| ImportError::at(at, format!("'{shown}' is not a URL, nor a path that begins with /")))
        })
        .collect()
}

/// The request of a line.
pub(crate) fn request(line: &str) -> Option<Recorded> {
    let mut words = line.split_whitespace();
    let (first, second) = (words.next()?, words.next());
    if words.next().is_some() {
        return None;
    }
    let is_method = |word: &str| word.len() <= 10 && word.bytes().all(|b| b.is_ascii_uppercase());
    let (method, url) = match second {
        Some(url) if is_method(first) => (first, url),
        Some(_) => return None,
        None => ("GET", first),
    };
    let is_url = url.starts_with('/') || url.starts_with("http://") || url.starts_with("https://");
    if is_url { Recorded::of(method, url) } else { None }
}
