//! A `curl` line that repeats a request; credentials are named, never written.

use std::fmt::Write as _;

use model::{Redactor, Request};

/// Longest body that is written out, in bytes; of a longer one only the length counts.
const LONGEST: usize = 4_000;

/// The line. Single quotes guard every argument; a body or header that is not text is given as its length only.
pub(crate) fn line(request: &Request, redactor: &Redactor) -> String {
    let mut line = String::from("curl -sk -i --path-as-is");
    match request.method.as_str() {
        "GET" => {}
        "HEAD" => line.push_str(" --head"),
        method => {
            let _ = write!(line, " -X {}", quoted(method));
        }
    }
    if request.identity.is_some() {
        line.push_str(" -H \"Authorization: $MIDDLEBRICK_AUTHORIZATION\"");
    }
    for (name, value) in &request.headers {
        let value = String::from_utf8_lossy(value);
        let _ = write!(line, " -H {}", quoted(&format!("{name}: {}", redactor.header(name, &value))));
    }
    if request.body.len() > LONGEST {
        let _ = write!(line, " --data-binary @- {}", quoted(&redactor.text(&request.url())));
        return format!("head -c {} /dev/zero | {line}", request.body.len());
    }
    if !request.body.is_empty() {
        let _ = write!(line, " --data-binary {}", quoted(&redactor.text(&String::from_utf8_lossy(&request.body))));
    }
    let _ = write!(line, " {}", quoted(&redactor.text(&request.url())));
    line
}

/// POSIX single quotes; control characters become `?`, so that a line stays a line.
fn quoted(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    format!("'{}'", clean.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use model::{Origin, Scheme};

    use super::*;

    #[test]
    fn a_quote_does_not_end_the_argument() {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let request = Request::get(&origin, "/a'b").header("X", "1\n2");
        assert_eq!(line(&request, &Redactor::new()), "curl -sk -i --path-as-is -H 'X: 1?2' 'http://127.0.0.1/a'\\''b'");
    }
}
