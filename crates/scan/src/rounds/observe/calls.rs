//! Ordinary calls, and other values for operations that do not know the first.

use std::sync::Arc;

use checks::Observations;
use checks::calling::{harvested, request};
use checks::vocabulary::{ends_session, looks_destructive};
use futures::StreamExt;
use futures::stream;
use model::{Consent, Exchange, Operation, OrderKey, ParameterIn, Request, Round, Surface, Target};
use wire::{Lease, Wire};

use crate::halt::Halt;

/// Calls under way at once.
const AT_ONCE: usize = 16;

/// Quarters of the scan's time that are over when observing ends at the latest: what was observed wants to be asked about.
const OBSERVED_BY: u32 = 3;

/// Most other values tried for an operation that does not know the first.
const TRIES: usize = 3;

/// Most such operations.
const RETRIED: usize = 40;

/// Sends these requests about these operations; what is cut off or not sent has no exchange.
pub(super) async fn call(
    requests: Vec<(usize, u32, Request)>,
    wire: &Wire,
    halt: &Halt,
) -> Vec<(usize, u32, Arc<Exchange>)> {
    let mut calls = stream::iter(requests.into_iter().map(|(at, step, request)| {
        let key = OrderKey { round: Round::Observe, check: 0, operation: at as u32, step };
        async move { (at, step, wire.send(request, &Lease::reading(wire.budget(), 1), key).await.ok()) }
    }))
    .buffer_unordered(AT_ONCE);
    let mut answers = Vec::new();
    loop {
        tokio::select! {
            next = calls.next() => match next {
                Some((at, step, Some(exchange))) => answers.push((at, step, exchange)),
                Some(_) => {}
                None => break,
            },
            () = halt.quarters(OBSERVED_BY) => break,
        }
    }
    answers.sort_by_key(|(at, step, _)| (*at, *step));
    answers
}

/// Keeps the values that an operation was called with, so that later harvests do not change its plain request.
pub(super) fn settle(surface: &mut Surface, at: usize, values: &[(&str, &str)]) {
    let operation = Arc::clone(&surface.operations[at]);
    for parameter in &operation.parameters {
        let key = (operation.name(), parameter.place, parameter.name.clone());
        let given = values.iter().find(|(name, _)| parameter.place == ParameterIn::Path && *name == parameter.name);
        if let Some((_, value)) = given {
            surface.settled.insert(key, (*value).to_owned());
        } else if !surface.settled.contains_key(&key) {
            let value = request::ordinary(parameter, &operation, surface);
            surface.settled.insert(key, value);
        }
    }
}

/// Operations that did not know the value in their path are asked with others that were seen, until one is known.
pub(super) async fn retry(
    surface: &mut Surface,
    target: &Target,
    observations: &mut Observations,
    wire: &Wire,
    halt: &Halt,
) {
    let unknown: Vec<usize> = (0..surface.operations.len())
        .filter(|at| observations.plain(*at).is_some_and(|e| matches!(e.status(), 400 | 404 | 422)))
        .filter(|at| path_parameters(&surface.operations[*at]) > 0)
        .take(RETRIED)
        .collect();
    let mut requests = Vec::new();
    let mut tried: Vec<(usize, u32, String, String)> = Vec::new();
    for at in unknown {
        for (step, (name, value)) in others(surface, at).into_iter().enumerate() {
            let with = request::Value { place: ParameterIn::Path, name: &name, value: &value, raw: false };
            let mut request = request::build(&surface.operations[at], surface, target, &[with]);
            request.altered.clear(); // a value that the target gave is no payload of ours
            let step = step as u32 + 1;
            requests.push((at, step, request));
            tried.push((at, step, name, value));
        }
    }
    requests.truncate(wire.budget().left() as usize / 4);
    for (at, step, exchange) in call(requests, wire, halt).await {
        let better = exchange.is_success() && !observations.plain(at).is_some_and(|e| e.is_success());
        let values = tried.iter().find(|(of, number, _, _)| (*of, *number) == (at, step));
        if let Some((_, _, name, value)) = values.filter(|_| better) {
            settle(surface, at, &[(name, value)]);
            let caller = exchange.request.identity.clone();
            observations.record(at, caller, exchange);
        }
    }
}

/// Other values for the last parameter in the path, which names the object itself.
fn others(surface: &Surface, at: usize) -> Vec<(String, String)> {
    let operation = &surface.operations[at];
    let Some(last) =
        operation.parameters_in(ParameterIn::Path).max_by_key(|p| operation.path.find(&format!("{{{}}}", p.name)))
    else {
        return Vec::new();
    };
    let used = request::ordinary(last, operation, surface);
    harvested::fitting(last, &operation.path, surface)
        .into_iter()
        .chain(last.example.clone())
        .filter(|value| *value != used)
        .take(TRIES)
        .map(|value| (last.name.clone(), value))
        .collect()
}

/// How many parameters the path has.
pub(crate) fn path_parameters(operation: &Operation) -> usize {
    operation.parameters_in(ParameterIn::Path).count()
}

/// Whether the observe round may call it. What ends a session would end the scan's own, whatever the user allowed.
pub(crate) fn may_be_called(operation: &Operation, consent: Consent) -> bool {
    let is_allowed = consent >= Consent::All && !ends_session(operation);
    operation.method.is_safe() && (is_allowed || !looks_destructive(operation))
}
