//! The passive detectors: they judge what was seen and send nothing.

use std::collections::BTreeMap;

use checks::{Check, Findings, Observations, ObservedExchange, RequestCounts, Sees};
use model::{NotTested, Surface, Target};
use wire::Listener;

use super::detector::{announce, guarded};
use super::outcome::{Outcome, Part};
use crate::halt::Halt;

/// Why a passive detector has no answer.
pub(crate) const NOTHING_SEEN: &str = "nothing of this kind was seen";

/// Lets the passive detectors judge everything that was seen. Once the scan has to end they have a moment left; what is not judged by
/// then is not tested.
pub(crate) fn judge(
    surface: &Surface,
    observations: &Observations,
    target: &Target,
    selected: &[(u32, &'static Check)],
    listener: &Listener,
    halt: &Halt,
) -> Vec<Outcome> {
    let operations: BTreeMap<u64, usize> =
        observations.calls().map(|(at, _, exchange)| (exchange.serial, at)).collect();
    let mut outcomes = Vec::new();
    for (_, check) in selected {
        if check.detectors.on_exchange.is_some() {
            outcomes.push(concluded(check, listener, |found| {
                each(check, surface, observations, target, &operations, halt, found)
            }));
        }
        if let Some(on_end) = check.detectors.on_end {
            outcomes.push(concluded(check, listener, |found| match halt.judged_enough() {
                Some(why) => Err(why),
                None => on_end(surface, observations, found),
            }));
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
    Outcome { check, part: Part::Reads, operation: None, found, result, counts: RequestCounts::default() }
}

fn each(
    check: &Check,
    surface: &Surface,
    observations: &Observations,
    target: &Target,
    operations: &BTreeMap<u64, usize>,
    halt: &Halt,
    found: &mut Findings,
) -> Result<(), NotTested> {
    let Some(on_exchange) = check.detectors.on_exchange else { return Ok(()) };
    let mut looked = false;
    for exchange in observations.exchanges.iter().filter(|e| e.response().is_some()) {
        if check.detectors.sees == Sees::Clean && !exchange.request.is_clean() {
            continue;
        }
        if let Some(why) = halt.judged_enough() {
            return Err(why);
        }
        let operation = operations.get(&exchange.serial).map(|at| surface.operations[*at].as_ref());
        looked |= on_exchange(&ObservedExchange { exchange, operation, surface, target }, found);
    }
    if looked { Ok(()) } else { Err(NotTested::not_applicable(NOTHING_SEEN)) }
}
