//! SARIF 2.1.0 (OASIS), within the limits of GitHub code scanning: 25,000 results a run, short texts, 20 tags a rule.

mod location;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use model::{Confidence, FindingView, LocationView, Redacted, Report, Severity, Status, TranscriptEntry, counted};

use crate::documents::page_for;
use crate::plain::{block, cut, plain};
use crate::{RuleDocuments, grade, json, place};
use types::{
    AutomationDetails, Configuration, Content, Driver, ExchangeProperties, Fingerprints, Index, Invocation, Log,
    Notification, ResultProperties, Rule, RuleProperties, Run, SarifResult, Text, Tool, WebRequest, WebResponse,
};

/// Most results of a run that GitHub accepts.
const RESULTS: usize = 25_000;

/// Longest short and full description that GitHub keeps, in characters.
const DESCRIPTION: usize = 1_000;

/// Renders the log.
pub(crate) fn render(report: &Report, documents: &RuleDocuments<'_>) -> String {
    let places: usize = report.findings.iter().map(|f| f.locations.len()).sum();
    let cited: BTreeSet<u32> =
        report.findings.iter().flat_map(|f| f.evidence.iter().filter_map(|e| e.exchange)).collect();
    let exchanges: Vec<&TranscriptEntry> = report.transcript.iter().filter(|e| cited.contains(&e.number)).collect();
    let index: BTreeMap<u32, usize> = exchanges.iter().enumerate().map(|(at, e)| (e.number, at)).collect();
    let results = report
        .findings
        .iter()
        .enumerate()
        .flat_map(|(rule, finding)| finding.locations.iter().enumerate().map(move |(at, l)| (rule, finding, at, l)))
        .take(RESULTS)
        .map(|(rule, finding, at, view)| result(rule, finding, at, view, &index))
        .collect();
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: &report.tool.name,
                version: &report.tool.version,
                semantic_version: &report.tool.version,
                rules: report.findings.iter().map(|f| rule(f, documents)).collect(),
            },
        },
        automation_details: AutomationDetails {
            id: format!("middlebrick/{}/", cut(&plain(authority(&report.url)), 200)),
        },
        invocations: [invocation(report, places)],
        column_kind: "utf16CodeUnits",
        results,
        web_requests: exchanges.iter().map(|e| request(e)).collect(),
        web_responses: exchanges.iter().map(|e| response(e)).collect(),
        properties: properties(report),
    };
    let log = Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
    json::write(&log)
}

/// `example.com:8443` of a URL.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

fn properties(report: &Report) -> BTreeMap<&'static str, serde_json::Value> {
    BTreeMap::from([
        ("score", report.score.into()),
        ("grade", report.grade.map(|g| g.to_string()).into()),
        ("provisional", report.provisional.into()),
        ("gradeReason", report.grade_reason.as_deref().map(plain).into()),
        ("url", plain(&report.url).into()),
        ("scan", report.id.clone().into()),
        ("notTested", report.not_tested.len().into()),
    ])
}

fn invocation(report: &Report, places: usize) -> Invocation<'_> {
    let mut notes = Vec::new();
    if report.status != Status::Completed {
        let why = report.status_detail.as_deref().unwrap_or("no reason is known");
        notes.push(Notification { level: "error", message: message(&format!("the scan did not complete: {why}")) });
    }
    if let Some(why) = grade::reason(report) {
        notes.push(Notification { level: "warning", message: message(&why) });
    }
    notes.extend(report.notes.iter().map(|note| Notification { level: "note", message: message(note) }));
    if places > RESULTS {
        let text =
            format!("left out: {}, since a run may have {RESULTS} results", counted(places - RESULTS, "location"));
        notes.push(Notification { level: "warning", message: message(&text) });
    }
    Invocation {
        execution_successful: report.status == Status::Completed,
        start_time_utc: &report.started_at,
        end_time_utc: &report.completed_at,
        tool_execution_notifications: notes,
    }
}

fn rule<'a>(finding: &'a FindingView, documents: &RuleDocuments<'_>) -> Rule<'a> {
    let page = documents.get(finding.id.as_str()).map(|d| d.page).filter(|p| !p.is_empty());
    Rule {
        id: &finding.id,
        name: cut(&pascal(&finding.id), 255),
        short_description: Text::plain(cut(&plain(&finding.title), DESCRIPTION)),
        full_description: Text::plain(cut(&plain(&finding.description), DESCRIPTION)),
        help_uri: finding.references.iter().map(String::as_str).find(|r| r.starts_with("https://")),
        help: Text { text: plain(&finding.remediation), markdown: page.map(|page| page_for(finding, page)) },
        default_configuration: Configuration { level: level(finding.severity) },
        properties: RuleProperties {
            category: finding.category.id(),
            precision: precision(finding.confidence),
            problem_severity: match finding.severity {
                Severity::Critical | Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low | Severity::Info => "recommendation",
            },
            security_severity: security_severity(finding.severity),
            tags: tags(finding),
        },
    }
}

/// `WerkzeugDebugger` for `werkzeug-debugger`.
fn pascal(id: &str) -> String {
    id.split('-').fold(String::new(), |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        name.extend(letters);
        name
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// A number in the middle of the range that GitHub calls by the same name (over 9.0 critical, 7.0 high, 4.0 medium, 0.1 low).
const fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}

const fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Confirmed => "very-high",
        Confidence::Firm => "high",
        Confidence::Tentative => "medium",
    }
}

fn tags(finding: &FindingView) -> Vec<String> {
    let mut tags = vec!["security".to_owned(), finding.category.id().to_owned()];
    // GitHub reads CWE numbers from tags of this form.
    tags.extend(finding.cwe.iter().map(|c| format!("external/cwe/{}", c.to_ascii_lowercase())));
    tags.extend(finding.owasp.iter().map(|o| format!("owasp/{o}")));
    let mut seen = BTreeSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
    tags.truncate(20);
    tags
}

fn result<'a>(
    rule: usize,
    finding: &'a FindingView,
    at: usize,
    view: &'a LocationView,
    index: &BTreeMap<u32, usize>,
) -> SarifResult<'a> {
    let first = finding.evidence.iter().filter(|e| e.location as usize == at).find_map(|e| e.exchange);
    let shown = first.and_then(|exchange| index.get(&exchange));
    let detail = if view.detail.is_empty() { String::new() } else { format!(" {}", view.detail) };
    SarifResult {
        rule_id: &finding.id,
        rule_index: rule,
        level: level(finding.severity),
        message: message(&format!("{}: {}.{detail}", place::full(view), finding.title)),
        locations: [location::location(view)],
        partial_fingerprints: Fingerprints { primary: format!("{}:1", view.fingerprint), ours: &view.fingerprint },
        web_request: shown.map(|index| Index { index: *index }),
        web_response: shown.map(|index| Index { index: *index }),
        properties: ResultProperties {
            confidence: view.confidence.id(),
            severity: finding.severity.id(),
            category: finding.category.id(),
            reproduce: &view.reproduce,
            steps: &view.steps,
        },
    }
}

/// A message: braces are doubled (they stand for arguments, section 3.11.5) and nothing can become a link (3.11.6).
fn message(text: &str) -> Text {
    let text = cut(&plain(text), DESCRIPTION);
    Text::plain(text.replace('{', "{{").replace('}', "}}").replace("](", "\\]("))
}

fn request(entry: &TranscriptEntry) -> WebRequest {
    WebRequest {
        protocol: "HTTP",
        version: version(entry),
        target: plain(&entry.url),
        method: plain(entry.method.as_str()),
        headers: headers(&entry.request_headers),
        body: content(&entry.request_body),
        properties: ExchangeProperties { exchange: entry.number },
    }
}

fn response(entry: &TranscriptEntry) -> WebResponse {
    WebResponse {
        protocol: entry.status.map(|_| "HTTP"),
        version: version(entry),
        status_code: entry.status,
        reason_phrase: plain(&entry.reason),
        headers: headers(&entry.response_headers),
        body: content(&entry.response_body),
        no_response_received: entry.status.is_none(),
        properties: ExchangeProperties { exchange: entry.number },
    }
}

fn version(entry: &TranscriptEntry) -> String {
    plain(entry.version.strip_prefix("HTTP/").unwrap_or(&entry.version))
}

/// Headers as the map that SARIF has; equal names are joined by commas (RFC 9110 section 5.3).
fn headers(headers: &[(Redacted, Redacted)]) -> BTreeMap<String, String> {
    headers.iter().fold(BTreeMap::new(), |mut map, (name, value)| {
        map.entry(plain(name))
            .and_modify(|known: &mut String| {
                known.push_str(", ");
                known.push_str(&plain(value));
            })
            .or_insert_with(|| plain(value));
        map
    })
}

fn content(body: &str) -> Option<Content> {
    (!body.is_empty()).then(|| Content { text: block(body) })
}
