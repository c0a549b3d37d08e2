//! Ordinary calls of the operations whose bodies are to be probed, before the write round sends the first payload: what rules compare its
//! response with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use checks::calling::{inputs, request, wanted};
use checks::vocabulary::fields::names_user;
use checks::vocabulary::{List, Meaning, says, words};
use checks::{Observations, canary};
use futures::StreamExt;
use futures::stream;
use model::{Consent, Effect, Exchange, Operation, OrderKey, ParameterIn, Request, Round, Schema, SchemaType, Surface};
use wire::Lease;

use super::context::RunContext;
use super::learned;
use crate::form_page;
use crate::plan::PlannedCheck;

/// Calls under way at once.
const AT_ONCE: usize = 8;

/// Most calls of one operation: what lacks one field may then complain of the value of another.
const MOST_CALLS: u32 = 4;

/// The operations of the surface into whose bodies payloads are to be put.
pub(super) fn operations(planned: &[&PlannedCheck]) -> BTreeSet<usize> {
    planned.iter().filter(|planned| planned.in_body).filter_map(|planned| planned.operation).collect()
}

/// Calls each of these operations, as whoever calls it in the ordinary way, and again where the response says what its body lacks. The surface then
/// knows what they were called with, so that every rule sends the same, and the observations what came of it.
pub(super) async fn ordinary_calls(
    operations: &BTreeSet<usize>,
    surface: &mut Surface,
    observations: &mut Observations,
    context: &RunContext<'_>,
) {
    let mut now: Vec<usize> = operations.iter().copied().collect();
    let mut known = BTreeMap::new();
    for at in &now {
        let operation = learned::with_some_body(&surface.operations[*at]);
        if is_entrance(&operation) {
            surface.callers.insert(operation.name(), None);
        }
        let caller = request::caller(&operation, surface, context.target);
        let key = OrderKey { round: Round::Write, check: 0, operation: *at as u32 + 1, step: 0 };
        let path = operation.path.as_str();
        let of_page = form_page::values(path, &caller, surface, &context.target.origin, context.wire, key).await;
        for (place, name, value) in of_page {
            surface.settled.insert((operation.name(), place, name), value);
        }
        known.insert(*at, operation);
    }
    replace(surface, &known);
    for step in 1..=MOST_CALLS {
        for at in &now {
            let operation = Arc::clone(&surface.operations[*at]);
            for (place, name, value) in made_up(&operation, surface, context) {
                surface.settled.insert((operation.name(), place, name), value);
            }
        }
        let mut better = BTreeMap::new();
        for (at, exchange) in call(&now, step, surface, context).await {
            if let Some(operation) = learned::with_wanted(&surface.operations[at], &wanted::fields(&exchange)) {
                better.insert(at, operation);
            }
            let caller = exchange.request.identity.clone();
            observations.let_call(at, caller.clone());
            observations.record(at, caller, exchange);
        }
        replace(surface, &better);
        now = better.into_keys().collect();
    }
}

fn replace(surface: &mut Surface, others: &BTreeMap<usize, Operation>) {
    let of = |(at, known): (usize, &Arc<Operation>)| {
        others.get(&at).map_or_else(|| Arc::clone(known), |other| Arc::new(other.clone()))
    };
    surface.operations = surface.operations.iter().enumerate().map(of).collect();
}

/// Sends these calls; what the halt cuts off, or nobody lets out, is missing.
async fn call(
    operations: &[usize],
    step: u32,
    surface: &Surface,
    context: &RunContext<'_>,
) -> Vec<(usize, Arc<Exchange>)> {
    let calls = operations.iter().map(|at| {
        let operation = inputs::with_fields_of_body(&surface.operations[*at]);
        let request = request::build(&operation, surface, context.target, &[]);
        async move { (*at, send(request, *at, step, context).await) }
    });
    let mut calls = stream::iter(calls.collect::<Vec<_>>()).buffered(AT_ONCE);
    let mut answers = Vec::new();
    loop {
        tokio::select! {
            next = calls.next() => match next {
                Some((at, exchange)) => answers.extend(exchange.map(|exchange| (at, exchange))),
                None => return answers,
            },
            () = context.halt.ended() => return answers,
        }
    }
}

/// Whether one comes in by it: a log-in, a registration. Nobody who is known enters again, and what comes back is no credential of theirs.
fn is_entrance(operation: &Operation) -> bool {
    says(&operation.path, Meaning::Login) || words(&operation.path).any(|word| List::BesideLogin.has(&word))
}

async fn send(request: Request, at: usize, step: u32, context: &RunContext<'_>) -> Option<Arc<Exchange>> {
    let lease = Lease::reading(context.wire.budget(), 1).with_effect(Effect::Writes, false);
    let key = OrderKey { round: Round::Write, check: 0, operation: at as u32 + 1, step };
    context.wire.send(request, &lease, key).await.ok()
}

/// Values of ours: objects in the path, and ids in the body, that nobody has, and names of users that nobody is known by.
fn made_up(operation: &Operation, surface: &Surface, context: &RunContext<'_>) -> Vec<(ParameterIn, String, String)> {
    if context.target.consent >= Consent::All {
        return Vec::new();
    }
    let word = |name: &str| canary(context.target.seed, &["made up", &operation.name(), name]);
    let in_path = operation.parameters_in(ParameterIn::Path).map(|parameter| {
        let like = request::ordinary(parameter, operation, surface);
        (ParameterIn::Path, parameter.name.clone(), context.wire.nobody(&like, &word(&parameter.name)))
    });
    let fields = operation.body.iter().flat_map(|body| &body.schema.properties);
    let in_body = fields.filter_map(|(name, schema)| {
        let value = if ["id", "_id", "uuid", "guid"].iter().any(|id| name.eq_ignore_ascii_case(id)) {
            let integer = matches!(schema.kind, SchemaType::Integer | SchemaType::Number);
            context.wire.nobody(if integer { "1" } else { "example" }, &word(name))
        } else if names_a_user(name, schema) {
            let is_address = name.to_ascii_lowercase().contains("mail") || schema.format.as_deref() == Some("email");
            word(name) + if is_address { "@example.com" } else { "" }
        } else {
            return None;
        };
        Some((ParameterIn::Body, name.clone(), value))
    });
    in_path.chain(in_body).collect()
}

/// Whether a field takes any text by which a user is known. Failed logins of somebody who is there could lock them out.
fn names_a_user(name: &str, schema: &Schema) -> bool {
    let is_text = matches!(schema.kind, SchemaType::String | SchemaType::Any) && schema.enumeration.is_empty();
    is_text && (names_user(name) || schema.format.as_deref() == Some("email"))
}
