//! Bodies packed for keeping. What servers say packs to a tenth and less.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

/// A packed body.
#[derive(Debug)]
pub(super) struct Packed {
    bytes: Box<[u8]>,
    /// How long it is unpacked.
    length: usize,
}

impl Packed {
    /// The bytes packed; `None` when that saves less than a quarter.
    pub(super) fn of(bytes: &[u8]) -> Option<Packed> {
        let most = bytes.len() / 4 * 3;
        let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len() / 8), Compression::fast());
        for piece in bytes.chunks(256 << 10) {
            encoder.write_all(piece).ok()?;
            if encoder.get_ref().len() > most {
                return None;
            }
        }
        let packed = encoder.finish().ok().filter(|packed| packed.len() <= most)?;
        Some(Packed { bytes: packed.into_boxed_slice(), length: bytes.len() })
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The first so many of the bytes.
    pub(super) fn unpacked(&self, most: usize) -> Vec<u8> {
        let wanted = self.length.min(most);
        let mut bytes = Vec::with_capacity(wanted);
        // It was packed here and cannot be damaged; were it, what can be read of it is what there is.
        let _ = self.reader().take(wanted as u64).read_to_end(&mut bytes);
        bytes
    }

    /// Unpacks bit by bit.
    pub(super) fn reader(&self) -> impl Read {
        DeflateDecoder::new(&*self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back() {
        let text = "the same again and ".repeat(50_000);
        let packed = Packed::of(text.as_bytes()).unwrap();
        assert!(packed.len() < text.len() / 20);
        assert_eq!(packed.unpacked(usize::MAX), text.as_bytes());
        assert_eq!(packed.unpacked(8), b"the same");
    }

    #[test]
    fn what_does_not_pack_is_left() {
        let mut state = 7_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        })
        .take(600_000)
        .collect();
        assert!(Packed::of(&noise).is_none());
    }
}
