//! Chunked transfer coding (RFC 9112, section 7.1), one step at a time.

use bytes::{Bytes, BytesMut};
use model::Truncation;

/// Bytes of a chunk's size line, extensions included.
const MAX_LINE: usize = 4 << 10;
/// Bytes of trailers.
const MAX_TRAILERS: usize = 16 << 10;

/// Reads a chunked body.
#[derive(Debug, Default)]
pub(crate) struct Chunked {
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Size,
    Data(u64),
    /// The line break after a chunk's data.
    After,
    /// Trailers; so many bytes of them so far.
    Trailers(usize),
    Done,
}

/// What the next step found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// More bytes are needed.
    Starved,
    Data(Bytes),
    Done,
}

impl Chunked {
    /// Takes what it can from the buffer.
    pub(crate) fn step(&mut self, buffer: &mut BytesMut) -> Result<Step, Truncation> {
        loop {
            match self.state {
                State::Data(left) if !buffer.is_empty() => {
                    let take = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
                    let left = left - take as u64;
                    self.state = if left == 0 { State::After } else { State::Data(left) };
                    return Ok(Step::Data(buffer.split_to(take).freeze()));
                }
                State::Data(_) => return Ok(Step::Starved),
                State::Done => return Ok(Step::Done),
                State::Size | State::After | State::Trailers(_) => {}
            }
            let Some(line) = line(buffer)? else { return Ok(Step::Starved) };
            self.state = match self.state {
                State::Size => match size(&line)? {
                    0 => State::Trailers(0),
                    size => State::Data(size),
                },
                State::After if line.is_empty() => State::Size,
                State::Trailers(_) if line.is_empty() => State::Done,
                State::Trailers(seen) if seen + line.len() < MAX_TRAILERS => State::Trailers(seen + line.len() + 1),
                _ => return Err(Truncation::Undecodable),
            };
        }
    }

    /// Whether all of the body has come, trailers apart.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.state, State::Trailers(_) | State::Done)
    }
}

/// A line without its end, if it is there.
fn line(buffer: &mut BytesMut) -> Result<Option<BytesMut>, Truncation> {
    let Some(end) = buffer.iter().take(MAX_LINE).position(|b| *b == b'\n') else {
        return if buffer.len() >= MAX_LINE { Err(Truncation::Undecodable) } else { Ok(None) };
    };
    let mut line = buffer.split_to(end + 1);
    let length = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).map_or(0, <[u8]>::len);
    line.truncate(length);
    Ok(Some(line))
}

/// A chunk's size: hexadecimal digits, then nothing, white space or an extension.
fn size(line: &[u8]) -> Result<u64, Truncation> {
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let rest_is_fine = matches!(line.get(digits), None | Some(b' ' | b'\t' | b';'));
    let text = std::str::from_utf8(&line[..digits]).unwrap_or("");
    u64::from_str_radix(text, 16).ok().filter(|_| rest_is_fine).ok_or(Truncation::Undecodable)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Feeds pieces; the data, and how it ended.
    fn read(pieces: &[&[u8]]) -> (Vec<u8>, Result<Step, Truncation>) {
        let (mut chunked, mut buffer, mut data) = (Chunked::default(), BytesMut::new(), Vec::new());
        let mut last = Ok(Step::Starved);
        for piece in pieces {
            buffer.extend_from_slice(piece);
            loop {
                last = chunked.step(&mut buffer);
                match &last {
                    Ok(Step::Data(bytes)) => data.extend_from_slice(bytes),
                    Ok(Step::Starved) => break,
                    _ => return (data, last),
                }
            }
        }
        (data, last)
    }

    #[test]
    fn sizes_extensions_trailers() {
        let (data, end) = read(&[b"4;name=\"x\"\r\nWiki\r\n5\npedia\n0\r\nX-Trailer: a\r\n\r\nrest"]);
        assert_eq!((data.as_slice(), end), (b"Wikipedia".as_slice(), Ok(Step::Done)));
        for wrong in ["\r\n", "-1\r\n", "g\r\n", "5g\r\n", "11111111111111111\r\n", "2\r\nabc\r\n"] {
            assert_eq!(read(&[wrong.as_bytes()]).1, Err(Truncation::Undecodable), "{wrong:?}");
        }
        assert_eq!(read(&[b"0\r\n", "a: b\r\n".repeat(4000).as_bytes()]).1, Err(Truncation::Undecodable));
        assert_eq!(read(&[&[b'0'; 5000]]).1, Err(Truncation::Undecodable));
        assert_eq!(read(&[b"ffffffffffffffff\r\nabc"]).0, b"abc");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&[&bytes]);
        }

        #[test]
        fn pieces_do_not_matter(chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..8), at in 0_usize..400) {
            let mut wire = Vec::new();
            for chunk in &chunks {
                wire.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                wire.extend_from_slice(chunk);
                wire.extend_from_slice(b"\r\n");
            }
            wire.extend_from_slice(b"0\r\n\r\n");
            let (first, second) = wire.split_at(at % wire.len());
            prop_assert_eq!(read(&[first, second]), (chunks.concat(), Ok(Step::Done)));
        }
    }
}
