//! Calling each operation once, as an ordinary client would, and harvesting what its answers hold.

mod as_account;
mod calls;
mod harvest;

use checks::calling::request;
use checks::{Caller, Observations};
use model::{Surface, Target};
use wire::Wire;

use crate::halt::Halt;
use crate::sample::Shapes;
use calls::{call, retry, settle};

pub(crate) use as_account::observe_as_account;
pub(crate) use calls::{may_be_called, path_parameters};
pub(crate) use harvest::harvest;

/// Calls every operation that may be called, those without path parameters first: their answers hold the values for the others. At
/// most half of the budget goes into it; on a larger surface each shape of operation has its turn.
pub(crate) async fn observe(surface: &mut Surface, target: &Target, wire: &Wire, halt: &Halt) -> Observations {
    let caller: Caller = target.identities.first().map(|identity| identity.name.clone());
    let mut observations = Observations::of(caller.clone());
    let may: Vec<usize> =
        (0..surface.operations.len()).filter(|at| may_be_called(&surface.operations[*at], target.consent)).collect();
    let mut chosen = Shapes::of(&surface.operations).in_turns(&may, |_| 0);
    chosen.truncate((wire.budget().left() / 2).max(1) as usize);
    chosen.sort_unstable();
    for holes in 0..3 {
        let now: Vec<usize> =
            chosen.iter().copied().filter(|at| path_parameters(&surface.operations[*at]).min(2) == holes).collect();
        let calls = now.into_iter().map(|at| (at, 0, request::build(&surface.operations[at], surface, target, &[])));
        for (at, _, exchange) in call(calls.collect(), wire, halt).await {
            observations.record(at, caller.clone(), exchange);
        }
        for at in chosen.iter().filter(|at| observations.plain(**at).is_some()) {
            settle(surface, *at, &[]);
        }
        harvest(surface, &observations);
    }
    retry(surface, target, &mut observations, wire, halt).await;
    harvest(surface, &observations);
    observations
}
