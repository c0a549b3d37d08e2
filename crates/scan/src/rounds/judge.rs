//! The passive detectors: they judge what was seen and send nothing.

use std::collections::BTreeMap;

use checks::{Check, Findings, Observations, ObservedExchange, RequestCounts, Sees};
use model::{NotTested, Surface, Target};
use wire::Listener;

use super::{Outcome, announce, guarded};
use crate::plan::Plan;

/// Why a passive detector has no answer.
pub(crate) const NOTHING_SEEN: &str = "nothing of this kind was seen";

/// Lets the passive detectors judge everything that was seen.
pub(crate) fn judge(
    surface: &Surface,
    observations: &Observations,
    target: &Target,
    plan: &Plan,
    listener: &Listener,
) -> Vec<Outcome> {
    let operations: BTreeMap<u64, usize> = observations
        .plain
        .iter()
        .enumerate()
        .filter_map(|(at, exchange)| exchange.as_ref().map(|e| (e.serial, at)))
        .collect();
    let mut outcomes = Vec::new();
    for (_, check) in &plan.selected {
        if check.detectors.on_exchange.is_some() {
            outcomes.push(concluded(check, listener, |found| {
                each(check, surface, observations, target, &operations, found)
            }));
        }
        if let Some(on_end) = check.detectors.on_end {
            outcomes.push(concluded(check, listener, |found| on_end(surface, observations, found)));
        }
    }
    outcomes
}

fn concluded(
    check: &'static Check,
    listener: &Listener,
    judge: impl FnOnce(&mut Findings) -> Result<(), NotTested>,
) -> Outcome {
    let mut found = Findings::default();
    let result = guarded(|| judge(&mut found));
    let found = found.into_vec();
    announce(&found, listener);
    Outcome { check, operation: None, found, result, counts: RequestCounts::default() }
}

fn each(
    check: &Check,
    surface: &Surface,
    observations: &Observations,
    target: &Target,
    operations: &BTreeMap<u64, usize>,
    found: &mut Findings,
) -> Result<(), NotTested> {
    let Some(on_exchange) = check.detectors.on_exchange else { return Ok(()) };
    let mut looked = false;
    for exchange in observations.exchanges.iter().filter(|e| e.response().is_some()) {
        if check.detectors.sees == Sees::Clean && !exchange.request.is_clean() {
            continue;
        }
        let operation = operations.get(&exchange.serial).map(|at| surface.operations[*at].as_ref());
        looked |= on_exchange(&ObservedExchange { exchange, operation, surface, target }, found);
    }
    if looked { Ok(()) } else { Err(NotTested::not_applicable(NOTHING_SEEN)) }
}
