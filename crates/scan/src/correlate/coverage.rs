//! How much was looked at, and how the scan ended.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Coverage, CredentialState, Exchange, Failure, Location, NotTested, Redactor, Status, SurfaceView, Target,
    Truncation,
};
use wire::{Recorded, Wire};

use super::outcome::RuleResult;
use super::reach::{Exercised, told_by_gateway};
use super::unwritten::why_not_written;
use crate::ended::Ended;

/// How much was looked at.
pub(super) fn coverage(result: &model::Score, rules: &[RuleResult], ended: &Ended, exercised: &Exercised) -> Coverage {
    let probed: BTreeSet<usize> = ended
        .outcomes
        .iter()
        .filter(|o| o.counts.sent > 0 && (o.result.is_ok() || !o.found.is_empty()))
        .filter_map(|o| o.operation)
        .collect();
    let reached: Vec<_> = ended.observations.plain_calls().filter(|e| e.response().is_some()).collect();
    Coverage {
        reach: (result.reach * 10.0).floor() / 10.0,
        categories_assessed: result.categories.values().filter(|c| c.applies && c.score.is_some()).count() as u32,
        categories_applicable: result.categories.values().filter(|c| c.applies).count() as u32,
        operations_reached: reached.len() as u32,
        operations: ended.surface.operations.len() as u32,
        operations_successful: reached.iter().filter(|e| e.is_success()).count() as u32,
        operations_tested: exercised.tested() as u32,
        operations_counted: exercised.operations() as u32,
        operations_probed: probed.len() as u32,
        rules_tested: rules.iter().filter(|r| r.is_tested()).count() as u32,
        rules: rules.len() as u32,
    }
}

/// Every operation with what was seen of it.
pub(super) fn surface(ended: &Ended, records: &[Recorded], target: &Target, redactor: &Redactor) -> Vec<SurfaceView> {
    let mut about: BTreeMap<u32, u32> = BTreeMap::new();
    for record in records {
        let index = match record.key.round {
            model::Round::Observe => Some(record.key.operation),
            model::Round::Probe | model::Round::Write | model::Round::Destroy => record.key.operation.checked_sub(1),
            _ => None,
        };
        if let Some(index) = index {
            *about.entry(index).or_default() += 1;
        }
    }
    let mut tried: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for outcome in ended.outcomes.iter().filter(|o| o.result.is_ok() || !o.found.is_empty()) {
        if let Some(at) = outcome.operation {
            tried.entry(at).or_default().insert(outcome.check.rule.id);
        }
    }
    // What was called otherwise than by the plain call: what changes state, and what discovery came by.
    let called: BTreeSet<Location> = records
        .iter()
        .filter(|record| !record.exchange.request.method.is_safe() || record.exchange.request.is_clean())
        .map(|record| checks::place(&ended.surface, &record.exchange))
        .collect();
    ended
        .surface
        .operations
        .iter()
        .enumerate()
        .map(|(at, operation)| {
            let plain = ended.observations.plain(at);
            let reason = match plain {
                Some(exchange) => exchange.failure().map(ToString::to_string),
                None if called.contains(&Location::of(operation)) => None,
                None if !operation.method.is_safe() => Some(why_not_written(at, ended, target).to_string()),
                None if checks::vocabulary::looks_destructive(operation) && target.consent < model::Consent::All => {
                    Some(NotTested::LooksDestructive.to_string())
                }
                None => Some(NotTested::OverBudget.to_string()),
            };
            SurfaceView {
                method: operation.method.clone(),
                path: redactor.text(&operation.path),
                source: operation.source,
                status: plain.map(|e| e.status()).filter(|s| *s != 0),
                // A plain call that discovery had already made counts too.
                requests: about.get(&(at as u32)).copied().unwrap_or(0).max(u32::from(plain.is_some())),
                tried: tried
                    .remove(&at)
                    .map(|rules| rules.into_iter().map(str::to_owned).collect())
                    .unwrap_or_default(),
                not_tested: reason.map(|why| redactor.text(&why)),
            }
        })
        .collect()
}

/// How the scan ended, and why it is not complete.
pub(super) fn status(target: &Target, wire: &Wire, ended: &Ended, records: &[Recorded]) -> (Status, Option<String>) {
    if !wire.was_reached() {
        let own = records.iter().filter(|r| r.exchange.request.origin == target.origin);
        let failed = || own.clone().find_map(|r| r.exchange.failure().map(ToString::to_string));
        let why = ended.diagnosis.clone().or_else(failed).unwrap_or_else(|| nothing_came(wire));
        // Handshakes that were judged are something.
        let is_judged = ended.outcomes.iter().any(|outcome| !outcome.found.is_empty());
        return (if is_judged { Status::Incomplete } else { Status::Unreachable }, Some(why));
    }
    let short = ended.outcomes.iter().filter_map(|o| o.result.as_ref().err()).find(|r| r.cuts_the_scan_short());
    let why = if let Some(why) = wire.cancelled() {
        why.to_string()
    } else if let Some(says) = &ended.diagnosis {
        says.clone()
    } else if wire.is_dead() || fell_silent(records) {
        "the target stopped answering".to_owned()
    } else if wire.is_banned() {
        NotTested::Blocked.to_string()
    } else if let Some(fault) = &ended.fault {
        fault.clone()
    } else if let Some(dead) = ended.credential.as_ref().filter(|c| is_useless(c.state)) {
        dead.detail.clone()
    } else if let Some(reason) = short {
        reason.to_string()
    } else if ended.looked_briefly {
        NotTested::OutOfTime.to_string()
    } else if let Some(why) = nothing_seen(ended, records) {
        why
    } else {
        return (Status::Completed, None);
    };
    (Status::Incomplete, Some(why))
}

/// Whether a scan with such a credential could not see what it was to see.
fn is_useless(state: CredentialState) -> bool {
    matches!(state, CredentialState::Refused | CredentialState::Lost | CredentialState::NotSent)
}

/// Why there is no exchange at all, not even a failed one: what was under way when the scan was stopped is none.
fn nothing_came(wire: &Wire) -> String {
    match (wire.requests(), wire.is_cancelled()) {
        (0, true) => "no connection was made before the deadline or Ctrl-C".to_owned(),
        (0, false) => "nothing was sent".to_owned(),
        (sent, _) => {
            format!("{} sent, and no response came before the deadline or Ctrl-C", model::counted(sent, "request"))
        }
    }
}

/// Why what was seen says nothing about the API, if it does not. There is no grade then.
pub(super) fn nothing_seen(ended: &Ended, records: &[Recorded]) -> Option<String> {
    if ended.surface.operations.is_empty() {
        Some("no operation matches --include, --exclude-path and --method".to_owned())
    } else if !records.iter().any(|r| is_whole_answer(&r.exchange)) {
        let why = || "every response was a server error or broke off".to_owned();
        Some(told_by_gateway(records).unwrap_or_else(why))
    } else {
        None
    }
}

/// An answer that says something about the API: no server error, and read to its end or its cap.
fn is_whole_answer(exchange: &Exchange) -> bool {
    let broken = |t| matches!(t, Truncation::Time | Truncation::Ended | Truncation::Bomb);
    exchange.response().is_some_and(|r| r.status < 500 && !r.truncated.is_some_and(broken))
}

/// Whether the last exchanges by time say that nobody is there any more: nothing listens, or three in a row got no response.
fn fell_silent(records: &[Recorded]) -> bool {
    const SILENCES: usize = 3;
    let mut last: Vec<&Recorded> = records.iter().collect();
    last.sort_by_key(|r| std::cmp::Reverse(r.exchange.serial));
    let gone =
        last.first().is_some_and(|r| matches!(r.exchange.failure(), Some(Failure::Unreachable(_) | Failure::Proxy(_))));
    gone || last.len() >= SILENCES && last.iter().take(SILENCES).all(|r| r.exchange.response().is_none())
}
