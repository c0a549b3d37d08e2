//! Whether the target answers the same request always alike. Where status codes go by chance, neither what was found nor what was not
//! says anything about the API.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use checks::Observations;
use model::{Depth, Exchange, Request};
use wire::{Account, Lease, Wire};

use crate::repeats::{self, Purpose};

/// Failures that are asked about once more, and how often.
const DOUBTED: usize = 4;
const DOUBTED_TIMES: usize = 2;

/// Operations that have been called twice at the end in any case, but in a quick scan.
const ONCE: usize = 4;

/// Operations that are called again once something varied, and how often each, in turns.
const OPERATIONS: usize = 6;
const TIMES: usize = 5;

/// Responses that deviate from the commonest of their operation. One may be a deployment, or a worker that was restarted.
const DEVIATING: usize = 2;

/// Says how the same request is answered now this way and now that, if it is. Little is sent where nothing
/// points to it.
pub(crate) async fn doubt(
    observed: &Observations,
    exchanges: &[Arc<Exchange>],
    depth: Depth,
    wire: &Wire,
) -> Option<String> {
    let mut again = Repeats { wire, sent: 0 };
    let ordinary: Vec<&Arc<Exchange>> = observed.plain_calls().filter(|e| is_ordinary(e)).collect();
    let called = &ordinary[..ordinary.len().min(OPERATIONS)];
    if !varied(exchanges) {
        let fails = |e: &&Arc<Exchange>| is_ordinary(e) && e.status() / 100 == 5 && !was_repeated(e, exchanges);
        let failed = exchanges.iter().filter(fails).take(DOUBTED);
        let wanted = if depth > Depth::Quick { ONCE } else { 0 };
        let is_repeated = |e: &&&Arc<Exchange>| was_repeated(e, exchanges);
        let repeated = ordinary.iter().filter(is_repeated).take(wanted).count();
        let once = called.iter().copied().filter(|e| !was_repeated(e, exchanges)).take(wanted - repeated);
        let mut sign = false;
        for known in failed.flat_map(|failed| [failed; DOUBTED_TIMES]).chain(once) {
            sign |= again.status(known).await? != known.status();
        }
        if !sign {
            return None;
        }
    }
    let mut statuses: Vec<Vec<u16>> = vec![Vec::new(); called.len()];
    for _ in 0..TIMES {
        for (exchange, statuses) in called.iter().zip(&mut statuses) {
            statuses.push(again.status(exchange).await?);
        }
    }
    let deviating: usize = statuses.iter().map(|statuses| deviating(statuses)).sum();
    let (worst, seen) = called.iter().zip(&statuses).max_by_key(|(_, statuses)| self::deviating(statuses))?;
    let seen: BTreeSet<u16> = seen.iter().copied().collect();
    let seen: Vec<String> = seen.iter().map(u16::to_string).collect();
    (deviating >= DEVIATING).then(|| {
        format!(
            "the target answers the same request now this way and now that ({} {} with {}), so nothing can be concluded from its \
             responses; scan again when it is stable",
            worst.request.method,
            worst.request.path(),
            seen.join(", ")
        )
    })
}

struct Repeats<'a> {
    wire: &'a Wire,
    sent: u32,
}

impl Repeats<'_> {
    /// The status that the same request is answered with now. The rest of the response is not judged again: reading four more long lists
    /// took 20 MiB.
    async fn status(&mut self, exchange: &Exchange) -> Option<u16> {
        let key = repeats::key(Purpose::Steadiness, self.sent);
        self.sent += 1;
        let lease = Lease::reading(self.wire.budget(), 1).paid_by(Account::Again);
        Some(self.wire.send(exchange.request.clone().fresh(), &lease, key).await.ok()?.status())
    }
}

/// An ordinary request that can be sent again, and was not put off.
fn is_ordinary(exchange: &Exchange) -> bool {
    exchange.request.is_clean() && exchange.request.method.is_safe() && !matches!(exchange.status(), 429 | 503)
}

/// Whether equal requests were answered with different status codes.
pub(crate) fn varied(exchanges: &[Arc<Exchange>]) -> bool {
    let mut known = BTreeMap::new();
    let repeatable = |e: &&Arc<Exchange>| e.request.method.is_safe() && !matches!(e.status(), 429 | 503);
    exchanges.iter().filter(repeatable).any(|e| {
        let (request, place) = (&e.request, is_of_a_burst(e));
        let headers = if place { &[] } else { request.headers.as_slice() };
        let key = (request.method.as_str(), &request.origin, &request.target, &request.identity, headers, place);
        *known.entry(key).or_insert(e.status()) != e.status()
    })
}

/// Whether the very request was sent more than once already, by whatever needed it again.
fn was_repeated(exchange: &Exchange, exchanges: &[Arc<Exchange>]) -> bool {
    let request = &exchange.request;
    let is_same = |other: &Request| {
        (&other.method, &other.origin, &other.target, &other.identity)
            == (&request.method, &request.origin, &request.target, &request.identity)
    };
    let as_sent = |e: &Exchange| e.request.headers == request.headers || is_of_a_burst(e);
    exchanges.iter().filter(|e| is_same(&e.request) && as_sent(e)).nth(1).is_some()
}

/// Whether nothing but a number tells the request from others.
fn is_of_a_burst(exchange: &Exchange) -> bool {
    let altered = &exchange.request.altered;
    // Refusals of a burst are what it is after.
    let refused = matches!(exchange.status(), 403 | 429 | 503);
    !refused && altered.len() == 1 && altered.iter().all(|a| a.name == checks::experiments::burst::COUNTER)
}

/// How many are not the commonest.
fn deviating(statuses: &[u16]) -> usize {
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for status in statuses {
        *counts.entry(*status).or_default() += 1;
    }
    statuses.len() - counts.values().max().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Response, Scheme};

    use super::*;

    fn exchange(target: &str, status: u16) -> Arc<Exchange> {
        let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let outcome = Outcome::Answered(Response::new(status, Vec::new(), Vec::new()));
        let request = Request::get(&origin, target);
        Arc::new(Exchange { serial: 0, request, outcome, elapsed_us: 0, hops: Vec::new() })
    }

    #[test]
    fn the_same_request_with_another_status_is_a_sign() {
        assert!(varied(&[exchange("/a", 200), exchange("/b", 404), exchange("/a", 404)]));
        assert!(!varied(&[exchange("/a", 200), exchange("/a?x=1", 500), exchange("/a", 200)]));
        assert!(
            !varied(&[exchange("/a", 200), exchange("/a", 429), exchange("/a", 503)]),
            "who is put off learns nothing"
        );
    }

    #[test]
    fn what_was_sent_twice_need_not_be_sent_again() {
        let all = [exchange("/a", 200), exchange("/b", 200), exchange("/a", 200)];
        assert_eq!(all.each_ref().map(|e| was_repeated(e, &all)), [true, false, true]);
    }

    #[test]
    fn what_is_not_the_commonest_deviates() {
        assert_eq!(deviating(&[200, 500, 200, 404]), 2);
        assert_eq!(deviating(&[500, 500]), 0);
        assert_eq!(deviating(&[]), 0);
    }
}
