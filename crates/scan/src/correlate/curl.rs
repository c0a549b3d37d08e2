//! A `curl` line that repeats a request; credentials are named, never written.

use model::{Identity, Redacted, Redactor, Request};

use super::credentials;
use super::masked::{self, Part};

/// Longest body that is written out, in bytes; of a longer one only the length counts.
const LONGEST: usize = 4_000;

/// The line. Single quotes guard every argument; a body or header that is not text is given as its length only.
pub(crate) fn line(request: &Request, identities: &[Identity], redactor: &Redactor) -> Redacted {
    let ours = ours(request);
    let carried = credentials::carried(request.identity.as_deref(), identities, redactor);
    let mut line = vec![Redacted::fixed("curl -sk -i --path-as-is")];
    match request.method.as_str() {
        "GET" => {}
        "HEAD" => line.push(Redacted::fixed(" --head")),
        method => line.extend([Redacted::fixed(" -X "), redactor.text(method).by(quoted)]),
    }
    for option in carried.options {
        line.extend([Redacted::fixed(" "), option]);
    }
    let mut cookie = carried.cookie;
    for (name, value) in &request.headers {
        let value = redactor.header(name, &String::from_utf8_lossy(value));
        let header = Redacted::joined([redactor.text(name), Redacted::fixed(": "), value]);
        line.extend([Redacted::fixed(" -H "), header.by(quoted)]);
        if let Some(cookie) = cookie.take_if(|_| name.eq_ignore_ascii_case("cookie")) {
            line.extend([Redacted::fixed("'; '"), cookie]);
        }
    }
    if let Some(cookie) = cookie {
        line.extend([Redacted::fixed(" -H 'Cookie: '"), cookie]);
    }
    let is_long = request.body.len() > LONGEST;
    if is_long {
        line.push(Redacted::fixed(" --data-binary @-"));
    } else if !request.body.is_empty() {
        let body = redactor.sent(&String::from_utf8_lossy(&request.body), &ours);
        line.extend([Redacted::fixed(" --data-binary "), body.by(quoted)]);
    }
    let url = request.url();
    if url.contains(['[', ']', '{', '}']) {
        line.push(Redacted::fixed(" --globoff"));
    }
    let joint = if url.contains('?') { "&" } else { "?" };
    let joint = Redacted::fixed(if carried.query.is_some() { joint } else { "" });
    line.extend([Redacted::fixed(" "), Redacted::joined([redactor.sent(&url, &ours), joint]).by(quoted_address)]);
    line.extend(carried.query);
    if is_long {
        let length = Redacted::number(request.body.len() as u64);
        line.splice(0..0, [Redacted::fixed("head -c "), length, Redacted::fixed(" /dev/zero | ")]);
    }
    Redacted::joined(line)
}

/// What a check added to a request: it shows the weakness and is nobody's secret.
pub(super) fn ours(request: &Request) -> Vec<&str> {
    let parts = request.altered.iter().flat_map(|altered| altered.payload.split('…'));
    parts.filter(|part| !part.is_empty()).collect()
}

/// POSIX single quotes; control characters become `?`, so that a line stays a line. A long repetition is written as the command that
/// prints it: `'/books/'"$(printf '9%.0s' $(seq 4400))"`.
fn quoted(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    let single = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let Some(Repetition { start, unit, times }) = repetition(&clean) else { return single(&clean) };
    let (before, rest) = clean.split_at(start);
    let after = rest.get(unit.len() * times..).unwrap_or("");
    let format = unit.replace('\\', "\\\\").replace('%', "%%");
    let printed = format!("\"$(printf '{format}%.0s' $(seq {times}))\"");
    let [before, after] = [before, after].map(|part| if part.is_empty() { String::new() } else { quoted(part) });
    format!("{before}{printed}{after}")
}

/// The same for an address, with a variable for each value that is masked.
fn quoted_address(text: &str) -> String {
    let part = |part| match part {
        Part::Text(text) => quoted(text),
        Part::Variable(name) => format!("\"${name}\""),
    };
    masked::parts(text).into_iter().map(part).collect()
}

/// A short text that comes many times in a row.
struct Repetition<'a> {
    start: usize,
    unit: &'a str,
    times: usize,
}

/// The first repetition in a text that is longer than the command that prints it, by far.
fn repetition(text: &str) -> Option<Repetition<'_>> {
    const LONGEST_UNIT: usize = 16;
    const WORTH: usize = 200;
    let bytes = text.as_bytes();
    let mut first: Option<Repetition<'_>> = None;
    for length in 1..=LONGEST_UNIT {
        // Where each byte equals the one a unit before, a unit repeats.
        let mut run = 0;
        for at in length..=bytes.len() {
            if bytes.get(at).is_some_and(|byte| *byte == bytes[at - length]) {
                run += 1;
                continue;
            }
            let (start, times) = (at - length - run, run / length + 1);
            run = 0;
            let unit = text.get(start..start + length).filter(|_| times * length >= WORTH);
            // What quotes, starts an option or is no ASCII stays as it is.
            let Some(unit) = unit.filter(|u| u.is_ascii() && !u.contains('\'') && !u.starts_with('-')) else {
                continue;
            };
            if first.as_ref().is_none_or(|known| start < known.start) {
                first = Some(Repetition { start, unit, times });
            }
            break;
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use model::{Origin, Scheme};

    use super::*;

    #[test]
    fn a_quote_does_not_end_the_argument() {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let request = Request::get(&origin, "/a'b").header("X", "1\n2");
        assert_eq!(
            line(&request, &[], &Redactor::new()),
            "curl -sk -i --path-as-is -H 'X: 1?2' 'http://127.0.0.1/a'\\''b'"
        );
    }

    #[test]
    fn a_masked_value_in_an_address_comes_from_a_variable() {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let request = Request::get(&origin, "/a?api_key=9f2c7d1e44&x=1");
        assert_eq!(
            line(&request, &[], &Redactor::new()),
            "curl -sk -i --path-as-is 'http://127.0.0.1/a?api_key='\"$MIDDLEBRICK_VALUE_API_KEY\"'&x=1'"
        );
    }

    #[test]
    fn a_long_repetition_is_written_as_what_prints_it() {
        assert_eq!(
            quoted(&format!("/books/{}?x=1", "9".repeat(4_400))),
            "'/books/'\"$(printf '9%.0s' $(seq 4400))\"'?x=1'"
        );
        assert_eq!(quoted(&"%2e/".repeat(60)), "\"$(printf '%%2e/%.0s' $(seq 60))\"");
        let (two, shown) =
            ("[".repeat(300) + &"]".repeat(300), "\"$(printf '[%.0s' $(seq 300))\"\"$(printf ']%.0s' $(seq 300))\"");
        assert_eq!(quoted(&two), shown);
        let short = "9".repeat(100);
        assert_eq!(quoted(&short), format!("'{short}'"), "shorter than its command would be hard to read");
        let quotes = "'".repeat(300);
        assert_eq!(quoted(&quotes), format!("'{}'", "'\\''".repeat(300)));
        assert_eq!(quoted("/a?b=c"), "'/a?b=c'");
    }
}
