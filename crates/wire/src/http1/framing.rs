//! How long a response body is (RFC 9112, section 6.3).

use model::{Failure, Method};

use super::head::{Head, malformed};

/// Where the body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is none.
    Empty,
    /// After so many bytes.
    Length(u64),
    /// After the last chunk.
    Chunked,
    /// With the connection.
    UntilClose,
}

/// The framing of a response to a request of this method, and whether the head leaves no doubt about it: only then may the
/// connection carry another request, or one response could be taken for another's.
pub(crate) fn of(method: &Method, head: &Head) -> Result<(Framing, bool), Failure> {
    let length = length(head)?;
    let codings: Vec<&str> = head.list("transfer-encoding").filter(|c| !c.is_empty()).collect();
    if method.as_str() == "HEAD" || matches!(head.status, 101 | 204 | 304) {
        let bodiless = head.status == 304 || method.as_str() == "HEAD";
        let silent = codings.is_empty() && length.is_none_or(|l| l.value == 0);
        return Ok((Framing::Empty, head.status != 101 && (bodiless || silent)));
    }
    if let Some(last) = codings.last() {
        let only_chunked = codings.len() == 1 && last.eq_ignore_ascii_case("chunked");
        let framing = if last.eq_ignore_ascii_case("chunked") { Framing::Chunked } else { Framing::UntilClose };
        return Ok((framing, only_chunked && length.is_none() && head.persistent));
    }
    Ok(match length {
        Some(length) => (Framing::Length(length.value), length.once),
        None => (Framing::UntilClose, false),
    })
}

#[derive(Clone, Copy)]
struct Length {
    value: u64,
    /// Whether it was said only once.
    once: bool,
}

fn length(head: &Head) -> Result<Option<Length>, Failure> {
    let mut found: Option<Length> = None;
    for text in head.list("content-length") {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let value =
            text.parse().ok().filter(|_| digits).ok_or_else(|| malformed("its Content-Length is not a length"))?;
        found = Some(match found {
            None => Length { value, once: true },
            Some(known) if known.value == value => Length { value, once: false },
            Some(_) => return Err(malformed("it has two different Content-Lengths")),
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(method: &Method, status: u16, headers: &[(&str, &str)]) -> Option<(Framing, bool)> {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        of(method, &Head { status, persistent: true, headers, reason: String::new() }).ok()
    }

    #[test]
    fn the_table_of_rfc_9112() {
        let get = |status, headers: &[(&str, &str)]| framing(&Method::GET, status, headers);
        assert_eq!(get(200, &[("Content-Length", "5")]), Some((Framing::Length(5), true)));
        assert_eq!(get(200, &[("Content-Length", "5, 5")]), Some((Framing::Length(5), false)));
        assert_eq!(get(200, &[]), Some((Framing::UntilClose, false)));
        assert_eq!(get(200, &[("transfer-encoding", "Chunked")]), Some((Framing::Chunked, true)));
        let both = [("Content-Length", "5"), ("Transfer-Encoding", "chunked")];
        assert_eq!(get(200, &both), Some((Framing::Chunked, false)));
        assert_eq!(get(200, &[("Transfer-Encoding", "chunked, gzip")]), Some((Framing::UntilClose, false)));
        assert_eq!(get(204, &[]), Some((Framing::Empty, true)));
        assert_eq!(get(204, &[("Content-Length", "5")]), Some((Framing::Empty, false)));
        assert_eq!(get(304, &[("Content-Length", "5")]), Some((Framing::Empty, true)));
        assert_eq!(framing(&Method::HEAD, 200, &both), Some((Framing::Empty, true)));
        for wrong in ["-1", "+5", "5x", "", "99999999999999999999999", "5, 6"] {
            assert_eq!(get(200, &[("Content-Length", wrong)]), None, "{wrong:?}");
        }
    }
}
