//! The exchanges as they may leave the process.

use std::collections::BTreeSet;

use model::{AlteredView, Redacted, Redactor, TranscriptEntry};
use wire::Recorded;

/// Longest body shown, in characters.
const BODY: usize = 4_000;

/// The exchanges that findings cite, numbered and redacted. The others are counted, not kept.
pub(crate) fn entries(records: &[Recorded], redactor: &Redactor, cited: &BTreeSet<u32>) -> Vec<TranscriptEntry> {
    records
        .iter()
        .enumerate()
        .map(|(at, record)| (at as u32 + 1, record))
        .filter(|(number, _)| cited.contains(number))
        .map(|(number, record)| entry(number, record, redactor))
        .collect()
}

fn entry(number: u32, record: &Recorded, redactor: &Redactor) -> TranscriptEntry {
    let exchange = &record.exchange;
    let request = &exchange.request;
    let response = exchange.response();
    let ours = super::curl::ours(request);
    let trouble = exchange.failure().map(ToString::to_string).or_else(|| {
        response.and_then(|r| r.truncated).map(|t| format!("the body is incomplete ({t:?})").to_lowercase())
    });
    TranscriptEntry {
        number,
        round: record.key.round,
        method: request.method.clone(),
        url: redactor.sent(&request.url(), &ours),
        request_headers: request
            .headers
            .iter()
            .map(|(n, v)| (redactor.text(n), redactor.header(n, &String::from_utf8_lossy(v))))
            .collect(),
        request_body: redactor.sent(&head(&String::from_utf8_lossy(&request.body)), &ours).cut(BODY),
        altered: request
            .altered
            .iter()
            .map(|altered| AlteredView {
                place: altered.place.clone(),
                name: redactor.text(&altered.name),
                payload: redactor.text(&altered.payload),
            })
            .collect(),
        identity: request.identity.as_deref().map(|name| redactor.text(name)),
        status: response.map(|r| r.status),
        version: response.map(|r| Redacted::fixed(r.version)).unwrap_or_default(),
        reason: response.map(|r| redactor.text(&r.reason)).unwrap_or_default(),
        response_headers: response
            .map(|r| r.headers.iter().map(|(n, v)| (redactor.text(n), redactor.header(n, v))).collect())
            .unwrap_or_default(),
        // Cut before masking keeps the work bounded; a secret across the cut loses its end and with it its use.
        response_body: response.map(|r| redactor.text(&head(&r.text())).cut(BODY)).unwrap_or_default(),
        response_bytes: response.map_or(0, |r| r.body_len() as u64),
        trouble: trouble.map(|why| redactor.text(&why)),
        elapsed_ms: exchange.elapsed_us as f64 / 1000.0,
        sent_at_ms: record.sent_at_ms,
    }
}

fn head(text: &str) -> String {
    text.chars().take(BODY * 2).collect()
}
