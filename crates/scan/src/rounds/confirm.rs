//! Asking again: what a target that fails now and then was found to do must be seen twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use checks::judging::soft_404;
use model::{Confidence, Evidence, Exchange, OrderKey, Request, Round, Severity};
use wire::{Account, Lease, Wire};

use super::outcome::Outcome;
use crate::repeats::{self, Purpose};
use crate::steadiness;

/// Most findings that are asked about again.
const MOST: usize = 20;

/// Most of them where nothing points to chance: servers with a fault in many responses have many findings, each of which may say so.
const UNDOUBTED: usize = 3;

/// How often a request is sent again whose response may be chance, and how often it has to come out alike.
const TIMES: usize = 6;
const USUAL: usize = 4;

/// The checks' place in the transcript: after all others.
const LAST: u32 = u32::MAX;

/// Re-sends the first evidence of findings of medium severity and worse, where the target answered one request now this way and now that;
/// a finding that shows another class of answer the second time is tentative.
pub(crate) async fn confirm(outcomes: &mut [Outcome], wire: &Wire) {
    let mut again: BTreeMap<u64, bool> = BTreeMap::new();
    let doubted = outcomes
        .iter_mut()
        .flat_map(|outcome| &mut outcome.found)
        .filter(|f| f.rule.severity >= Severity::Medium && f.confidence > Confidence::Tentative);
    for finding in doubted {
        let Some(first) = finding.evidence.iter().find_map(Evidence::exchange).map(Arc::clone) else { continue };
        if !first.request.method.is_safe() {
            continue;
        }
        let known = again.get(&first.serial).copied();
        let holds = match known {
            Some(holds) => holds,
            None if again.len() >= MOST => continue,
            None => {
                let step = again.len() as u32;
                let key = OrderKey { round: Round::Probe, check: LAST, operation: LAST, step };
                let request = first.request.clone().fresh();
                let Ok(second) = wire.send(request, &Lease::reading(wire.budget(), 1), key).await else { return };
                // Who is put off learns nothing.
                let holds = matches!(second.status(), 429 | 503) || class(&first) == class(&second);
                again.insert(first.serial, holds);
                holds
            }
        };
        if !holds {
            finding.confidence = Confidence::Tentative;
            if !finding.detail.is_empty() {
                finding.detail.push(' ');
            }
            finding.detail.push_str("Sent again, the request got another response; the target fails now and then.");
        }
    }
}

/// Sends the evidence of findings of medium severity and worse again, on connections of their own, when the target sent responses that
/// no request asked for: what then gets another response rests on one of those, and is no finding.
pub(crate) async fn discard_unasked(outcomes: &mut [Outcome], wire: &Wire) {
    let mut gone = BTreeSet::new();
    for (step, first) in cited(outcomes, Severity::Medium).iter().enumerate() {
        // What the budget does not allow to be sent again is not known to be true.
        if !is_repeated(first, step, wire).await {
            gone.insert(first.serial);
        }
    }
    drop_resting_on(outcomes, Severity::Medium, &gone);
}

/// Sends the evidence of findings again, some times each, where the target answers the same request now this way and now that. What
/// does not come to the same status more often than not is chance, and no finding.
pub(crate) async fn discard_chance(outcomes: &mut [Outcome], wire: &Wire) {
    let mut gone = BTreeSet::new();
    for (step, first) in cited(outcomes, Severity::Low).iter().take(MOST).enumerate() {
        if !is_usual(first, step, wire).await {
            gone.insert(first.serial);
        }
    }
    drop_resting_on(outcomes, Severity::Low, &gone);
}

/// Sends again what the findings of medium severity and worse rest on that were read out of responses. Where one of them is not said
/// again, or the target is known to answer by chance, each is sent more often: what stays away more often than not is no finding. Comes to
/// a request whose response was chance.
pub(crate) async fn discard_seen_by_chance(
    outcomes: &mut [Outcome],
    exchanges: &[Arc<Exchange>],
    doubted: bool,
    wire: &Wire,
) -> Option<Request> {
    let read = read_out_of(outcomes);
    let is_said_twice = |(first, excerpts): &&(Arc<Exchange>, Vec<String>)| {
        steadiness::repeated(first, exchanges).any(|other| says_again(first, excerpts, other))
    };
    let mut repeated = Repeated { wire, step: 0 };
    let mut all_hold = !doubted;
    let once = read.iter().filter(|one| !is_said_twice(one));
    for (first, excerpts) in once.take(if doubted { 0 } else { UNDOUBTED }) {
        all_hold &= repeated.says(first, excerpts).await?;
    }
    if all_hold {
        return None;
    }
    let mut gone = BTreeMap::new();
    for (place, (first, excerpts)) in read.iter().enumerate() {
        let mut says = 0;
        for _ in 0..TIMES {
            // What the budget does not allow to be sent again is not known to be true: some of it is chance.
            let says_again = if place < MOST { repeated.says(first, excerpts).await } else { None };
            says += usize::from(says_again.unwrap_or(false));
        }
        if says < USUAL {
            gone.insert(first.serial, first.request.clone());
        }
    }
    drop_resting_on(outcomes, Severity::Medium, &gone.keys().copied().collect());
    gone.into_values().next()
}

struct Repeated<'a> {
    wire: &'a Wire,
    step: u32,
}

impl Repeated<'_> {
    /// Whether the same request is answered alike now, or put off; `None` if it could not be sent.
    async fn says(&mut self, first: &Exchange, excerpts: &[String]) -> Option<bool> {
        let key = repeats::key(Purpose::Reading, self.step);
        self.step += 1;
        let lease = Lease::reading(self.wire.budget(), 1).paid_by(Account::Again);
        let second = self.wire.send(first.request.clone().fresh(), &lease, key).await.ok()?;
        Some(matches!(second.status(), 429 | 503) || says_again(first, excerpts, &second))
    }
}

/// The exchanges of modest length that these findings rest on, with what is quoted of them.
fn read_out_of(outcomes: &[Outcome]) -> Vec<(Arc<Exchange>, Vec<String>)> {
    const LONGEST: usize = 65_536;
    let mut each: BTreeMap<u64, (Arc<Exchange>, Vec<String>)> = BTreeMap::new();
    let findings = outcomes.iter().flat_map(|outcome| &outcome.found).filter(|f| f.rule.severity >= Severity::Medium);
    for evidence in findings.flat_map(|finding| &finding.evidence) {
        let Some(exchange) = evidence.exchange().filter(|e| e.request.method.is_safe() && e.body_len() <= LONGEST)
        else {
            continue;
        };
        let excerpt = evidence.excerpt().trim();
        if !excerpt.is_empty() && quotes(exchange, excerpt) {
            each.entry(exchange.serial)
                .or_insert_with(|| (Arc::clone(exchange), Vec::new()))
                .1
                .push(excerpt.to_owned());
        }
    }
    each.into_values().collect()
}

/// Whether a response says again what was quoted of the first, or is the same page with other values in it.
fn says_again(first: &Exchange, excerpts: &[String], second: &Exchange) -> bool {
    first.status() == second.status()
        && (excerpts.iter().all(|excerpt| quotes(second, excerpt)) || soft_404::alike(first, second))
}

/// Whether the body has this text in it, plainly or as a string of JSON.
fn quotes(exchange: &Exchange, excerpt: &str) -> bool {
    let text = exchange.text();
    text.contains(excerpt) || text.replace('\\', "").contains(&excerpt.replace('\\', ""))
}

/// The exchanges that findings of this severity and worse rest on and that can be sent again, each once.
fn cited(outcomes: &[Outcome], least: Severity) -> Vec<Arc<Exchange>> {
    let findings = outcomes.iter().flat_map(|outcome| &outcome.found).filter(|finding| finding.rule.severity >= least);
    let exchanges = findings.flat_map(|finding| finding.evidence.iter().filter_map(Evidence::exchange));
    let repeatable = exchanges.filter(|exchange| exchange.request.method.is_safe());
    let each: BTreeMap<u64, Arc<Exchange>> = repeatable.map(|e| (e.serial, Arc::clone(e))).collect();
    each.into_values().collect()
}

/// Drops the findings of this severity and worse that rest on one of these exchanges.
fn drop_resting_on(outcomes: &mut [Outcome], least: Severity, gone: &BTreeSet<u64>) {
    for outcome in outcomes {
        outcome.found.retain(|finding| {
            let mut evidence = finding.evidence.iter().filter_map(Evidence::exchange);
            finding.rule.severity < least || !evidence.any(|exchange| gone.contains(&exchange.serial))
        });
    }
}

/// Whether the request comes to this status more often than not: four times of six, so that what holds for three of four requests is
/// kept five times of six, and what one of four requests gets is not.
async fn is_usual(first: &Exchange, step: usize, wire: &Wire) -> bool {
    let mut same = 0;
    for time in 0..TIMES {
        let step = (step * TIMES + time) as u32;
        let key = repeats::key(Purpose::Chance, step);
        let lease = Lease::reading(wire.budget(), 1).paid_by(Account::Again);
        // What cannot be sent again for want of budget stays as it was.
        let Ok(second) = wire.send(first.request.clone().fresh(), &lease, key).await else { return true };
        same += usize::from(second.status() == first.status());
    }
    same >= USUAL
}

async fn is_repeated(first: &Exchange, step: usize, wire: &Wire) -> bool {
    let key = OrderKey { round: Round::Probe, check: LAST, operation: LAST, step: step as u32 };
    let lease = Lease::reading(wire.budget(), 1).paid_by(Account::Apart);
    let second = wire.send(first.request.clone().fresh(), &lease, key).await;
    second.is_ok_and(|second| soft_404::alike(first, &second))
}

/// The first digit of the status; 0 without a response.
fn class(exchange: &Exchange) -> u16 {
    exchange.status() / 100
}
