//! The one concurrent place: detectors over one wire, admitted in waves so that the budget decides alike each time.

use std::collections::{BTreeMap, VecDeque};

use checks::{Check, Findings, Observations, Probe, Seen, Sees, Survey, Touch};
use futures::StreamExt;
use futures::stream;
use model::{Depth, Event, Finding, NotTested, OrderKey, Round, Surface, Target};
use tokio::sync::Notify;
use wire::{Callback, Lease, Listener, Wire};

use crate::CUT;
use crate::plan::{Plan, PlannedCheck};

/// What one detector came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) check: &'static Check,
    pub(crate) operation: Option<usize>,
    pub(crate) found: Vec<Finding>,
    pub(crate) result: Result<(), NotTested>,
}

/// What asking takes.
pub(crate) struct Means<'a> {
    pub(crate) wire: &'a Wire,
    pub(crate) callback: &'a Callback,
    pub(crate) listener: &'a Listener,
    pub(crate) stopped: &'a Notify,
}

/// Detectors under way at once.
const AT_ONCE: usize = 32;

/// Most detectors admitted before the budget is counted again.
const WAVE: usize = 96;

/// Runs the asking detectors. Each wave is admitted by what its detectors could spend at most, so that what does not fit does not
/// depend on which answer came first.
pub(crate) async fn run(
    plan: &Plan,
    surface: &Surface,
    observed: &Observations,
    target: &Target,
    means: &Means<'_>,
) -> Vec<Outcome> {
    let Means { wire, listener, stopped, .. } = *means;
    listener(Event::RoundStarted { round: Round::Probe, tasks: plan.asked.len() });
    let mut outcomes = Vec::new();
    let mut waiting: VecDeque<&PlannedCheck> = plan.asked.iter().collect();
    while !waiting.is_empty() && !wire.is_cancelled() {
        let wave = admit(&mut waiting, wire.budget().left(), target.depth, &mut outcomes);
        if wave.is_empty() {
            break;
        }
        let tasks: Vec<_> = wave.iter().map(|planned| ask(planned, surface, observed, target, means)).collect();
        let mut running = stream::iter(tasks).buffer_unordered(AT_ONCE);
        let mut done: BTreeMap<(u32, Option<usize>), Outcome> = BTreeMap::new();
        loop {
            tokio::select! {
                next = running.next() => match next {
                    Some((key, outcome)) => { done.insert(key, outcome); }
                    None => break,
                },
                () = stopped.notified() => break,
            }
        }
        for planned in wave {
            let outcome = done.remove(&(planned.index, planned.operation));
            outcomes.push(outcome.unwrap_or_else(|| not_asked(planned, CUT)));
        }
    }
    outcomes.extend(waiting.into_iter().map(|planned| not_asked(planned, CUT)));
    outcomes
}

fn not_asked(planned: &PlannedCheck, reason: NotTested) -> Outcome {
    Outcome { check: planned.check, operation: planned.operation, found: Vec::new(), result: Err(reason) }
}

/// Takes the next detectors as long as all of them could spend their most.
fn admit<'a>(
    waiting: &mut VecDeque<&'a PlannedCheck>,
    budget: u32,
    depth: Depth,
    outcomes: &mut Vec<Outcome>,
) -> Vec<&'a PlannedCheck> {
    let mut left = budget;
    let mut wave = Vec::new();
    let mut later = VecDeque::new();
    let mut others = false;
    while let Some(planned) = waiting.pop_front() {
        let bursts = planned.check.cost.touch.is_burst();
        let cost = if bursts { 0 } else { planned.check.requests(depth) };
        others |= !bursts;
        if wave.len() >= WAVE || cost > left && cost <= budget || bursts && others {
            later.push_back(planned); // it may fit when this wave has spent less than it could; bursts have a wave of their own
        } else if cost > left {
            outcomes.push(not_asked(planned, NotTested::OverBudget));
        } else {
            left -= cost;
            wave.push(planned);
        }
    }
    *waiting = later;
    wave
}

async fn ask(
    planned: &PlannedCheck,
    surface: &Surface,
    observed: &Observations,
    target: &Target,
    means: &Means<'_>,
) -> ((u32, Option<usize>), Outcome) {
    let Means { wire, listener, .. } = *means;
    let check = planned.check;
    let requests = check.requests(target.depth);
    let lease = match check.cost.touch {
        Touch::Bursts | Touch::RefusedBursts => Lease::burst(wire.budget(), requests),
        Touch::Queries => Lease::reading(wire.budget(), requests).with_queries(),
        _ => Lease::reading(wire.budget(), requests),
    };
    let key = OrderKey {
        round: Round::Probe,
        check: planned.index + 1,
        operation: planned.operation.map_or(0, |at| at as u32 + 1),
        step: 0,
    };
    let survey = Survey::new(surface, observed, target, wire, lease, key, check.rule.id).calling_back(means.callback);
    let mut found = Findings::default();
    let result = match (planned.operation, check.on_operation, check.on_surface) {
        (Some(at), Some(on_operation), _) => {
            let plain = observed.plain.get(at).and_then(Option::as_ref);
            on_operation(&Probe::new(survey, &surface.operations[at], plain), &mut found).await
        }
        (None, _, Some(on_surface)) => on_surface(&survey, &mut found).await,
        _ => Ok(()),
    };
    let found = found.into_vec();
    announce(&found, listener);
    listener(Event::TaskDone);
    ((planned.index, planned.operation), Outcome { check, operation: planned.operation, found, result })
}

fn announce(found: &[Finding], listener: &Listener) {
    for finding in found {
        listener(Event::FindingMade {
            rule: finding.rule.id,
            severity: finding.rule.severity,
            confidence: finding.confidence,
        });
    }
}

/// Lets the passive detectors judge everything that was seen.
pub(crate) fn judge(
    surface: &Surface,
    observations: &Observations,
    target: &Target,
    plan: &Plan,
    listener: &Listener,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let by_serial: BTreeMap<u64, usize> = observations
        .plain
        .iter()
        .enumerate()
        .filter_map(|(at, exchange)| exchange.as_ref().map(|e| (e.serial, at)))
        .collect();
    for (_, check) in &plan.selected {
        if let Some(on_exchange) = check.on_exchange {
            let mut found = Findings::default();
            let mut looked = false;
            for exchange in observations.exchanges.iter().filter(|e| e.response().is_some()) {
                if check.sees == Sees::Clean && !exchange.request.is_clean() {
                    continue;
                }
                let operation = by_serial.get(&exchange.serial).map(|at| surface.operations[*at].as_ref());
                looked |= on_exchange(&Seen { exchange, operation, surface, target }, &mut found);
            }
            let result = if looked { Ok(()) } else { Err(NotTested::not_applicable("nothing of this kind was seen")) };
            let found = found.into_vec();
            announce(&found, listener);
            outcomes.push(Outcome { check, operation: None, found, result });
        }
        if let Some(on_end) = check.on_end {
            let mut found = Findings::default();
            let result = on_end(surface, observations, &mut found);
            let found = found.into_vec();
            announce(&found, listener);
            outcomes.push(Outcome { check, operation: None, found, result });
        }
    }
    outcomes
}
