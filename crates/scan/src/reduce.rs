use std::collections::BTreeSet;

use model::Evidence;
use wire::Wire;

use crate::rounds::Outcome;

/// Gives up the bodies that no finding cites, once everything is judged: the report shows none of them.
pub(crate) fn uncited(wire: &Wire, outcomes: &[Outcome]) {
    let evidence = outcomes.iter().flat_map(|outcome| &outcome.found).flat_map(|finding| &finding.evidence);
    let cited: BTreeSet<u64> = evidence.filter_map(Evidence::exchange).map(|exchange| exchange.serial).collect();
    wire.reduce_bodies(&cited);
}

#[cfg(test)]
mod tests;
