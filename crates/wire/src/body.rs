//! Reading a body within its limits, and decoding it.

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use model::Truncation;
use tokio::time::Instant;

use crate::Limits;

/// Reads a body up to `cap` bytes, in time and not too slowly.
pub(crate) async fn read(mut body: Incoming, limits: &Limits, cap: usize) -> (Vec<u8>, Option<Truncation>) {
    let started = Instant::now();
    let deadline = started + limits.body;
    let mut bytes = Vec::new();
    loop {
        let until = deadline.min(Instant::now() + patience(started, bytes.len(), limits));
        match tokio::time::timeout_at(until, body.frame()).await {
            Err(_) => return (bytes, Some(Truncation::Time)),
            Ok(None) => return (bytes, None),
            Ok(Some(Err(_))) => return (bytes, Some(Truncation::Ended)),
            Ok(Some(Ok(frame))) => {
                let data = frame.into_data().unwrap_or_else(|_| Bytes::new());
                let room = cap - bytes.len();
                if data.len() > room {
                    bytes.extend_from_slice(&data[..room]);
                    return (bytes, Some(Truncation::Cap));
                }
                bytes.extend_from_slice(&data);
                if Instant::now() >= deadline || is_slow(started, bytes.len(), limits) {
                    return (bytes, Some(Truncation::Time));
                }
            }
        }
    }
}

fn is_slow(started: Instant, received: usize, limits: &Limits) -> bool {
    let passed = started.elapsed();
    passed > limits.slow_after && (received as f64) < passed.as_secs_f64() * limits.slowest as f64
}

/// How long the next piece may take before the body falls under the minimum rate.
fn patience(started: Instant, received: usize, limits: &Limits) -> Duration {
    let earned = Duration::from_secs_f64(received as f64 / limits.slowest.max(1) as f64);
    limits.slow_after.max(earned).saturating_sub(started.elapsed()).max(Duration::from_millis(10))
}

/// Undoes `Content-Encoding` (gzip or deflate, one layer: we ask for no more). What cannot be undone is kept raw.
pub(crate) fn decode(
    raw: Vec<u8>,
    encoding: Option<&str>,
    limits: &Limits,
    cap: usize,
) -> (Vec<u8>, Option<Truncation>) {
    let encoding = encoding.unwrap_or("").trim().to_ascii_lowercase();
    let most = cap.min(raw.len().saturating_mul(limits.ratio).max(64 * 1024));
    let decoded = match encoding.as_str() {
        "" | "identity" => return (raw, None),
        _ if raw.is_empty() => return (raw, None),
        "gzip" | "x-gzip" => take(flate2::read::MultiGzDecoder::new(raw.as_slice()), most),
        "deflate" if raw.first().is_some_and(|b| b & 0x0f == 8) => {
            take(flate2::read::ZlibDecoder::new(raw.as_slice()), most)
        }
        "deflate" => take(flate2::read::DeflateDecoder::new(raw.as_slice()), most),
        _ => None,
    };
    match decoded {
        None => (raw, Some(Truncation::Undecodable)),
        Some((mut bytes, true)) => {
            bytes.truncate(most);
            (bytes, Some(Truncation::Bomb))
        }
        Some((bytes, false)) => (bytes, None),
    }
}

/// Reads at most `most` bytes; the flag says whether there was more. `None` when nothing could be decoded.
fn take(decoder: impl Read, most: usize) -> Option<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    let outcome = decoder.take(most as u64 + 1).read_to_end(&mut bytes);
    if outcome.is_err() && bytes.is_empty() {
        return None;
    }
    let more = bytes.len() > most;
    Some((bytes, more))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_bomb_is_cut_and_nonsense_is_kept_raw() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&vec![0; 8 * 1024 * 1024]).unwrap();
        let bomb = encoder.finish().unwrap();
        let limits = Limits::default();
        let (bytes, cut) = decode(bomb, Some("gzip"), &limits, limits.body_bytes);
        assert_eq!((bytes.len() <= limits.body_bytes, cut), (true, Some(Truncation::Bomb)));
        let (bytes, cut) = decode(b"not gzip".to_vec(), Some("gzip"), &limits, limits.body_bytes);
        assert_eq!((bytes.as_slice(), cut), (b"not gzip".as_slice(), Some(Truncation::Undecodable)));
        let (bytes, cut) = decode(b"plain".to_vec(), None, &limits, limits.body_bytes);
        assert_eq!((bytes.as_slice(), cut), (b"plain".as_slice(), None));
    }
}
