//! Reading a body within its limits, and undoing its content codings.

use std::time::Duration;

use bytes::Bytes;
use model::{Response, Truncation};
use tokio::time::Instant;

use crate::kept::Allowance;
use crate::slow::Patience;
use crate::{Limits, decode};

/// A body that comes in pieces.
pub(crate) trait Pieces {
    /// The next piece; `None` at the end, an error when it did not end as announced.
    fn next(&mut self) -> impl Future<Output = Option<Result<Bytes, Truncation>>> + Send;
}

/// Reads a body within its allowance, in time and not too slowly.
pub(crate) async fn read(
    pieces: &mut impl Pieces,
    limits: &Limits,
    allowance: Allowance,
) -> (Vec<u8>, Option<Truncation>) {
    let started = Instant::now();
    let deadline = started + allowance.patience.body;
    let mut bytes = Vec::new();
    loop {
        let until = deadline.min(Instant::now() + patience(started, bytes.len(), limits, allowance.patience));
        match tokio::time::timeout_at(until, pieces.next()).await {
            Err(_) => return (bytes, Some(Truncation::Time)),
            Ok(None) => return (bytes, None),
            Ok(Some(Err(why))) => return (bytes, Some(why)),
            Ok(Some(Ok(data))) => {
                let room = allowance.bytes - bytes.len();
                if data.len() > room {
                    bytes.extend_from_slice(&data[..room]);
                    return (bytes, Some(Truncation::Cap));
                }
                bytes.extend_from_slice(&data);
                if Instant::now() >= deadline || is_slow(started, bytes.len(), limits, allowance.patience) {
                    return (bytes, Some(Truncation::Time));
                }
            }
        }
    }
}

fn is_slow(started: Instant, received: usize, limits: &Limits, patience: Patience) -> bool {
    let passed = started.elapsed();
    passed > patience.slow_after && (received as f64) < passed.as_secs_f64() * limits.slowest as f64
}

/// How long the next piece may take before the body falls under the minimum rate.
fn patience(started: Instant, received: usize, limits: &Limits, patience: Patience) -> Duration {
    let earned = Duration::from_secs_f64(received as f64 / limits.slowest.max(1) as f64);
    patience.slow_after.max(earned).saturating_sub(started.elapsed()).max(Duration::from_millis(10))
}

/// Puts the body into the response, decoded.
pub(crate) async fn finish(
    response: &mut Response,
    raw: Vec<u8>,
    cut: Option<Truncation>,
    limits: &Limits,
    allowance: Allowance,
) {
    /// Larger bodies are decoded where they keep nobody waiting.
    const LARGE: usize = 256 << 10;
    let codings = decode::codings(response.header_all("content-encoding"));
    let (body, undecoded) = if codings.is_empty() || raw.is_empty() {
        (raw, None)
    } else if raw.len() < LARGE {
        decode::decode(raw, &codings, limits, allowance.bytes)
    } else {
        let limits = limits.clone();
        tokio::task::spawn_blocking(move || decode::decode(raw, &codings, &limits, allowance.bytes))
            .await
            .unwrap_or((Vec::new(), Some(Truncation::Undecodable)))
    };
    response.body = body;
    // It is kept to the end of the scan, and grew by doubling.
    response.body.shrink_to_fit();
    response.truncated = cut.or(undecoded);
}
