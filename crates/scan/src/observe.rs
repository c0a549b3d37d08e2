//! Calling each operation once, as an ordinary client would, and harvesting what its answers hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use checks::Observations;
use checks::shared::fill;
pub(crate) use checks::shared::words::looks_destructive;
use futures::StreamExt;
use futures::stream;
use model::{Consent, Exchange, Operation, OrderKey, ParameterIn, Round, Surface, Target};
use serde_json::Value;
use tokio::sync::Notify;
use wire::{Lease, Wire};

/// Calls every operation that may be called, those without path parameters first: their answers hold the values for the others.
pub(crate) async fn observe(surface: &mut Surface, target: &Target, wire: &Wire, stopped: &Notify) -> Observations {
    let mut plain: Vec<Option<Arc<Exchange>>> = vec![None; surface.operations.len()];
    for with_path_parameters in [false, true] {
        let chosen: Vec<usize> = surface
            .operations
            .iter()
            .enumerate()
            .filter(|(_, o)| may_be_called(o, target.consent))
            .filter(|(_, o)| o.parameters_in(ParameterIn::Path).next().is_some() == with_path_parameters)
            .map(|(at, _)| at)
            .collect();
        let calls = stream::iter(chosen.into_iter().map(|at| {
            let request = fill::request(&surface.operations[at], surface, target, &[]);
            let key = OrderKey { round: Round::Observe, check: 0, operation: at as u32, step: 0 };
            async move { (at, wire.send(request, &Lease::reading(wire.budget(), 1), key).await.ok()) }
        }))
        .buffer_unordered(16)
        .collect::<Vec<_>>();
        let answers = tokio::select! {
            answers = calls => answers,
            () = stopped.notified() => break,
        };
        for (at, exchange) in answers {
            plain[at] = exchange;
        }
        harvest(surface, &plain);
    }
    Observations { plain, exchanges: Vec::new() }
}

/// Whether the observe round may call it.
pub(crate) fn may_be_called(operation: &Operation, consent: Consent) -> bool {
    operation.method.is_safe() && (consent >= Consent::All || !looks_destructive(operation))
}

/// Most values kept under one name.
const VALUES: usize = 8;

/// Collects the scalar values of JSON answers by `collection/field` and by field.
fn harvest(surface: &mut Surface, plain: &[Option<Arc<Exchange>>]) {
    let mut found: Vec<(String, String, String)> = Vec::new();
    for (operation, exchange) in surface.operations.iter().zip(plain) {
        let Some(exchange) = exchange.as_ref().filter(|e| e.is_success()) else { continue };
        let Some(json) = exchange.json() else { continue };
        let collection =
            operation.path.split('/').rfind(|s| !s.is_empty() && !s.starts_with('{')).unwrap_or("").to_owned();
        collect(json, &collection, &mut found, 0);
    }
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for (collection, field, value) in found {
        for key in [format!("{collection}/{field}"), field] {
            if seen.insert((key.clone(), value.clone())) {
                let values = surface.harvested.entry(key).or_default();
                if values.len() < VALUES && !values.contains(&value) {
                    values.push(value.clone());
                }
            }
        }
    }
}

fn collect(json: &Value, collection: &str, found: &mut Vec<(String, String, String)>, depth: usize) {
    if depth > 6 || found.len() > 2_000 {
        return;
    }
    match json {
        Value::Array(items) => items.iter().take(VALUES).for_each(|item| collect(item, collection, found, depth + 1)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if !text.is_empty() && text.len() <= 64 => {
                        found.push((collection.to_owned(), name.clone(), text.clone()));
                    }
                    Value::Number(number) => {
                        found.push((collection.to_owned(), name.clone(), number.to_string()));
                    }
                    Value::Array(_) | Value::Object(_) => {
                        // `{"users": [...]}`: the inner name is the better collection.
                        let inner = if matches!(value, Value::Array(_))
                            && !matches!(name.as_str(), "data" | "items" | "results")
                        {
                            name.as_str()
                        } else {
                            collection
                        };
                        collect(value, inner, found, depth + 1);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}
