//! Finding out what there is: specifications, links, well-known paths, fingerprints.

use std::sync::Arc;

use model::{Method, Operation, OrderKey, Request, Round, Source, Surface, Target};
use wire::{Lease, Wire};

/// Requests that discovery may send.
const REQUESTS: u32 = 25;

/// Completes the surface.
pub(crate) async fn discover(mut surface: Surface, target: &Target, wire: &Wire) -> Surface {
    let lease = Lease::reading(wire.budget(), REQUESTS);
    let mut operations = vec![Operation::undeclared(Method::GET, target.path.clone(), Source::Given)];
    let key = OrderKey { round: Round::Discover, check: 0, operation: 0, step: 0 };
    let given = target.specification.clone().map(|(source, text)| (source, text, false));
    let served = match wire.send(Request::get(&target.origin, "/openapi.json"), &lease, key).await {
        Ok(exchange) if exchange.is_success() => {
            Some(("/openapi.json".to_owned(), exchange.body().to_vec(), true))
        }
        _ => None,
    };
    let _ = (given, served);
    operations.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    surface.operations = operations.into_iter().map(Arc::new).collect();
    surface
}
