//! Reach: the share of rules times operations that was exercised, that is sent and answered in a way that lets a rule judge, and what
//! keeps it down. It decides how good a grade may be.

mod exercised;
mod gateway;
mod no_grade;
mod pairs;
mod payloads;
#[cfg(test)]
pub(super) mod samples;
mod standing;
mod wall;

use model::{Reach, Target};
use wire::Recorded;

use super::outcome::RuleResult;
use crate::ended::Ended;

pub(super) use exercised::Exercised;
pub(super) use gateway::told as told_by_gateway;
pub(super) use payloads::refused as refused_payloads;

/// The reach of the scan.
pub(super) fn reach(
    ended: &Ended,
    records: &[Recorded],
    target: &Target,
    rules: &[RuleResult],
    exercised: &Exercised,
) -> Reach {
    let shares = pairs::shares(ended, target, rules, exercised);
    let all = exercised.operations();
    let because = exercised.because().into_iter().chain(shares.because(target)).collect::<Vec<_>>().join("; ");
    Reach {
        categories: shares.categories,
        operations: if all == 0 { 0.0 } else { exercised.tested() as f64 / all as f64 },
        no_grade: no_grade::why(ended, records, target, exercised),
        doubt: no_grade::doubt(ended, records, exercised),
        because,
    }
}
