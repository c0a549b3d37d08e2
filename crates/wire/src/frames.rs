//! Counting what an HTTP/2 server sends besides responses, so that a flood of it ends.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::stream::Stream;

/// Length of a frame's head (RFC 9113, section 4.1).
const HEAD: usize = 9;
/// Control frames that one response may bring along, such as a window update or a ping.
const PER_RESPONSE: usize = 8;
const DATA: u8 = 0;
const HEADERS: u8 = 1;

/// A stream that ends with an error once the frames read from it are too many that carry no response.
pub(crate) struct Metered {
    stream: Stream,
    meter: Meter,
}

impl Metered {
    pub(crate) fn new(stream: Stream, most: usize) -> Metered {
        Metered { stream, meter: Meter { left: most, ..Meter::default() } }
    }
}

#[derive(Debug, Default)]
struct Meter {
    head: [u8; HEAD],
    have: usize,
    /// Bytes of the frame's content still to come.
    skip: usize,
    /// Control frames still allowed.
    left: usize,
}

impl Meter {
    /// Takes bytes as read; false when there were too many control frames.
    fn take(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = &bytes[skipped..];
            let wanted = (HEAD - self.have).min(bytes.len());
            self.head[self.have..self.have + wanted].copy_from_slice(&bytes[..wanted]);
            self.have += wanted;
            bytes = &bytes[wanted..];
            if self.have == HEAD {
                self.have = 0;
                self.skip = u32::from_be_bytes([0, self.head[0], self.head[1], self.head[2]]) as usize;
                match self.head[3] {
                    DATA if self.skip > 0 => {}
                    HEADERS => self.left = self.left.saturating_add(PER_RESPONSE),
                    _ => match self.left.checked_sub(1) {
                        Some(left) => self.left = left,
                        None => return false,
                    },
                }
            }
        }
        true
    }
}

impl AsyncRead for Metered {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if !self.meter.take(&buf.filled()[before..]) {
            return Poll::Ready(Err(io::Error::other("too many control frames")));
        }
        polled
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(kind: u8, content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u32).to_be_bytes();
        [&length[1..], &[kind, 0, 0, 0, 0, 1], content].concat()
    }

    fn meter() -> Meter {
        Meter { left: 10, ..Meter::default() }
    }

    #[test]
    fn floods_end_and_responses_go_on() {
        assert!(meter().take(&frame(6, &[0; 8]).repeat(10)));
        assert!(!meter().take(&frame(6, &[0; 8]).repeat(11)));
        assert!(!meter().take(&frame(DATA, &[]).repeat(11)), "empty data is a flood as well");
        let response = [frame(HEADERS, &[1; 50]), frame(DATA, &[2; 500]), frame(8, &[0; 4])].concat();
        assert!(meter().take(&response.repeat(1000)));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..300) {
            let mut whole = meter();
            let fine = whole.take(&bytes);
            let (first, second) = bytes.split_at(at.min(bytes.len()));
            let mut pieces = meter();
            prop_assert_eq!(pieces.take(first) && pieces.take(second), fine);
        }
    }
}
