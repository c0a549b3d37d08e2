//! From what the detectors proved to the report: joined by rule and location, scored, redacted. Pure but for the wire's transcript.

mod curl;
mod outcome;
mod transcript;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{
    Category, CategoryResult, Coverage, EvidenceView, Finding, FindingView, Grade, IgnoredView, LocationView, NextFix,
    NotTested, NotTestedView, Redactor, Report, Scored, Status, SurfaceView, Target, Tool, fingerprint, requirements,
    score,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wire::Wire;

use crate::Ended;

/// Most evidence a finding shows for one location, and in all.
const EVIDENCE_EACH: usize = 3;
const EVIDENCE_IN_ALL: usize = 40;

/// Builds the report.
pub(crate) fn report(target: &Target, wire: &Wire, ended: &Ended, elapsed: Duration, whole: bool) -> Report {
    let records = wire.transcript();
    let numbers: BTreeMap<u64, u32> =
        records.iter().enumerate().map(|(at, r)| (r.exchange.serial, at as u32 + 1)).collect();
    let mut redactor = Redactor::new();
    for identity in &target.identities {
        learn_identity(&mut redactor, identity);
    }
    let mut by_rule = outcome::by_rule(ended);
    let ignored = ignore(&mut by_rule, target);
    for rule in &by_rule {
        for finding in &rule.found {
            finding.secrets.iter().for_each(|s| redactor.learn(s.expose()));
        }
    }
    let scored: Vec<Scored> = by_rule.iter().map(outcome::RuleResult::scored).collect();
    let result = score(&scored, target.context);
    let mut findings: Vec<FindingView> =
        by_rule.iter().filter(|r| !r.found.is_empty()).map(|r| finding_view(r, &numbers, &redactor)).collect();
    findings.sort_by(|a, b| {
        (std::cmp::Reverse(a.severity), std::cmp::Reverse(a.confidence), &a.id).cmp(&(
            std::cmp::Reverse(b.severity),
            std::cmp::Reverse(b.confidence),
            &b.id,
        ))
    });
    let not_tested: Vec<NotTestedView> = by_rule.iter().flat_map(|r| r.not_tested(ended)).collect();
    let categories = categories(&result, &by_rule);
    let surface = surface_views(ended, &records, target);
    let (status, status_detail) = status(wire, ended, &records);
    let cited: BTreeSet<u32> = if whole {
        numbers.values().copied().collect()
    } else {
        findings.iter().flat_map(|f| f.evidence.iter().map(|e| e.exchange)).collect()
    };
    let started_ms = records.iter().map(|r| r.sent_at_ms).min().unwrap_or(target.now * 1000);
    Report {
        schema: "middlebrick/report/v1".to_owned(),
        tool: Tool { name: "middlebrick".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        id: scan_id(target),
        status,
        status_detail,
        url: redactor.text(&target.url()),
        started_at: rfc3339(started_ms),
        completed_at: rfc3339(started_ms + elapsed.as_millis() as i64),
        score: result.score,
        grade: result.grade,
        grade_withheld: result.withheld.clone(),
        score_before_cap: result.before_cap,
        cap: result.cap.clone(),
        score_version: model::SCORE_VERSION.to_owned(),
        best_next_fix: result.best_next_fix.clone().map(|(rule, points)| NextFix { rule, points }),
        coverage: coverage(&result, &by_rule, ended),
        categories,
        rules: by_rule.iter().map(|r| r.view(ignored.iter().any(|i| i.rule == r.rule.id))).collect(),
        findings,
        ignored,
        not_tested,
        surface,
        technologies: ended.surface.technologies.clone(),
        requests: wire.requests(),
        duration_ms: elapsed.as_millis() as u64,
        seed: target.seed,
        depth: target.depth.id().to_owned(),
        consent: consent_id(target.consent).to_owned(),
        context: target.context.id().to_owned(),
        transcript: transcript::entries(&records, &redactor, &cited),
    }
}

/// Takes the locations that the ignore file covers out of the results, before anything is counted or scored.
fn ignore(by_rule: &mut [outcome::RuleResult], target: &Target) -> Vec<IgnoredView> {
    let today = rfc3339(target.now * 1000);
    let today = today.get(..10).unwrap_or("");
    let mut ignored = Vec::new();
    for result in by_rule {
        let rule = result.rule;
        result.found.retain(|finding| {
            let entry = target.ignores.iter().find(|i| i.covers(rule, &finding.location, today));
            if let Some(entry) = entry {
                let method = finding.location.method.as_ref().map_or("", model::Method::as_str);
                ignored.push(IgnoredView {
                    rule: rule.id.to_owned(),
                    location: format!("{method} {}", finding.location.path.as_deref().unwrap_or("")).trim().to_owned(),
                    fingerprint: fingerprint(rule.id, &finding.location),
                    reason: entry.reason.clone(),
                    expires: entry.expires.clone(),
                });
            }
            entry.is_none()
        });
    }
    ignored
}

fn learn_identity(redactor: &mut Redactor, identity: &model::Identity) {
    use model::Credential;
    match &identity.credential {
        None => {}
        Some(Credential::Bearer(secret) | Credential::Cookie(secret)) => redactor.learn(secret.expose()),
        Some(Credential::Basic { password, .. }) => redactor.learn(password.expose()),
        Some(Credential::ApiKey { value, .. }) => redactor.learn(value.expose()),
    }
    identity.headers.iter().for_each(|(_, value)| redactor.learn(value.expose()));
}

/// The id of a scan: from seed, URL and start.
fn scan_id(target: &Target) -> String {
    let text = format!("{} {} {}", target.seed, target.url(), target.now);
    format!("scan_{}", fingerprint(&text, &model::Location::host()))
}

fn consent_id(consent: model::Consent) -> &'static str {
    match consent {
        model::Consent::ReadOnly => "read-only",
        model::Consent::SafeWrites => "safe-writes",
        model::Consent::All => "all",
    }
}

fn rfc3339(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|t| t.format(&Rfc3339).ok())
        .unwrap_or_default()
}

fn finding_view(result: &outcome::RuleResult, numbers: &BTreeMap<u64, u32>, redactor: &Redactor) -> FindingView {
    let rule = result.rule;
    let mut evidence = Vec::new();
    let locations: Vec<LocationView> = result
        .found
        .iter()
        .enumerate()
        .map(|(at, finding)| {
            for piece in finding.evidence.iter().take(EVIDENCE_EACH) {
                if evidence.len() < EVIDENCE_IN_ALL {
                    evidence.push(EvidenceView {
                        location: at as u32,
                        exchange: numbers.get(&piece.exchange.serial).copied().unwrap_or(0),
                        excerpt: redactor.text(&piece.excerpt),
                    });
                }
            }
            location_view(finding, redactor)
        })
        .collect();
    let first_detail = locations.iter().map(|l| l.detail.as_str()).find(|d| !d.is_empty());
    FindingView {
        id: rule.id.to_owned(),
        fingerprint: fingerprint(rule.id, &model::Location::default()),
        severity: rule.severity,
        confidence: result.found.iter().map(|f| f.confidence).max().unwrap_or(model::Confidence::Tentative),
        category: rule.category,
        title: rule.title.to_owned(),
        description: match first_detail {
            Some(detail) => format!("{} {detail}", rule.risk),
            None => rule.risk.to_owned(),
        },
        remediation: rule.fix.to_owned(),
        reproduce: locations.first().map(|l| l.reproduce.clone()).unwrap_or_default(),
        locations,
        evidence,
        cwe: rule.cwe.iter().map(|n| format!("CWE-{n}")).collect(),
        owasp: rule.category.owasp().iter().map(|s| (*s).to_owned()).collect(),
        compliance: requirements(rule.category),
        references: rule.references.iter().map(|s| (*s).to_owned()).collect(),
    }
}

fn location_view(finding: &Finding, redactor: &Redactor) -> LocationView {
    let location = &finding.location;
    LocationView {
        fingerprint: fingerprint(finding.rule.id, location),
        method: location.method.clone(),
        path: location.path.as_deref().map(|p| redactor.text(p)),
        parameter: location.parameter.clone(),
        file: location.file.clone(),
        line: location.line,
        confidence: finding.confidence,
        detail: redactor.text(&finding.detail),
        reproduce: finding.evidence.first().map(|e| curl::line(&e.exchange.request, redactor)).unwrap_or_default(),
    }
}

fn categories(result: &model::Score, rules: &[outcome::RuleResult]) -> BTreeMap<Category, CategoryResult> {
    result
        .categories
        .iter()
        .map(|(category, scored)| {
            let of = || rules.iter().filter(|r| r.rule.category == *category);
            let score = scored.score.map(|s| s.round() as u8);
            let view = CategoryResult {
                score,
                grade: score.map(Grade::of),
                findings: of().filter(|r| !r.found.is_empty()).count() as u32,
                not_tested: of().filter(|r| r.is_untested()).count() as u32,
                applies: scored.applies,
            };
            (*category, view)
        })
        .collect()
}

fn coverage(result: &model::Score, rules: &[outcome::RuleResult], ended: &Ended) -> Coverage {
    let plain = &ended.observations.plain;
    let reached = plain.iter().flatten().filter(|e| e.response().is_some());
    Coverage {
        weight: (result.assessed_weight * 10.0).round() / 10.0,
        categories_assessed: result.categories.values().filter(|c| c.applies && c.score.is_some()).count() as u32,
        categories_applicable: result.categories.values().filter(|c| c.applies).count() as u32,
        operations_reached: reached.clone().count() as u32,
        operations: ended.surface.operations.len() as u32,
        operations_successful: reached.filter(|e| e.is_success()).count() as u32,
        rules_tested: rules.iter().filter(|r| r.is_tested()).count() as u32,
        rules: rules.len() as u32,
    }
}

fn surface_views(ended: &Ended, records: &[wire::Recorded], target: &Target) -> Vec<SurfaceView> {
    let mut about: BTreeMap<u32, u32> = BTreeMap::new();
    for record in records {
        let index = match record.key.round {
            model::Round::Observe => Some(record.key.operation),
            model::Round::Probe => record.key.operation.checked_sub(1),
            _ => None,
        };
        if let Some(index) = index {
            *about.entry(index).or_default() += 1;
        }
    }
    let mut tried: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for outcome in ended.outcomes.iter().filter(|o| o.result.is_ok() || !o.found.is_empty()) {
        if let Some(at) = outcome.operation {
            tried.entry(at).or_default().insert(outcome.check.rule.id);
        }
    }
    ended
        .surface
        .operations
        .iter()
        .enumerate()
        .map(|(at, operation)| {
            let plain = ended.observations.plain.get(at).and_then(Option::as_ref);
            let reason = match plain {
                Some(exchange) => exchange.failure().map(ToString::to_string),
                None if !operation.method.is_safe() => Some(NotTested::NoConsent.to_string()),
                None if crate::observe::looks_destructive(operation) && target.consent < model::Consent::All => {
                    Some(NotTested::LooksDestructive.to_string())
                }
                None => Some(NotTested::OverBudget.to_string()),
            };
            SurfaceView {
                method: operation.method.clone(),
                path: operation.path.clone(),
                source: operation.source,
                status: plain.map(|e| e.status()).filter(|s| *s != 0),
                // A plain call that discovery had already made counts too.
                requests: about.get(&(at as u32)).copied().unwrap_or(0).max(u32::from(plain.is_some())),
                tried: tried
                    .remove(&at)
                    .map(|rules| rules.into_iter().map(str::to_owned).collect())
                    .unwrap_or_default(),
                not_tested: reason,
            }
        })
        .collect()
}

fn status(wire: &Wire, ended: &Ended, records: &[wire::Recorded]) -> (Status, Option<String>) {
    if !wire.was_reached() {
        let why = records.iter().find_map(|r| r.exchange.failure().map(ToString::to_string));
        return (Status::Unreachable, Some(why.unwrap_or_else(|| "nothing was sent".to_owned())));
    }
    let short = ended.outcomes.iter().filter_map(|o| o.result.as_ref().err()).find(|r| r.cuts_the_scan_short());
    if wire.is_cancelled() {
        (Status::Incomplete, Some("cut off by the deadline or by Ctrl-C".to_owned()))
    } else if wire.is_dead() {
        (Status::Incomplete, Some("the target stopped answering".to_owned()))
    } else if wire.is_banned() {
        (Status::Incomplete, Some("the target began to refuse the scan".to_owned()))
    } else if let Some(reason) = short {
        (Status::Incomplete, Some(reason.to_string()))
    } else {
        (Status::Completed, None)
    }
}
