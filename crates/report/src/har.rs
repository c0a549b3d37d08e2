//! HAR 1.2: the transcript, for any tool that shows HTTP archives. Secrets are masked as in every other format.

use std::fmt::Write as _;

use model::{AlteredView, Redacted, Report, TranscriptEntry};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Renders the archive: the exchanges that findings cite, or all of them when the scan kept them.
pub(crate) fn render(report: &Report) -> String {
    let archive = json!({
        "log": {
            "version": "1.2",
            "creator": { "name": report.tool.name, "version": report.tool.version },
            "entries": report.transcript.iter().map(entry).collect::<Vec<_>>(),
            "comment": format!("{} {}; secrets are masked, bodies are cut", report.id, report.url),
        }
    });
    crate::json::write(&archive)
}

fn entry(entry: &TranscriptEntry) -> Value {
    let mut value = json!({
        "startedDateTime": started(entry.sent_at_ms),
        "time": entry.elapsed_ms,
        "request": request(entry),
        "response": response(entry),
        "cache": {},
        "timings": { "send": 0, "wait": entry.elapsed_ms, "receive": 0 },
        "comment": comment(entry),
    });
    if let Some(trouble) = &entry.trouble {
        // The name under which Chromium writes it.
        value["response"]["_error"] = Value::from(trouble.as_str());
    }
    value
}

fn comment(entry: &TranscriptEntry) -> String {
    let altered: Vec<String> =
        entry.altered.iter().map(|AlteredView { place, name, .. }| format!("{place} {name}")).collect();
    let identity = entry.identity.as_deref().map_or_else(String::new, |i| format!(", as {i}"));
    let altered = if altered.is_empty() { String::new() } else { format!(", altered: {}", altered.join(", ")) };
    format!("exchange {}, round {}{identity}{altered}", entry.number, format!("{:?}", entry.round).to_lowercase())
}

fn request(entry: &TranscriptEntry) -> Value {
    let mut request = json!({
        "method": entry.method.as_str(),
        "url": uri(&entry.url),
        "httpVersion": version(entry),
        "cookies": [],
        "headers": headers(&entry.request_headers),
        "queryString": query(&entry.url),
        "headersSize": -1,
        "bodySize": entry.request_body.len(),
    });
    if request["url"] != entry.url.as_str() {
        request["_urlAsSent"] = Value::from(entry.url.as_str());
    }
    if !entry.request_body.is_empty() {
        let media = header(&entry.request_headers, "content-type").unwrap_or("application/octet-stream");
        request["postData"] = json!({ "mimeType": media, "text": entry.request_body });
    }
    request
}

/// The URL with what a URI may not have (RFC 3986) percent-encoded, because probes send such things on purpose.
fn uri(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let start = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| at + start);
    let (origin, target) = url.split_at(start);
    let bytes = target.as_bytes();
    bytes.iter().enumerate().fold(origin.to_owned(), |mut out, (at, byte)| {
        let escape =
            *byte == b'%' && bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        if escape || byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(byte) {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

fn response(entry: &TranscriptEntry) -> Value {
    json!({
        // 0 stands for "no response", as in browsers.
        "status": entry.status.unwrap_or(0),
        "statusText": entry.reason,
        "httpVersion": version(entry),
        "cookies": [],
        "headers": headers(&entry.response_headers),
        "content": {
            "size": entry.response_bytes,
            "mimeType": header(&entry.response_headers, "content-type").unwrap_or(""),
            "text": entry.response_body,
        },
        "redirectURL": header(&entry.response_headers, "location").unwrap_or(""),
        "headersSize": -1,
        "bodySize": entry.response_bytes,
    })
}

fn version(entry: &TranscriptEntry) -> &str {
    if entry.version.is_empty() { "HTTP/1.1" } else { &entry.version }
}

fn header<'a>(headers: &'a [(Redacted, Redacted)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}

fn headers(headers: &[(Redacted, Redacted)]) -> Vec<Value> {
    headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// The query's pairs, still encoded: what was sent matters here, not what it means.
fn query(url: &str) -> Vec<Value> {
    let query = url.split('#').next().and_then(|u| u.split_once('?')).map_or("", |(_, query)| query);
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            json!({ "name": name, "value": value })
        })
        .collect()
}

fn started(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_becomes_a_uri() {
        assert_eq!(uri("http://[::1]:80/a b%2f%zz?q=<x>{y}"), "http://[::1]:80/a%20b%2f%25zz?q=%3Cx%3E%7By%7D");
    }
}
