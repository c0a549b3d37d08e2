//! Findings and categories as reports show them.

use std::collections::BTreeMap;

use model::{
    Category, CategoryResult, EvidenceView, Finding, FindingView, Grade, LocationView, Redactor, fingerprint,
    requirements,
};

use super::curl;
use super::outcome::RuleResult;

/// Most evidence a finding shows for one location, and in all.
const EVIDENCE_EACH: usize = 3;
const EVIDENCE_IN_ALL: usize = 40;

/// One rule's findings. `numbers` are the exchanges' places in the transcript by serial.
pub(super) fn finding(result: &RuleResult, numbers: &BTreeMap<u64, u32>, redactor: &Redactor) -> FindingView {
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
            location(finding, redactor)
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

fn location(finding: &Finding, redactor: &Redactor) -> LocationView {
    let place = &finding.location;
    LocationView {
        fingerprint: fingerprint(finding.rule.id, place),
        method: place.method.clone(),
        path: place.path.as_deref().map(|p| redactor.text(p)),
        parameter: place.parameter.clone(),
        file: place.file.clone(),
        line: place.line,
        confidence: finding.confidence,
        detail: redactor.text(&finding.detail),
        reproduce: finding.evidence.first().map(|e| curl::line(&e.exchange.request, redactor)).unwrap_or_default(),
    }
}

pub(super) fn categories(result: &model::Score, rules: &[RuleResult]) -> BTreeMap<Category, CategoryResult> {
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
