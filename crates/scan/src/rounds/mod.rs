//! The rounds, each of them over before the next begins: observe, probe, write, destroy. Then what was seen is judged.

mod admit;
mod confirm;
mod context;
mod destroy;
mod detector;
mod judge;
mod judge_again;
mod learned;
pub(crate) mod observe;
mod order;
mod ordinary;
mod outcome;
mod probe;
mod task;
#[cfg(test)]
mod tests;
mod waves;
mod write;

use checks::Observations;
use model::{Evidence, Finding, NotTested, Round, Surface};

use crate::plan::Plan;

pub(crate) use confirm::{confirm, discard_chance, discard_seen_by_chance, discard_unasked};
pub(crate) use context::RunContext;
pub(crate) use judge::{NOTHING_SEEN, judge};
pub(crate) use judge_again::{discard_quoting, judge_again};
pub(crate) use outcome::{Outcome, Part};

/// Runs the detectors that send, round by round.
pub(crate) async fn run(plan: &Plan, context: &RunContext<'_>) -> Vec<Outcome> {
    let budget = context.wire.budget();
    let changing = plan.asked.iter().filter(|p| !p.check.schedule.burst && !probe::takes(p.terms.cost.effect));
    // Kept back while the probe round goes, so that it does not use up what the user consented to.
    let added = context.target.active_requests(context.surface.operations.len());
    budget.keep_back(write::share(changing, added, budget.left()));
    let mut outcomes = Vec::new();
    let mut written: Option<(Surface, Observations)> = None;
    for (round, planned) in order::parts(plan) {
        if round != Round::Probe {
            budget.release();
        }
        let operations = ordinary::operations(&planned);
        if written.is_none() && !operations.is_empty() {
            let mut known = (context.surface.clone(), context.observed.clone());
            ordinary::ordinary_calls(&operations, &mut known.0, &mut known.1, context).await;
            written = Some(known);
        }
        let known = written.as_ref().map(|(surface, observed)| RunContext { surface, observed, ..*context });
        let context = known.as_ref().unwrap_or(context);
        outcomes.extend(waves::run(round, &planned, context).await);
        // Nothing was sent since the last time.
        if planned.is_empty() {
            continue;
        }
        context.wire.check_again().await;
        context.credential.look(context.wire).await;
    }
    budget.release();
    outcome::joined(outcomes)
}

/// Takes back what leaned on exchanges since the scan was banned or its credential died. What was proved before stays.
pub(crate) fn discredit(outcomes: &mut [Outcome], since: u64, why: &NotTested) {
    for outcome in outcomes {
        // Refusals may have come from a ban before it was noticed.
        let leans_on_refusal = *why == NotTested::Blocked && outcome.counts.refused > 0;
        if !leans_on_refusal && outcome.counts.last_serial < since {
            continue;
        }
        let before =
            |finding: &Finding| finding.evidence.iter().filter_map(Evidence::exchange).all(|e| e.serial < since);
        outcome.found.retain(|finding| !leans_on_refusal && before(finding));
        outcome.result = Err(why.clone());
    }
}
