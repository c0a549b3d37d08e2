//! What each category cost, and what sharing saved it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Round, Spent};
use wire::Recorded;

use crate::rounds::Outcome;

/// Requests by category id; `discovery` for all that no rule asked for.
pub(super) fn by_category(records: &[Recorded], outcomes: &[Outcome]) -> BTreeMap<String, Spent> {
    let checks = checks::all();
    let category = |check: u32| {
        let check = check.checked_sub(1).and_then(|at| checks.get(at as usize));
        check.map_or("discovery", |check| check.rule.category.id())
    };
    let mut spent: BTreeMap<String, Spent> = BTreeMap::new();
    // A request with redirects is one step of its asker, however many exchanges it took.
    let mut steps: BTreeMap<String, BTreeSet<(u32, u32, u32)>> = BTreeMap::new();
    for record in records {
        let key = record.key;
        let name = if key.round < Round::Probe { "discovery" } else { category(key.check) };
        spent.entry(name.to_owned()).or_default().sent += 1;
        steps.entry(name.to_owned()).or_default().insert((key.check, key.operation, key.step));
    }
    let mut asked: BTreeMap<String, u32> = BTreeMap::new();
    for outcome in outcomes {
        *asked.entry(outcome.check.rule.category.id().to_owned()).or_default() += outcome.counts.sent;
    }
    for (name, asked) in asked {
        let own = steps.get(&name).map_or(0, |steps| steps.len() as u32);
        spent.entry(name).or_default().shared = asked.saturating_sub(own);
    }
    spent.retain(|_, spent| *spent != Spent::default());
    spent
}
