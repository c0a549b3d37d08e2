//! Whether the target answers the same request always alike. Where status codes go by chance, neither what was found nor what was not
//! says anything about the API.

mod headers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use checks::Observations;
use model::{Depth, Exchange, Request};
use wire::{Account, Lease, Wire};

use crate::repeats::{self, Purpose};
use headers::Manner;

/// Failures that are asked about once more, and how often.
const DOUBTED: usize = 4;
const DOUBTED_TIMES: usize = 2;

/// Operations that have been called twice at the end in any case, but in a quick scan.
const ONCE: usize = 6;

/// Operations that are called again once something varied, and how often each, in turns.
const OPERATIONS: usize = 6;
const TIMES: usize = 5;

/// Operations with other content each time that, with half of those called (the page that links to them apart), make it the manner of the
/// whole target. One may be a feed, or a saying of the day.
const CHANGING: usize = 2;

/// Bodies up to so many bytes are compared: reading four more long lists took 20 MiB.
const LONGEST: usize = 65_536;

/// Share of words that two responses have in common, up to which their content is another.
const COMMON: f64 = 0.6;

/// How often operations are called again once only what they say varied.
const TIMES_OF_CONTENT: usize = 3;

/// Responses that deviate from the commonest of their operation. One may be a deployment, or a worker that was restarted.
const DEVIATING: usize = 2;

/// How a target answers the same request now this way and now that.
pub(crate) struct Doubt {
    /// For a person, with an example.
    pub(crate) says: String,
    /// The headers, where it is them alone, so that statuses and contents still say something.
    pub(crate) headers: Vec<&'static str>,
}

/// Says how the same request is answered now this way and now that, if it is. Little is sent where nothing
/// points to it.
pub(crate) async fn doubt(
    observed: &Observations,
    exchanges: &[Arc<Exchange>],
    depth: Depth,
    wire: &Wire,
) -> Option<Doubt> {
    let mut again = Repeats { wire, sent: 0 };
    let ordinary: Vec<&Arc<Exchange>> = observed.plain_calls().filter(|e| is_ordinary(e)).collect();
    let mut called: Vec<Called<'_>> = ordinary.iter().take(OPERATIONS).map(|e| Called::of(e, exchanges)).collect();
    let has_varied = varied(exchanges);
    let mut times = if has_varied { TIMES } else { 0 };
    if !has_varied {
        let fails = |e: &&Arc<Exchange>| is_ordinary(e) && e.status() / 100 == 5;
        let failed = exchanges.iter().filter(fails).take(DOUBTED);
        for known in failed.flat_map(|failed| [failed; DOUBTED_TIMES]) {
            times = if again.send(known).await?.status() == known.status() { times } else { TIMES };
        }
        let wanted = if depth > Depth::Quick { ONCE } else { 0 };
        let is_repeated = |e: &&&Arc<Exchange>| repeated(e, exchanges).next().is_some();
        let known = ordinary.iter().filter(is_repeated).take(wanted).count();
        let once = called.iter_mut().filter(|called| repeated(called.first, exchanges).next().is_none());
        for called in once.take(wanted - known) {
            let now = again.send(called.first).await?;
            times = if now.status() == called.first.status() { times } else { TIMES };
            called.see(&now);
        }
        let is_sign = |called: &Called<'_>| {
            let otherwise = asked_otherwise(called.first, exchanges).any(|other| differs(called.first, other));
            called.changes || otherwise || !headers::differing(&called.manners).is_empty()
        };
        if times == 0 && called.iter().any(is_sign) {
            times = TIMES_OF_CONTENT;
        }
        if times == 0 {
            return None;
        }
    }
    for _ in 0..times {
        for called in &mut called {
            let now = again.send(called.first).await?;
            called.statuses.push(now.status());
            called.see(&now);
        }
    }
    judged(&called)
}

/// What an operation was answered with, each time.
struct Called<'a> {
    first: &'a Arc<Exchange>,
    /// Of the repeats alone.
    statuses: Vec<u16>,
    /// Whether the content was another one.
    changes: bool,
    /// What the headers said, of all responses.
    manners: Vec<Manner>,
}

impl<'a> Called<'a> {
    /// With what the scan sent again anyway.
    fn of(first: &'a Arc<Exchange>, exchanges: &'a [Arc<Exchange>]) -> Called<'a> {
        let mut called = Called { first, statuses: Vec::new(), changes: false, manners: vec![headers::manner(first)] };
        repeated(first, exchanges).for_each(|other| called.see(other));
        called
    }

    fn see(&mut self, now: &Exchange) {
        self.changes |= differs(self.first, now);
        // An error has headers of its own.
        if now.status() == self.first.status() {
            self.manners.push(headers::manner(now));
        }
    }
}

/// What the repeats come to.
fn judged(called: &[Called<'_>]) -> Option<Doubt> {
    let deviating_statuses: usize = called.iter().map(|called| deviating(&called.statuses)).sum();
    if deviating_statuses >= DEVIATING {
        let worst = called.iter().max_by_key(|called| deviating(&called.statuses))?;
        let seen = worst.statuses.iter().map(u16::to_string).collect();
        return Some(Doubt { says: told(&worst.first.request, &seen), headers: Vec::new() });
    }
    let most = |changing: usize| changing >= CHANGING && changing * 2 + 1 >= called.len();
    let mut of_content = called.iter().filter(|called| called.changes);
    if most(of_content.clone().count()) {
        let says = other_content(&of_content.next()?.first.request);
        return Some(Doubt { says, headers: Vec::new() });
    }
    let of_headers: Vec<_> = called.iter().filter(|called| deviating(&called.manners) >= DEVIATING).collect();
    let says = other_headers(of_headers.first().filter(|_| most(of_headers.len()))?);
    let headers: BTreeSet<_> = of_headers.iter().flat_map(|called| headers::differing(&called.manners)).collect();
    Some(Doubt { says, headers: headers.into_iter().collect() })
}

/// Says in which headers the responses of an operation differed.
fn other_headers(called: &Called<'_>) -> String {
    let names = headers::differing(&called.manners).join(", ");
    told(&called.first.request, &BTreeSet::from([format!("other headers each time: {names}")]))
}

/// Says that a request was answered with the same status and another content.
pub(crate) fn other_content(request: &Request) -> String {
    told(request, &BTreeSet::from(["other content each time".to_owned()]))
}

/// Says that a request was answered so and so.
fn told(request: &Request, seen: &BTreeSet<String>) -> String {
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    format!(
        "the target responds to the same request now one way and now another ({} {} with {}), so nothing can be concluded from its \
         responses; scan again when it is stable",
        request.method,
        request.path(),
        seen.join(", ")
    )
}

struct Repeats<'a> {
    wire: &'a Wire,
    sent: u32,
}

impl Repeats<'_> {
    /// What the same request is answered with now. Nothing of it is judged but whether it is the same.
    async fn send(&mut self, exchange: &Exchange) -> Option<Arc<Exchange>> {
        let key = repeats::key(Purpose::Steadiness, self.sent);
        self.sent += 1;
        let lease = Lease::reading(self.wire.budget(), 1).paid_by(Account::Again);
        self.wire.send(exchange.request.clone().fresh(), &lease, key).await.ok()
    }
}

/// Whether both succeeded, with another content.
fn differs(one: &Exchange, other: &Exchange) -> bool {
    let is_short = one.body_len() <= LONGEST && other.body_len() <= LONGEST;
    is_short && one.is_success() && one.status() == other.status() && !has_the_content(one, other)
}

/// Whether two responses have most of their words in common. Words with a digit are numbers, times and tokens, which vary.
fn has_the_content(one: &Exchange, other: &Exchange) -> bool {
    let words = |exchange: &Exchange| -> BTreeSet<String> {
        let text = exchange.text();
        let words = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty() && !w.contains(|c: char| c.is_ascii_digit()));
        words.map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    let either = one.union(&other).count();
    either == 0 || one.intersection(&other).count() as f64 / either as f64 > COMMON
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

/// The other exchanges of the very request, by whatever needed it again.
pub(crate) fn repeated<'a>(
    exchange: &'a Exchange,
    exchanges: &'a [Arc<Exchange>],
) -> impl Iterator<Item = &'a Exchange> {
    let as_sent = |e: &&Exchange| e.request.headers == exchange.request.headers || is_of_a_burst(e);
    asked_otherwise(exchange, exchanges).filter(as_sent)
}

/// The exchanges of the same resource, whatever their headers: those rarely decide what is said, so that another content is a sign.
fn asked_otherwise<'a>(exchange: &'a Exchange, exchanges: &'a [Arc<Exchange>]) -> impl Iterator<Item = &'a Exchange> {
    let request = &exchange.request;
    let is_same = |other: &Request| {
        (&other.method, &other.origin, &other.target, &other.identity)
            == (&request.method, &request.origin, &request.target, &request.identity)
    };
    exchanges.iter().map(AsRef::as_ref).filter(move |e| is_same(&e.request) && e.serial != exchange.serial)
}

/// Whether nothing but a number tells the request from others.
fn is_of_a_burst(exchange: &Exchange) -> bool {
    let altered = &exchange.request.altered;
    // Refusals of a burst are what it is after.
    let refused = matches!(exchange.status(), 403 | 429 | 503);
    !refused && altered.len() == 1 && altered.iter().all(|a| a.name == checks::experiments::burst::COUNTER)
}

/// How many are not the commonest.
fn deviating<T: Ord>(seen: &[T]) -> usize {
    let mut counts: BTreeMap<&T, usize> = BTreeMap::new();
    for one in seen {
        *counts.entry(one).or_default() += 1;
    }
    seen.len() - counts.values().max().copied().unwrap_or(0)
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

    fn numbered(serial: u64, target: &str) -> Arc<Exchange> {
        Arc::new(Exchange { serial, ..Arc::into_inner(exchange(target, 200)).unwrap() })
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
        let all = [numbered(1, "/a"), numbered(2, "/b"), numbered(3, "/a")];
        assert_eq!(all.each_ref().map(|e| repeated(e, &all).next().is_some()), [true, false, true]);
    }

    #[test]
    fn numbers_and_tokens_are_no_content() {
        let said = |body: &str| {
            let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
            let outcome = Outcome::Answered(Response::new(200, Vec::new(), body.as_bytes().to_vec()));
            Exchange { serial: 0, request: Request::get(&origin, "/a"), outcome, elapsed_us: 0, hops: Vec::new() }
        };
        let is_same = |one: &str, other: &str| has_the_content(&said(one), &said(other));
        assert!(is_same(
            r#"{"state":"up","at":"12:01","id":"7fa3e2"}"#,
            r#"{"state":"up","at":"12:02","id":"bb41c0"}"#
        ));
        assert!(is_same("", "") && is_same("[1,2]", "[3]"));
        assert!(!is_same(r#"{"open":true,"rows":[1]}"#, r#"{"open":false,"rows":[]}"#));
        assert!(!is_same(r#"{"name":"oat","kind":null}"#, r#"{"size":"north"}"#));
    }

    #[test]
    fn what_is_not_the_commonest_deviates() {
        assert_eq!(deviating(&[200, 500, 200, 404]), 2);
        assert_eq!(deviating(&[500, 500]), 0);
        assert_eq!(deviating::<u16>(&[]), 0);
    }
}
