//! The report as the template wants it: every string of the target already passed through [`plain`] or [`block`], everything bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use model::{
    Category, FindingView, LocationView, Redacted, Report, Severity, Status, StepView, TranscriptEntry, Verdict,
    counted,
};

use super::code::{self, CodeLine};
use super::page;
use crate::plain::{block, cut, plain};
use crate::{RuleDocuments, place};

/// Most locations shown of one finding.
const LOCATIONS: usize = 100;

/// Most operations shown of the surface, and most of them with the rules that were tried.
const OPERATIONS: usize = 2_000;
const OPERATIONS_IN_DETAIL: usize = 300;

/// Longest line of the target's text, and longest body, in characters.
const LINE: usize = 1_000;
const BODY: usize = 4_000;

fn line(text: &str) -> String {
    cut(&plain(text), LINE)
}

/// One finding.
pub(super) struct Finding {
    pub(super) id: String,
    pub(super) severity: &'static str,
    pub(super) confidence: &'static str,
    pub(super) confidence_says: &'static str,
    pub(super) category: &'static str,
    pub(super) category_label: &'static str,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) remediation: String,
    /// What the text filter looks in, lower-case.
    pub(super) search: String,
    pub(super) first: String,
    pub(super) count: usize,
    pub(super) locations: Vec<Location>,
    pub(super) hidden_locations: usize,
    pub(super) about: String,
    pub(super) how_to_fix: String,
    pub(super) vulnerable: Vec<CodeLine>,
    pub(super) fixed: Vec<CodeLine>,
    pub(super) ids: Vec<String>,
    pub(super) compliance: Vec<String>,
    pub(super) references: Vec<Reference>,
}

/// A reference; only `https:` ones are links.
pub(super) struct Reference {
    pub(super) text: String,
    pub(super) is_link: bool,
}

/// One location with what shows it.
pub(super) struct Location {
    pub(super) place: String,
    pub(super) confidence: &'static str,
    pub(super) detail: String,
    pub(super) reproduce: String,
    /// The whole proof, if it takes more than one request.
    pub(super) steps: Vec<Step>,
    pub(super) evidence: Vec<Evidence>,
}

/// A step of a proof.
pub(super) struct Step {
    pub(super) command: String,
    pub(super) look_for: String,
}

/// One piece of evidence.
pub(super) struct Evidence {
    pub(super) number: u32,
    /// The place in the source; empty for an exchange.
    pub(super) place: String,
    pub(super) excerpt: String,
    pub(super) exchange: Option<Exchange>,
}

/// A request and its answer as text.
pub(super) struct Exchange {
    /// Whether it is written out here; later citations link to the first.
    pub(super) first: bool,
    pub(super) request: String,
    pub(super) response: String,
    pub(super) facts: String,
}

/// A category's row.
pub(super) struct CategoryRow {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) score: Option<u8>,
    pub(super) grade: String,
    pub(super) note: String,
    /// Rules that passed, and all that apply.
    pub(super) passed: usize,
    pub(super) rules: usize,
}

/// A slice of the severity ring: how many, and its start and length of 100.
pub(super) struct Slice {
    pub(super) severity: &'static str,
    pub(super) count: usize,
    pub(super) start: f64,
    pub(super) length: f64,
}

/// An operation's row.
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) source: &'static str,
    pub(super) status: String,
    pub(super) status_class: &'static str,
    pub(super) requests: u32,
    pub(super) findings: usize,
    pub(super) tried: Vec<String>,
    pub(super) tried_count: usize,
    pub(super) not_tested: String,
}

/// Rules that share a reason for not having been tested.
pub(super) struct Reason {
    pub(super) detail: String,
    pub(super) rules: Vec<String>,
    pub(super) operations: Vec<String>,
    pub(super) hidden_operations: usize,
}

/// A rule's row in the list of all.
pub(super) struct RuleRow {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) category: &'static str,
    pub(super) severity: &'static str,
    pub(super) verdict: &'static str,
    pub(super) verdict_says: &'static str,
}

pub(super) fn findings(report: &Report, documents: &RuleDocuments<'_>) -> Vec<Finding> {
    let transcript: BTreeMap<u32, &TranscriptEntry> = report.transcript.iter().map(|e| (e.number, e)).collect();
    let mut shown = BTreeSet::new();
    report.findings.iter().map(|f| finding(f, &transcript, &mut shown, documents)).collect()
}

fn finding(
    finding: &FindingView,
    transcript: &BTreeMap<u32, &TranscriptEntry>,
    shown: &mut BTreeSet<u32>,
    documents: &RuleDocuments<'_>,
) -> Finding {
    let document = documents.get(finding.id.as_str()).copied().unwrap_or_default();
    let page = page::parts(document.page);
    let (vulnerable, fixed) = code::sides(document.vulnerable, document.fixed);
    let places: Vec<String> = finding.locations.iter().take(LOCATIONS).map(|l| line(&place::full(l))).collect();
    let search = format!("{} {} {} {}", finding.id, finding.title, finding.category.label(), places.join(" "));
    let locations = finding
        .locations
        .iter()
        .zip(&places)
        .enumerate()
        .map(|(at, (location, place))| Location {
            place: place.clone(),
            confidence: location.confidence.id(),
            detail: line(&location.detail),
            reproduce: cut(&plain(&location.reproduce), BODY),
            steps: steps(location),
            evidence: evidence(finding, at, transcript, shown),
        })
        .collect();
    Finding {
        id: line(&finding.id),
        severity: finding.severity.id(),
        confidence: finding.confidence.id(),
        confidence_says: confidence_says(finding.confidence),
        category: finding.category.id(),
        category_label: finding.category.label(),
        title: line(&finding.title),
        description: cut(&plain(&finding.description), BODY),
        remediation: cut(&plain(&finding.remediation), BODY),
        search: cut(&plain(&search).to_lowercase(), BODY),
        first: places.first().cloned().unwrap_or_default(),
        count: finding.locations.len(),
        locations,
        hidden_locations: finding.locations.len().saturating_sub(LOCATIONS),
        about: page.about,
        how_to_fix: page.fix,
        vulnerable,
        fixed,
        ids: finding.cwe.iter().chain(&finding.owasp).map(|id| line(id)).collect(),
        compliance: finding.compliance.iter().map(|c| line(&format!("{}: {}", c.standard, c.requirement))).collect(),
        references: finding
            .references
            .iter()
            .map(|r| Reference {
                text: line(r),
                is_link: r.starts_with("https://") && r.chars().all(|c| c.is_ascii_graphic()),
            })
            .collect(),
    }
}

/// Nothing for a proof by one request: its command stands there already.
fn steps(location: &LocationView) -> Vec<Step> {
    let [_, _, ..] = location.steps.as_slice() else { return Vec::new() };
    let step = |step: &StepView| Step { command: cut(&plain(&step.command), BODY), look_for: line(&step.look_for) };
    location.steps.iter().map(step).collect()
}

const fn confidence_says(confidence: model::Confidence) -> &'static str {
    match confidence {
        model::Confidence::Confirmed => "the effect itself was shown, with a control that did not show it",
        model::Confidence::Firm => "a strong sign that a safe application does not show",
        model::Confidence::Tentative => "a hint that a person has to check",
    }
}

fn evidence(
    finding: &FindingView,
    at: usize,
    transcript: &BTreeMap<u32, &TranscriptEntry>,
    shown: &mut BTreeSet<u32>,
) -> Vec<Evidence> {
    finding
        .evidence
        .iter()
        .filter(|e| e.location as usize == at)
        .map(|e| Evidence {
            number: e.exchange.unwrap_or(0),
            place: e.file.as_deref().map(|file| line(&format!("{file}:{}", e.line.unwrap_or(1)))).unwrap_or_default(),
            excerpt: cut(&block(&e.excerpt), LINE),
            exchange: e
                .exchange
                .and_then(|number| transcript.get(&number))
                .map(|entry| exchange(entry, shown.insert(entry.number))),
        })
        .collect()
}

fn exchange(entry: &TranscriptEntry, first: bool) -> Exchange {
    if !first {
        return Exchange { first, request: String::new(), response: String::new(), facts: String::new() };
    }
    let mut request = format!("{} {}\n", line(entry.method.as_str()), line(&entry.url));
    headers(&entry.request_headers, &mut request);
    body(&entry.request_body, &mut request);
    let mut response = match entry.status {
        Some(status) => format!("{} {status} {}\n", line(&entry.version), line(&entry.reason)),
        None => String::new(),
    };
    headers(&entry.response_headers, &mut response);
    body(&entry.response_body, &mut response);
    if let Some(trouble) = &entry.trouble {
        let _ = write!(response, "\n({})", line(trouble));
    }
    let altered: Vec<String> = entry.altered.iter().map(|a| line(&format!("{} {}", a.place, a.name))).collect();
    let altered =
        if altered.is_empty() { "nothing altered".to_owned() } else { format!("altered: {}", altered.join(", ")) };
    let identity = entry.identity.as_deref().map_or_else(|| "anonymous".to_owned(), |i| format!("as {}", line(i)));
    Exchange {
        first,
        request: request.trim_end().to_owned(),
        response: response.trim().to_owned(),
        facts: format!(
            "{identity} · {altered} · {:.0} ms · {}",
            entry.elapsed_ms,
            counted(entry.response_bytes, "byte")
        ),
    }
}

fn headers(headers: &[(Redacted, Redacted)], out: &mut String) {
    for (name, value) in headers.iter().take(60) {
        let _ = writeln!(out, "{}: {}", line(name), line(value));
    }
}

fn body(text: &str, out: &mut String) {
    if !text.is_empty() {
        out.push('\n');
        out.push_str(&cut(&block(text), BODY));
    }
}

pub(super) fn categories(report: &Report) -> Vec<CategoryRow> {
    report
        .categories
        .iter()
        .map(|(category, result)| {
            let of = || report.rules.iter().filter(move |r| r.category == *category);
            let passed = of().filter(|r| r.verdict == Verdict::Passed).count();
            CategoryRow {
                id: category.id(),
                label: category.label(),
                score: result.score,
                grade: result.grade.map_or(String::new(), |g| g.to_string()),
                note: note(report, *category, result.score.is_some(), result.applies),
                passed,
                rules: of().filter(|r| !matches!(r.verdict, Verdict::NotApplicable)).count(),
            }
        })
        .collect()
}

fn note(report: &Report, category: Category, scored: bool, applies: bool) -> String {
    match (scored, applies) {
        (true, _) => {
            let counts: Vec<String> = Severity::ALL
                .into_iter()
                .filter_map(|severity| {
                    let n = report.findings.iter().filter(|f| f.category == category && f.severity == severity).count();
                    (n > 0).then(|| format!("{n} {severity}"))
                })
                .collect();
            counts.join(", ")
        }
        (false, true) => "not tested".to_owned(),
        (false, false) => "does not apply".to_owned(),
    }
}

/// The severity ring. Lengths are of a circle of 100 with a gap of one between slices.
pub(super) fn slices(report: &Report) -> Vec<Slice> {
    let total = report.findings.len().max(1) as f64;
    let mut start = 0.0;
    Severity::ALL
        .into_iter()
        .map(|severity| {
            let count = report.findings.iter().filter(|f| f.severity == severity).count();
            let share = count as f64 / total * 100.0;
            let slice = Slice { severity: severity.id(), count, start, length: (share - 1.0).max(0.0) };
            start += share;
            slice
        })
        .collect()
}

pub(super) fn operations(report: &Report) -> Vec<Operation> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &report.findings {
        let names: BTreeSet<String> = finding.locations.iter().map(place::operation).collect();
        for name in names {
            *found.entry(name).or_default() += 1;
        }
    }
    report
        .surface
        .iter()
        .take(OPERATIONS)
        .enumerate()
        .map(|(at, view)| {
            let name = format!("{} {}", view.method, view.path);
            Operation {
                method: line(view.method.as_str()),
                path: line(&view.path),
                source: source(view.source),
                status: view.status.map_or_else(|| "–".to_owned(), |s| s.to_string()),
                status_class: match view.status {
                    Some(200..=299) => "ok",
                    Some(500..) => "bad",
                    Some(_) => "meh",
                    None => "none",
                },
                requests: view.requests,
                findings: found.get(&name).copied().unwrap_or(0),
                tried: if at < OPERATIONS_IN_DETAIL {
                    view.tried.iter().map(|r| line(r)).collect()
                } else {
                    Vec::new()
                },
                tried_count: view.tried.len(),
                not_tested: view.not_tested.as_deref().map(line).unwrap_or_default(),
                name: line(&name),
            }
        })
        .collect()
}

/// Operations beyond what the table shows.
pub(super) fn hidden_operations(report: &Report) -> usize {
    report.surface.len().saturating_sub(OPERATIONS)
}

const fn source(source: model::Source) -> &'static str {
    match source {
        model::Source::Given => "given",
        model::Source::Specification => "specification",
        model::Source::Link => "link",
        model::Source::Form => "form",
        model::Source::Script => "script",
        model::Source::WellKnown => "well-known path",
        model::Source::Allow => "Allow header",
        model::Source::Import => "import",
    }
}

/// What was not tested, by reason; what does not apply or was not selected comes separately.
pub(super) fn reasons(report: &Report, applicable: bool) -> Vec<Reason> {
    const SHOWN: usize = 30;
    let mut by_detail: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for entry in &report.not_tested {
        if matches!(entry.reason.as_str(), "not-applicable" | "not-selected" | "reported-as") == applicable {
            continue;
        }
        let (rules, operations) = by_detail.entry(&entry.detail).or_default();
        rules.insert(&entry.rule);
        operations.extend(entry.operations.iter().map(Redacted::as_str));
    }
    let mut reasons: Vec<Reason> = by_detail
        .into_iter()
        .map(|(detail, (rules, operations))| Reason {
            detail: line(detail),
            rules: rules.into_iter().map(line).collect(),
            hidden_operations: operations.len().saturating_sub(SHOWN),
            operations: operations.into_iter().take(SHOWN).map(line).collect(),
        })
        .collect();
    reasons.sort_by_key(|r| std::cmp::Reverse(r.rules.len()));
    reasons
}

pub(super) fn rules(report: &Report) -> Vec<RuleRow> {
    report
        .rules
        .iter()
        .map(|rule| RuleRow {
            id: line(&rule.id),
            title: line(&rule.title),
            category: rule.category.label(),
            severity: rule.severity.id(),
            verdict: rule.verdict.id(),
            verdict_says: match rule.verdict {
                Verdict::Failed => "failed",
                Verdict::Ignored => "ignored",
                Verdict::Passed => "passed",
                Verdict::NotTested => "not tested",
                Verdict::NotApplicable => "does not apply",
            },
        })
        .collect()
}

/// How the scan ended, when there is something to say about it.
pub(super) fn trouble(report: &Report) -> String {
    let why = report.status_detail.as_deref().map(line).unwrap_or_default();
    match report.status {
        Status::Completed => String::new(),
        Status::Incomplete => format!("The scan is incomplete: {why}."),
        Status::Unreachable => format!("The target gave no HTTP answer: {why}."),
    }
}

pub(super) fn one_line(text: &str) -> String {
    line(text)
}
