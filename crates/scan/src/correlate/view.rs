//! Findings and categories as reports show them.

use std::collections::BTreeMap;

use checks::remedies::Advice;
use model::{
    Category, CategoryResult, ComponentView, Evidence, EvidenceKind, EvidenceView, Finding, FindingView, Grade,
    Location, LocationKind, LocationView, PartView, Redacted, StepView, fingerprint, requirements,
};

use super::curl;
use super::outcome::RuleResult;
use super::steps;
use super::viewer::Viewer;

/// Most evidence a finding shows for one location, and in all. A proof by comparison cites a control, a probe and a repeat of each.
const EVIDENCE_EACH: usize = 6;
const EVIDENCE_IN_ALL: usize = 40;

/// One rule's findings.
pub(super) fn finding(result: &RuleResult, view: &Viewer<'_>) -> FindingView {
    let rule = result.rule;
    let mut evidence = Vec::new();
    let mut locations = Vec::new();
    for (at, finding) in result.found.iter().enumerate() {
        let cited: Vec<&Evidence> = finding.evidence.iter().take(EVIDENCE_EACH).collect();
        for piece in &cited {
            if evidence.len() < EVIDENCE_IN_ALL {
                evidence.push(evidence_view(at, piece, view));
            }
        }
        locations.push(location(finding, steps::steps(&cited, view), view));
    }
    let advice = checks::remedies::advice(rule, view.technologies);
    let first_detail = locations.iter().map(|l| l.detail.clone()).find(|d| !d.is_empty());
    FindingView {
        id: rule.id.to_owned(),
        fingerprint: fingerprint(&[rule.id]),
        severity: rule.severity,
        confidence: result.found.iter().map(|f| f.confidence).max().unwrap_or(model::Confidence::Tentative),
        category: rule.category,
        title: Redacted::fixed(rule.title),
        description: match first_detail {
            Some(detail) => Redacted::joined([Redacted::fixed(rule.risk), Redacted::fixed(" "), detail]),
            None => Redacted::fixed(rule.risk),
        },
        remediation: remediation(&advice),
        reproduce: locations.first().map(|l| l.reproduce.clone()).unwrap_or_default(),
        steps: locations.first().map(|l| l.steps.clone()).unwrap_or_default(),
        locations,
        evidence,
        cwe: rule.cwe.iter().map(|n| format!("CWE-{n}")).collect(),
        owasp: rule.category.owasp().iter().map(|s| (*s).to_owned()).collect(),
        compliance: requirements(rule.category),
        references: advice.references.iter().map(|url| (*url).to_owned()).collect(),
    }
}

/// The general remedy, and how it is done in the framework that was seen: `Express: …`.
fn remediation(advice: &Advice) -> Redacted {
    let of_framework = |(name, fix): &(&'static str, &'static str)| [" ", name, ": ", fix].map(Redacted::fixed);
    let more = advice.by_framework.iter().flat_map(of_framework);
    Redacted::joined(std::iter::once(Redacted::fixed(advice.general)).chain(more))
}

fn evidence_view(location: usize, evidence: &Evidence, view: &Viewer<'_>) -> EvidenceView {
    let redactor = view.redactor;
    let whole = EvidenceView {
        location: location as u32,
        kind: EvidenceKind::Exchange,
        exchange: None,
        file: None,
        line: None,
        excerpt: redactor.text(evidence.excerpt()),
    };
    match evidence {
        Evidence::Exchange { exchange, .. } => {
            EvidenceView { exchange: view.numbers.get(&exchange.serial).copied(), ..whole }
        }
        Evidence::Source { file, line, .. } => {
            EvidenceView { kind: EvidenceKind::Source, file: Some(redactor.text(file)), line: Some(*line), ..whole }
        }
    }
}

fn location(finding: &Finding, steps: Vec<StepView>, view: &Viewer<'_>) -> LocationView {
    let redactor = view.redactor;
    let place = &finding.location;
    let whole = LocationView {
        fingerprint: place.fingerprint(finding.rule.id),
        kind: LocationKind::Host,
        method: place.method().cloned(),
        path: place.path().map(|path| redactor.text(&path)),
        parameter: place.part().map(|part| PartView { place: part.place.clone(), name: redactor.text(&part.name) }),
        file: None,
        symbol: None,
        line: None,
        component: None,
        confidence: finding.confidence,
        detail: redactor.text(&finding.detail),
        reproduce: finding
            .evidence
            .iter()
            .find_map(Evidence::exchange)
            .map(|exchange| curl::line(&exchange.request, view.identities, redactor))
            .unwrap_or_default(),
        steps,
    };
    match place {
        Location::Host { .. } => whole,
        Location::Operation { .. } => LocationView { kind: LocationKind::Operation, ..whole },
        Location::Path { .. } => LocationView { kind: LocationKind::Path, ..whole },
        Location::Source { file, symbol, line } => LocationView {
            kind: LocationKind::Source,
            file: Some(redactor.text(file)),
            symbol: Some(redactor.text(symbol)).filter(|symbol| !symbol.is_empty()),
            line: *line,
            ..whole
        },
        Location::Component(component) => LocationView {
            kind: LocationKind::Component,
            component: Some(ComponentView {
                name: redactor.text(&component.name),
                version: component.version.as_deref().map(|version| redactor.text(version)),
            }),
            ..whole
        },
    }
}

pub(super) fn categories(
    result: &model::Score,
    reach: &model::Reach,
    rules: &[RuleResult],
) -> BTreeMap<Category, CategoryResult> {
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
                reach: reach.categories.get(category).map_or(0.0, |share| (share * 1000.0).floor() / 10.0),
            };
            (*category, view)
        })
        .collect()
}
