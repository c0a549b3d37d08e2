//! From what the detectors proved to the report: joined by rule and location, scored, redacted. Pure but for the wire's transcript.

mod coverage;
mod credentials;
mod curl;
pub(crate) mod fold;
mod ignores;
mod learn;
mod masked;
pub(crate) mod outcome;
mod reach;
mod spent;
mod steps;
mod transcript;
mod unwritten;
mod view;
mod viewer;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{
    CredentialView, FindingView, NextFix, NotTestedView, Redactor, Report, Scored, Target, Tool, fingerprint, score,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wire::Wire;

use crate::ended::Ended;
use crate::reduce;

/// Builds the report.
pub(crate) fn report(wire: &Wire, ended: &Ended, elapsed: Duration, whole: bool) -> Report {
    let target = ended.target.as_ref();
    let records = wire.transcript();
    let numbers: BTreeMap<u64, u32> =
        records.iter().enumerate().map(|(at, r)| (r.exchange.serial, at as u32 + 1)).collect();
    let mut redactor = Redactor::knowing(&target.identities);
    learn::surface(&mut redactor, &ended.surface);
    let mut by_rule = outcome::by_rule(ended);
    fold::fold(&mut by_rule);
    for rule in &by_rule {
        for finding in &rule.found {
            finding.secrets.iter().for_each(|s| redactor.learn(s.expose()));
        }
    }
    let today = rfc3339(target.now * 1000);
    let ignores = ignores::apply(
        &mut by_rule,
        &target.ignores,
        &ended.surface.operations,
        today.get(..10).unwrap_or(""),
        &redactor,
    );
    let scored: Vec<Scored> = by_rule.iter().map(outcome::RuleResult::scored).collect();
    let exercised = reach::Exercised::of(ended, &records, target);
    let reach = reach::reach(ended, &records, target, &by_rule, &exercised);
    let result = score(&scored, &reach, target.context);
    if !whole {
        reduce::uncited(wire, &ended.outcomes);
    }
    let viewer = viewer::Viewer {
        numbers: &numbers,
        identities: &target.identities,
        technologies: &ended.surface.technologies,
        redactor: &redactor,
    };
    let mut findings: Vec<FindingView> =
        by_rule.iter().filter(|r| !r.found.is_empty()).map(|r| view::finding(r, &viewer)).collect();
    findings.sort_by(|a, b| {
        (std::cmp::Reverse(a.severity), std::cmp::Reverse(a.confidence), &a.id).cmp(&(
            std::cmp::Reverse(b.severity),
            std::cmp::Reverse(b.confidence),
            &b.id,
        ))
    });
    let not_tested: Vec<NotTestedView> = by_rule.iter().flat_map(|r| r.not_tested(ended, &redactor)).collect();
    let categories = view::categories(&result, &reach, &by_rule);
    let surface = coverage::surface(ended, &records, target, &redactor);
    let (status, status_detail) = coverage::status(target, wire, ended, &records);
    let cited: BTreeSet<u32> = if whole {
        numbers.values().copied().collect()
    } else {
        findings.iter().flat_map(|f| f.evidence.iter().filter_map(|e| e.exchange)).collect()
    };
    let firewall = reach::refused_payloads(&records);
    let notes = firewall.into_iter().chain(ended.surface.notes.iter().cloned()).chain(ended.undone.notes());
    let notes = notes
        .chain(credentials::explained(&target.identities, &ended.observations.accounts, &findings))
        .chain(masked::explained(&findings))
        .chain(ignores.notes);
    let notes = notes.map(|note| redactor.text(&note)).collect();
    let started_ms = records.iter().map(|r| r.sent_at_ms).min().unwrap_or(target.now * 1000);
    Report {
        schema: Report::SCHEMA.to_owned(),
        tool: Tool { name: "middlebrick".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        id: scan_id(target),
        status,
        status_detail: status_detail.map(|why| redactor.text(&why)),
        fault: ended.fault.as_deref().map(|why| redactor.text(why)),
        url: redactor.text(&target.url()),
        started_at: rfc3339(started_ms),
        completed_at: rfc3339(started_ms + elapsed.as_millis() as i64),
        score: result.score,
        grade: result.grade,
        provisional: result.provisional,
        grade_reason: result.reason.as_deref().map(|why| redactor.text(why)),
        score_at_most: result.at_most,
        score_before_cap: result.before_cap,
        cap: result.cap.clone(),
        score_version: model::SCORE_VERSION.to_owned(),
        best_next_fix: result.best_next_fix.clone().map(|(rule, points)| NextFix { rule, points }),
        coverage: coverage::coverage(&result, &by_rule, ended, &exercised),
        credentials: ended.credential.iter().map(|view| credential(view, &redactor)).collect(),
        categories,
        rules: by_rule.iter().map(|r| r.view(ignores.taken.iter().any(|i| i.rule == r.rule.id))).collect(),
        findings,
        ignored: ignores.taken,
        not_tested,
        surface,
        technologies: ended.surface.technologies.iter().map(|known| technology(known, &redactor)).collect(),
        requests: wire.requests(),
        spent: spent::by_category(&records, &ended.outcomes),
        notes,
        duration_ms: elapsed.as_millis() as u64,
        seed: target.seed,
        depth: target.depth.id().to_owned(),
        consent: consent_id(target.consent).to_owned(),
        context: target.context.id().to_owned(),
        transcript: transcript::entries(&records, &redactor, &cited),
    }
}

fn credential(told: &crate::credentials::Told, redactor: &Redactor) -> CredentialView {
    CredentialView { identity: redactor.text(&told.identity), state: told.state, detail: redactor.text(&told.detail) }
}

fn technology(known: &model::Technology, redactor: &Redactor) -> model::TechnologyView {
    model::TechnologyView {
        name: redactor.text(&known.name),
        version: known.version.as_deref().map(|version| redactor.text(version)),
        evidence: redactor.text(&known.evidence),
    }
}

/// The id of a scan: from seed, URL and start.
fn scan_id(target: &Target) -> String {
    let text = format!("{} {} {}", target.seed, target.url(), target.now);
    format!("scan_{}", fingerprint(&[&text]))
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
