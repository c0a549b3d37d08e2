//! One bounded burst of identical cheap requests, sent once in a scan and judged by every rule about limits.

use std::sync::Arc;

use model::{Exchange, Method, NotTested, Operation, Request, Shared};

use crate::vocabulary::{self, Meaning};
use crate::{Shares, TargetProbe};

/// Requests of the burst, at most.
pub const REQUESTS: u32 = ENOUGH + AFTER as u32;

/// How many an operation has to have answered within a minute before it counts as unlimited: the burst and what other rules sent it. Limits
/// of ten a minute and less show; one of twenty would take eight more requests of every scan.
pub const ENOUGH: u32 = 16;

/// Requests of the burst, at least: they come one right after the other, and ids handed out in them are compared.
pub const LEAST: u32 = 8;

/// The requests are the same for every rule.
pub const SHARES: Shares = Shares { with: "burst", requests: REQUESTS };

/// Requests after the first refusal, which show whether it lasts.
const AFTER: usize = 8;

/// Carries the number of the request, so that each is really sent, and only once for all rules that ask.
pub const COUNTER: &str = "X-Middlebrick-Burst";

/// What came of it.
#[derive(Debug, Clone)]
pub struct Burst<'a> {
    /// The operation it went to.
    pub operation: &'a Operation,
    /// The request without its number.
    pub request: Request,
    /// Whether it is a place to log in or looks expensive.
    pub matters: bool,
    /// Requests that the operation answered in the minute before.
    pub before: u32,
    /// The answers in order.
    pub responses: Vec<Arc<Exchange>>,
    /// Why it ended early for another reason than 429.
    pub ended: Option<Ended>,
}

/// Why a burst ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// 403 or 503 where the same request was answered before.
    Blocked,
    /// Answers took five times as long as the first ones, or none came.
    Slowed,
}

impl Burst<'_> {
    /// Where the first 429 stands.
    pub fn refused(&self) -> Option<usize> {
        self.responses.iter().position(|e| e.status() == 429)
    }
}

/// Sends the burst, or joins the one under way. One after the other, to the GET that looks most expensive, or else like a place to log in; it ends soon after the first 429, and at once at any other sign of distress. What a limiter has counted of the scan's other requests to that
/// operation need not be sent again.
///
/// # Errors
/// As [`TargetProbe::send`], and [`NotTested::NotApplicable`] when no GET succeeded.
pub async fn run<'a>(probe: &TargetProbe<'a>) -> Result<Burst<'a>, NotTested> {
    let called = probe.observations.called(probe.surface);
    let candidates = called.filter(|(o, e)| o.method == Method::GET && e.is_success());
    let best = candidates.min_by_key(|(o, e)| (std::cmp::Reverse(rank(o, e)), o.path.clone()));
    let Some((operation, plain)) = best else {
        return Err(NotTested::not_applicable("no GET returned a response"));
    };
    let request = plain.request.clone();
    let before = probe.count_lately(|exchange| counts(exchange, &request));
    let enough = ENOUGH.saturating_sub(before).max(LEAST) as usize;
    let matters = rank(operation, plain) > 0;
    let mut burst = Burst { operation, request, matters, before, responses: Vec::new(), ended: None };
    // Whatever came before, the last one that is needed has the same number, and a deep scan shows the same request as a standard one.
    let first = ENOUGH + 1 - enough as u32;
    for number in first..=REQUESTS {
        let count = number.to_string();
        let request = burst.request.clone().header(COUNTER, count.as_str()).altered("header", COUNTER, &count);
        burst.responses.push(probe.send(request).await?);
        burst.ended = distress(&burst.responses);
        let enough = burst.refused().map_or(enough, |at| at + AFTER + 1);
        if burst.responses.len() >= enough || burst.ended.is_some() {
            break;
        }
    }
    Ok(burst)
}

/// Whether an exchange before the burst went to the same operation and was answered by it. What is sent afresh or with
/// cookies may belong to rules that run beside the burst.
fn counts(exchange: &Exchange, burst: &Request) -> bool {
    let request = &exchange.request;
    let same = request.method == burst.method && request.origin == burst.origin && request.path() == burst.path();
    same && request.shared != Shared::Never
        && request.identity == burst.identity
        && exchange.response().is_some()
        && !request.headers.iter().any(|(name, _)| name == COUNTER || name == "Cookie")
}

/// How much a limit would matter here. The page with the form to log in is not the place where credentials are tried.
fn rank(operation: &Operation, plain: &Exchange) -> u8 {
    if vocabulary::says(&operation.path, Meaning::Expensive) {
        return 2;
    }
    u8::from(vocabulary::says(&operation.path, Meaning::Login) && !plain.is_html())
}

fn distress(responses: &[Arc<Exchange>]) -> Option<Ended> {
    const FIRST: usize = 4;
    const NOTICEABLE_US: u64 = 200_000;
    let last = responses.last()?;
    if matches!(last.status(), 403 | 503) {
        return Some(Ended::Blocked);
    }
    let usual = responses.iter().take(FIRST).map(|e| e.elapsed_us).max().unwrap_or(0).max(NOTICEABLE_US);
    let slow = responses.len() > FIRST && last.elapsed_us > usual.saturating_mul(5);
    (slow || last.response().is_none()).then_some(Ended::Slowed)
}

/// Headers by which servers announce a limit: the IETF draft `RateLimit` and its forerunners.
pub fn announces_a_limit(exchange: &Exchange) -> bool {
    const NAMES: [&str; 6] = [
        "ratelimit",
        "ratelimit-policy",
        "ratelimit-limit",
        "x-ratelimit-limit",
        "x-rate-limit-limit",
        "x-ratelimit-remaining",
    ];
    NAMES.iter().any(|name| exchange.header(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn distress_is_noticed() {
        let ok = || samples::exchange("/", 200, "{}");
        assert_eq!(distress(&[ok(), samples::exchange("/", 503, "")]), Some(Ended::Blocked));
        assert_eq!(distress(&[ok(), samples::exchange("/", 429, "")]), None);
        assert_eq!(distress(&[ok(), ok(), ok()]), None);
    }

    #[test]
    fn what_is_expensive_comes_first() {
        let rank =
            |path: &str, body: &str| rank(&samples::operation(Method::GET, path), &samples::exchange(path, 200, body));
        assert!(
            rank("/search", "[]") > rank("/auth/session", "{}") && rank("/auth/session", "{}") > rank("/books", "[]")
        );
        assert_eq!(rank("/login", "<form></form>"), 0);
    }
}
