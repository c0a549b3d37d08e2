use checks::Observations;
use checks::calling::request;
use checks::judging::access;
use model::{ParameterIn, Surface, Target};
use wire::Wire;

use super::calls::{call, may_be_called, path_parameters, retry, settle};
use super::harvest::harvest;
use crate::halt::Halt;

/// Where the calls of an account stand among those of an operation.
const STEP_OF_ACCOUNT: u32 = 100;

/// Calls as the first identity what nobody in particular was refused, and lets that identity be the ordinary caller of what it opens
/// and of all that changes state.
pub(crate) async fn observe_as_account(
    surface: &mut Surface,
    target: &Target,
    observations: &mut Observations,
    wire: &Wire,
    halt: &Halt,
) {
    let Some(caller) = target.identities.first().map(|identity| identity.name.clone()) else { return };
    // What was found since then by the account was called by nobody yet.
    let may = |at: &usize| may_be_called(&surface.operations[*at], target.consent);
    let refused: Vec<usize> = (0..surface.operations.len())
        .filter(|at| observations.plain(*at).map_or_else(|| may(at), |e| access::is_refused(e)))
        .collect();
    for at in 0..surface.operations.len() {
        let operation = &surface.operations[at];
        let acts = refused.contains(&at) || !operation.method.is_safe();
        surface.callers.insert(operation.name(), acts.then(|| caller.clone()));
    }
    for at in &refused {
        // What it was called with may have been made up for want of a value.
        let name = surface.operations[*at].name();
        surface.settled.retain(|(operation, place, _), _| *operation != name || *place != ParameterIn::Path);
    }
    for holes in 0..3 {
        let now = refused.iter().filter(|at| path_parameters(&surface.operations[**at]).min(2) == holes);
        let calls =
            now.map(|at| (*at, STEP_OF_ACCOUNT, request::build(&surface.operations[*at], surface, target, &[])));
        for (at, _, exchange) in call(calls.collect(), wire, halt).await {
            if access::is_refused(&exchange) {
                surface.callers.insert(surface.operations[at].name(), None);
            } else {
                observations.let_call(at, Some(caller.clone()));
            }
            observations.record(at, Some(caller.clone()), exchange);
            settle(surface, at, &[]);
        }
        harvest(surface, observations);
    }
    retry(surface, target, observations, wire, halt).await;
    harvest(surface, observations);
}
