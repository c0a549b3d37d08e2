//! Undoing `Content-Encoding` without letting a small body become a large one. Pure.

use std::io::Read;

use flate2::bufread::{DeflateDecoder, GzDecoder, MultiGzDecoder, ZlibDecoder};
use model::Truncation;

use crate::Limits;

/// Gzip members in one body. An honest body has one; some servers append a few.
const MAX_MEMBERS: usize = 64;

/// A small body may expand to this much whatever the ratio.
const ALWAYS_ALLOWED: usize = 64 << 10;

/// The codings that were applied, lower-case, without `identity`.
pub(crate) fn codings<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    values
        .flat_map(|value| value.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect()
}

/// The most that so many bytes may expand to.
pub(crate) fn most(raw: usize, limits: &Limits, cap: usize) -> usize {
    cap.min(raw.saturating_mul(limits.ratio).max(ALWAYS_ALLOWED))
}

/// Whether what was packed once comes to no more than so many bytes; nothing of it is kept.
pub(crate) fn fits(raw: &[u8], codings: &[String], limits: &Limits, cap: usize) -> bool {
    let cap = most(raw.len(), limits, cap) as u64;
    let length = |decoder: &mut dyn Read| std::io::copy(&mut decoder.take(cap + 1), &mut std::io::sink());
    let length = match codings {
        [coding] if matches!(coding.as_str(), "gzip" | "x-gzip") => length(&mut MultiGzDecoder::new(raw)),
        [coding] if coding == "deflate" && raw.first().is_some_and(|b| b & 0x0f == 8) => {
            length(&mut ZlibDecoder::new(raw))
        }
        [coding] if coding == "deflate" => length(&mut DeflateDecoder::new(raw)),
        _ => return false,
    };
    length.is_ok_and(|length| length <= cap)
}

/// The beginning of what is packed.
pub(crate) fn beginning(raw: &[u8], codings: &[String], limits: &Limits) -> Vec<u8> {
    const ENOUGH: usize = 4 << 10;
    // Each layer of packing is unpacked from a beginning of the one around it.
    decode(raw[..raw.len().min(ENOUGH)].to_vec(), codings, limits, ENOUGH).0
}

/// Undoes the codings, the last first (RFC 9110, section 8.4). What cannot be undone is kept as it came.
pub(crate) fn decode(raw: Vec<u8>, codings: &[String], limits: &Limits, cap: usize) -> (Vec<u8>, Option<Truncation>) {
    if codings.len() > limits.codings {
        return (raw, Some(Truncation::Undecodable));
    }
    let most = most(raw.len(), limits, cap);
    let mut bytes = raw;
    for coding in codings.iter().rev() {
        let decoded = match coding.as_str() {
            "gzip" | "x-gzip" => gunzip(&bytes, most),
            "deflate" if bytes.first().is_some_and(|b| b & 0x0f == 8) => take(ZlibDecoder::new(&*bytes), most),
            "deflate" => take(DeflateDecoder::new(&*bytes), most),
            _ => Decoded { bytes: Vec::new(), fault: Some(Truncation::Undecodable) },
        };
        match decoded.fault {
            None => bytes = decoded.bytes,
            Some(fault) if decoded.bytes.is_empty() => return (bytes, Some(fault)),
            Some(fault) => return (decoded.bytes, Some(fault)),
        }
    }
    (bytes, None)
}

struct Decoded {
    bytes: Vec<u8>,
    fault: Option<Truncation>,
}

/// Reads at most `most` bytes.
fn take(decoder: impl Read, most: usize) -> Decoded {
    // Room for a large document at once: growing by doubling would leave as much again behind.
    const LARGE: usize = 4 << 20;
    let mut bytes = Vec::with_capacity(if most > LARGE { most + 1 } else { 0 });
    let outcome = decoder.take(most as u64 + 1).read_to_end(&mut bytes);
    let fault = if bytes.len() > most {
        bytes.truncate(most);
        Some(Truncation::Bomb)
    } else {
        outcome.is_err().then_some(Truncation::Undecodable)
    };
    Decoded { bytes, fault }
}

/// Every member of a gzip file (RFC 1952, section 2.2), one after the other.
fn gunzip(raw: &[u8], most: usize) -> Decoded {
    let mut all = Decoded { bytes: Vec::new(), fault: None };
    let mut rest = raw;
    for _ in 0..MAX_MEMBERS {
        let member = take(GzDecoder::new(&mut rest), most - all.bytes.len());
        if all.bytes.is_empty() {
            all.bytes = member.bytes;
        } else {
            all.bytes.extend_from_slice(&member.bytes);
        }
        all.fault = member.fault;
        // Padding after the last member is common and means nothing.
        if all.fault.is_some() || rest.iter().all(|b| *b == 0) {
            return all;
        }
    }
    Decoded { fault: Some(Truncation::Bomb), ..all }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn undo(raw: Vec<u8>, header: &str) -> (Vec<u8>, Option<Truncation>) {
        let limits = Limits::default();
        let cap = limits.body_bytes;
        let (bytes, fault) = decode(raw, &codings([header].into_iter()), &limits, cap);
        assert!(bytes.len() <= cap);
        (bytes, fault)
    }

    #[test]
    fn codings_are_undone() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"text").unwrap();
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(b"text").unwrap();
        let two_members = [gzip(b"te"), gzip(b"xt"), vec![0; 8]].concat();
        for (raw, header) in [
            (b"text".to_vec(), ""),
            (b"text".to_vec(), "identity"),
            (gzip(b"text"), "gzip"),
            (gzip(b"text"), "X-GZIP"),
            (two_members, "gzip"),
            (zlib.finish().unwrap(), "deflate"),
            (deflate.finish().unwrap(), "deflate"),
            (gzip(&gzip(b"text")), "gzip, gzip"),
        ] {
            assert_eq!(undo(raw, header), (b"text".to_vec(), None), "{header}");
        }
    }

    #[test]
    fn what_fits_is_known_without_keeping_it() {
        let limits = Limits::default();
        let fits = |raw: &[u8], header: &str, cap| super::fits(raw, &codings([header].into_iter()), &limits, cap);
        let text = (0..40_000).map(|n| format!("{n} ")).collect::<Vec<_>>().concat();
        let (long, length) = (gzip(text.as_bytes()), text.len());
        assert!(fits(&long, "gzip", length) && !fits(&long, "gzip", length - 1));
        assert!(!fits(&long, "deflate", length) && !fits(&gzip(&long), "gzip, gzip", length));
        assert!(!fits(&gzip(&vec![0; 32 << 20]), "gzip", 64 << 20), "a bomb");
    }

    #[test]
    fn bombs_are_cut() {
        let bomb = gzip(&vec![0; 32 << 20]);
        assert_eq!(undo(bomb.clone(), "gzip").1, Some(Truncation::Bomb));
        assert_eq!(undo(gzip(&bomb), "gzip, gzip").1, Some(Truncation::Bomb));
        assert_eq!(undo(gzip(b"").repeat(100_000), "gzip").1, Some(Truncation::Bomb));
        let within_ratio = gzip(&vec![0; 50 << 10]);
        assert_eq!(undo(within_ratio, "gzip").1, None);
    }

    #[test]
    fn nonsense_is_kept_as_it_came() {
        for header in ["gzip", "br", "zstd", "gzip, gzip, gzip", "\u{0}"] {
            let kept = (b"not compressed".to_vec(), Some(Truncation::Undecodable));
            assert_eq!(undo(b"not compressed".to_vec(), header), kept, "{header}");
        }
        let whole = gzip(&(0..=255).collect::<Vec<u8>>());
        let mut corrupt = whole.clone();
        let last = corrupt.len() - 6;
        corrupt[last] ^= 1;
        assert_eq!(undo(corrupt, "gzip").1, Some(Truncation::Undecodable), "the checksum is wrong");
        assert_eq!(undo(whole[..whole.len() - 20].to_vec(), "gzip").1, Some(Truncation::Undecodable));
        let trailing = [gzip(b"text"), b"garbage".to_vec()].concat();
        assert_eq!(undo(trailing, "gzip"), (b"text".to_vec(), Some(Truncation::Undecodable)));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), zlib: bool) {
            let header = if zlib { "deflate" } else { "gzip" };
            let _ = undo(bytes.clone(), header);
            let mut damaged = gzip(&bytes);
            let middle = damaged.len() / 2;
            damaged[middle] ^= 0x55;
            let _ = undo(damaged, header);
        }
    }
}
