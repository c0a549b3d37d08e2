//! The DAST report of GitLab, version 15.2.1 of its schema
//! (<https://gitlab.com/gitlab-org/security-products/security-report-schemas>).

use model::{Confidence, FindingView, LocationView, Report, Severity, Status};
use serde_json::{Value, json};

use crate::place;
use crate::plain::{block, cut, plain};

const VERSION: &str = "15.2.1";

/// Longest name and longest text, in characters: the schema's own bounds.
const NAME: usize = 255;
const TEXT: usize = 10_000;

/// One vulnerability for each location of each finding.
pub(crate) fn render(report: &Report) -> String {
    let host = host(&report.url);
    let vulnerabilities: Vec<Value> = report
        .findings
        .iter()
        .flat_map(|finding| finding.locations.iter().map(|location| vulnerability(finding, location, &host)))
        .collect();
    let scanned: Vec<Value> = report
        .surface
        .iter()
        .map(|o| json!({ "method": o.method.as_str(), "url": format!("{host}{}", plain(&o.path)), "type": "url" }))
        .collect();
    let tool = json!({
        "id": "middlebrick",
        "name": "middlebrick",
        "version": report.tool.version,
        "vendor": { "name": "middlebrick" },
    });
    crate::json::write(&json!({
        "version": VERSION,
        "scan": {
            "analyzer": tool,
            "scanner": tool,
            "type": "dast",
            "status": if report.status == Status::Completed { "success" } else { "failure" },
            "start_time": local(&report.started_at),
            "end_time": local(&report.completed_at),
            "scanned_resources": scanned,
        },
        "vulnerabilities": vulnerabilities,
    }))
}

fn vulnerability(finding: &FindingView, location: &LocationView, host: &str) -> Value {
    let rule = json!({ "type": "middlebrick_rule", "name": finding.id, "value": finding.id });
    let weaknesses = finding.cwe.iter().filter_map(|id| {
        let number = id.strip_prefix("CWE-")?;
        let url = format!("https://cwe.mitre.org/data/definitions/{number}.html");
        Some(json!({ "type": "cwe", "name": id, "value": number, "url": url }))
    });
    let identifiers: Vec<Value> = [rule].into_iter().chain(weaknesses).collect();
    let links: Vec<Value> = finding.references.iter().map(|url| json!({ "url": url })).collect();
    let detail = if location.detail.is_empty() { String::new() } else { format!("\n\n{}", block(&location.detail)) };
    let mut place = json!({
        "hostname": host,
        "method": location.method.as_ref().map_or("GET", model::Method::as_str),
        "path": location.path.as_deref().map_or_else(|| plain(&place::operation(location)), plain),
    });
    if let Some(part) = &location.parameter {
        place["param"] = Value::from(plain(&part.name));
    }
    json!({
        "id": uuid(&location.fingerprint),
        "name": cut(&plain(&finding.title), NAME),
        "description": cut(&format!("{}{detail}", block(&finding.description)), TEXT),
        "severity": severity(finding.severity),
        "confidence": confidence(location.confidence),
        "solution": cut(&block(&finding.remediation), TEXT),
        "identifiers": identifiers,
        "links": links,
        "location": place,
        "evidence": { "summary": cut(&plain(&location.reproduce), TEXT) },
    })
}

/// Scheme, host and port of a URL.
fn host(url: &str) -> String {
    let from = url.find("://").map_or(0, |at| at + 3);
    let to = url[from..].find(['/', '?']).map_or(url.len(), |at| from + at);
    plain(&url[..to])
}

/// `2026-01-31T10:20:30`: the schema's times have no zone and are in UTC.
fn local(time: &str) -> &str {
    time.get(..19).unwrap_or(time)
}

/// A fingerprint in the form of a UUID, as the schema asks for: equal for equal findings, and of the version that is for such (8, RFC 9562).
fn uuid(fingerprint: &str) -> String {
    let digits = format!("{fingerprint:0<32}");
    format!("{}-{}-8{}-8{}-{}", &digits[..8], &digits[8..12], &digits[12..15], &digits[15..18], &digits[18..30])
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Confirmed => "Confirmed",
        Confidence::Firm => "High",
        Confidence::Tentative => "Low",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_becomes_a_uuid_of_version_8() {
        assert_eq!(uuid("0123456789abcdef0123"), "01234567-89ab-8cde-8f01-230000000000");
    }

    #[test]
    fn a_host_ends_where_the_path_begins() {
        assert_eq!(host("http://127.0.0.1:5000/api?x=http://y"), "http://127.0.0.1:5000");
        assert_eq!(host("https://api.example"), "https://api.example");
    }
}
