//! First contact: does the target answer, and what is it made of?

use model::{OrderKey, Request, Round, Surface, Target};
use wire::{Lease, Wire};

/// Requests the preflight may send.
const REQUESTS: u32 = 8;

/// Asks for the URL as given; the answer names the products behind it.
pub(crate) async fn preflight(target: &Target, wire: &Wire) -> Surface {
    let lease = Lease::reading(wire.budget(), REQUESTS);
    let key = OrderKey { round: Round::Preflight, check: 0, operation: 0, step: 0 };
    let surface =
        Surface { origin: Some(target.origin.clone()), path: target.path.clone(), ..Surface::default() };
    // An unreachable target shows in the exchange; the surface is then what was given.
    let _ = wire.send(Request::get(&target.origin, &target.path).follow(), &lease, key).await;
    surface
}
