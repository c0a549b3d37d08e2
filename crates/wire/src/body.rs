//! Reading a body within its limits, and undoing its content codings.

use std::time::Duration;

use bytes::Bytes;
use model::{Response, Truncation};
use tokio::time::Instant;

use crate::allowance::Allowance;
use crate::in_flight::{FREE, Loan};
use crate::slow::Patience;
use crate::{Limits, decode, document};

/// A body that comes in pieces.
pub(crate) trait Pieces {
    /// The next piece; `None` at the end, an error when it did not end as announced.
    fn next(&mut self) -> impl Future<Output = Option<Result<Bytes, Truncation>>> + Send;

    /// How many bytes are still to come, when that is known.
    fn announced(&self) -> Option<usize>;
}

/// A body as it came, with the memory it borrowed.
#[derive(Debug)]
pub(crate) struct Raw<'a> {
    pub(crate) bytes: Vec<u8>,
    pub(crate) cut: Option<Truncation>,
    loan: Loan<'a>,
}

/// Reads a body within its allowance, in time and not too slowly. Time spent waiting for memory is not the server's.
pub(crate) async fn read<'a>(
    pieces: &mut impl Pieces,
    limits: &Limits,
    allowance: Allowance<'a>,
    codings: &[String],
) -> Raw<'a> {
    let mut started = Instant::now();
    let mut raw = Raw { bytes: Vec::new(), cut: None, loan: Loan::default() };
    let announced = pieces.announced().unwrap_or(usize::MAX);
    let mut most = allowance.bytes;
    loop {
        let deadline = started + allowance.patience.body;
        let until = deadline.min(Instant::now() + patience(started, raw.bytes.len(), limits, allowance.patience));
        let data = match tokio::time::timeout_at(until, pieces.next()).await {
            Err(_) => return Raw { cut: Some(Truncation::Time), ..raw },
            Ok(None) => return raw,
            Ok(Some(Err(why))) => return Raw { cut: Some(why), ..raw },
            Ok(Some(Ok(data))) => data,
        };
        let length = raw.bytes.len() + data.len();
        if length > FREE {
            let waiting = Instant::now();
            // What is unpacked comes beside what is packed.
            let unpacked = if codings.is_empty() { 0 } else { allowance.bytes };
            raw.loan.borrow(allowance.in_flight, announced.min(allowance.bytes) + unpacked).await;
            // A part of a document is none: what is announced as longer than one may be is not read for one.
            let fits = allowance.document > most && (announced == usize::MAX || announced <= allowance.document);
            if length > most && fits && document::begins(&decode::beginning(&raw.bytes, codings, limits)) {
                raw.loan.borrow_for_document(allowance.in_flight).await;
                most = allowance.document;
                // At once: growing by doubling would leave as much again behind.
                raw.bytes.reserve_exact(announced.min(most) - raw.bytes.len());
            }
            started += waiting.elapsed();
        }
        let room = most - raw.bytes.len();
        if data.len() > room {
            raw.bytes.extend_from_slice(&data[..room]);
            return Raw { cut: Some(Truncation::Cap), ..raw };
        }
        raw.bytes.extend_from_slice(&data);
        let deadline = started + allowance.patience.body;
        if Instant::now() >= deadline || is_slow(started, raw.bytes.len(), limits, allowance.patience) {
            return Raw { cut: Some(Truncation::Time), ..raw };
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

/// The response with the body, decoded.
pub(crate) async fn finish<'a>(
    response: Response,
    raw: Raw<'a>,
    codings: Vec<String>,
    limits: &Limits,
    allowance: Allowance<'a>,
) -> Response {
    let Raw { bytes, cut, mut loan } = raw;
    if codings.is_empty() || bytes.is_empty() {
        return with_body(response, bytes, cut);
    }
    let mut most = allowance.bytes;
    loan.borrow(allowance.in_flight, decode::most(bytes.len(), limits, most)).await;
    let is_larger = decode::most(bytes.len(), limits, allowance.document) > most;
    if is_larger
        && document::begins(&decode::beginning(&bytes, &codings, limits))
        && decode::fits(&bytes, &codings, limits, allowance.document)
    {
        loan.borrow_for_document(allowance.in_flight).await;
        most = allowance.document;
    }
    let (body, undecoded) = decoded(bytes, codings, limits, most).await;
    with_body(response, body, cut.or(undecoded))
}

/// Decodes; what is large, where it keeps nobody waiting.
async fn decoded(bytes: Vec<u8>, codings: Vec<String>, limits: &Limits, most: usize) -> (Vec<u8>, Option<Truncation>) {
    const LARGE: usize = 256 << 10;
    if bytes.len() < LARGE {
        return decode::decode(bytes, &codings, limits, most);
    }
    let limits = limits.clone();
    tokio::task::spawn_blocking(move || decode::decode(bytes, &codings, &limits, most))
        .await
        .unwrap_or((Vec::new(), Some(Truncation::Undecodable)))
}

fn with_body(response: Response, mut body: Vec<u8>, truncated: Option<Truncation>) -> Response {
    // It grew by doubling, and may be kept to the end of the scan.
    body.shrink_to_fit();
    let mut response = response.with_body(body);
    response.truncated = truncated;
    response
}
