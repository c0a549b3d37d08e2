//! Where a target answers by chance, what was read out of a response has to be read out of repeats of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use checks::{Check, Findings, Observations, ObservedExchange};
use model::{Evidence, Exchange, Finding, Severity, Surface, Target};
use wire::{Account, Lease, Wire};

use super::detector::guarded;
use super::outcome::Outcome;
use crate::repeats::{self, Purpose};

/// Most responses that are asked for again.
const MOST: usize = 20;

/// How often each.
const TIMES: usize = 6;

/// In how many of them the same has to be found: where statuses and contents go by chance more often than not, and where headers do each
/// time, since nothing else is against them. What comes with every other response passes one time of 64.
const USUAL: usize = 4;
const ALWAYS: usize = TIMES;

/// Asks again for what the findings of passive detectors rest on and lets the detectors judge that. What they do not find
/// often enough is no finding.
pub(crate) async fn judge_again(
    passive: &mut [Outcome],
    surface: &Surface,
    observations: &Observations,
    target: &Target,
    of_headers: bool,
    wire: &Wire,
) {
    let enough = if of_headers { ALWAYS } else { USUAL };
    let firsts = passive.iter().flat_map(|outcome| &outcome.found).filter(|f| judged(f)).filter_map(first);
    let firsts: BTreeMap<u64, Arc<Exchange>> = firsts.map(|e| (e.serial, Arc::clone(e))).collect();
    let mut repeats: BTreeMap<u64, Vec<Arc<Exchange>>> = BTreeMap::new();
    for (place, first) in firsts.values().filter(|e| e.request.method.is_safe()).take(MOST).enumerate() {
        for time in 0..TIMES {
            let key = repeats::key(Purpose::Headers, (place * TIMES + time) as u32);
            let lease = Lease::reading(wire.budget(), 1).paid_by(Account::Again);
            let Ok(second) = wire.send(first.request.clone().fresh(), &lease, key).await else { break };
            repeats.entry(first.serial).or_default().push(second);
        }
    }
    let operations: BTreeMap<u64, usize> = observations.calls().map(|(at, _, e)| (e.serial, at)).collect();
    for outcome in passive {
        let check = outcome.check;
        outcome.found.retain(|finding| {
            let Some(first) = first(finding).filter(|_| judged(finding)) else { return true };
            let operation = operations.get(&first.serial).and_then(|at| surface.operations.get(*at)).map(AsRef::as_ref);
            let finds = |second: &&Arc<Exchange>| {
                let observed = ObservedExchange { exchange: second, operation, surface, target };
                // Who is put off learns nothing.
                matches!(second.status(), 429 | 503)
                    || found_in(check, &observed, observations).contains(&(finding.rule.id, finding.location.clone()))
            };
            // What the budget does not allow to be sent again is not known to be true.
            repeats.get(&first.serial).is_some_and(|seconds| seconds.iter().filter(finds).count() >= enough)
        });
    }
}

/// Drops what was shown by one of these headers, which go by chance: what is quoted names it or what it said.
pub(crate) fn discard_quoting(outcomes: &mut [Outcome], headers: &[&str]) {
    for outcome in outcomes {
        outcome.found.retain(|finding| !judged(finding) || !finding.evidence.iter().any(|e| quotes(e, headers)));
    }
}

fn quotes(evidence: &Evidence, headers: &[&str]) -> bool {
    let excerpt = evidence.excerpt().to_ascii_lowercase();
    let Some(response) = evidence.exchange().and_then(|exchange| exchange.response()) else { return false };
    headers.iter().any(|header| {
        // A word of two letters is in many texts.
        let says = |value: &str| {
            let words = value.split(|c: char| !c.is_alphanumeric() && c != '*').filter(|word| word.len() > 2);
            words.into_iter().any(|word| excerpt.contains(&word.to_ascii_lowercase()))
        };
        excerpt.contains(header) || response.header_all(header).any(says)
    })
}

fn judged(finding: &Finding) -> bool {
    finding.rule.severity > Severity::Info
}

fn first(finding: &Finding) -> Option<&Arc<Exchange>> {
    finding.evidence.iter().find_map(Evidence::exchange)
}

/// What a check finds in this exchange alone: rules and places.
fn found_in(
    check: &Check,
    observed: &ObservedExchange<'_>,
    observations: &Observations,
) -> BTreeSet<(&'static str, model::Location)> {
    let mut found = Findings::default();
    if let Some(on_exchange) = check.detectors.on_exchange {
        let _ = guarded(|| {
            on_exchange(observed, &mut found);
            Ok(())
        });
    }
    if let Some(on_end) = check.detectors.on_end {
        let alone = observations.with_exchanges(vec![Arc::clone(observed.exchange)]);
        let _ = guarded(|| on_end(observed.surface, &alone, &mut found));
    }
    found.into_vec().into_iter().map(|finding| (finding.rule.id, finding.location)).collect()
}
