//! How long a response is waited for. What has shown that it does not come is waited for once, and then only for a moment: a path
//! whose body has no end, or that never responds, would else cost each rule that asks about it the whole time.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{Exchange, Failure, Phase, Request, Truncation};

use crate::Limits;

/// By what the times are divided where they were in vain before.
const HASTE: u32 = 8;
/// The longest wait for a body that did not end before: what such a stream says at its beginning comes within it.
const MOMENT: Duration = Duration::from_millis(500);
/// How many times as long the head of a document is waited for that did not come the first time. Servers build theirs on the first
/// request, which takes a large one more than the usual time.
const DOCUMENT: u32 = 3;
/// Most paths that are remembered.
const PATHS: usize = 1_000;

/// How long one response is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    /// For its head.
    pub(crate) head: Duration,
    /// For all of its body.
    pub(crate) body: Duration,
    /// For all of its body when it is a stream of events.
    pub(crate) events: Duration,
    /// Until its body has to come at the minimum rate.
    pub(crate) slow_after: Duration,
}

impl Patience {
    /// All that the limits allow.
    pub(crate) fn whole(limits: &Limits) -> Patience {
        Patience { head: limits.head, body: limits.body, events: limits.body, slow_after: limits.slow_after }
    }

    /// For the body of a response of this media type.
    pub(crate) fn with_media(self, media: Option<&str>) -> Patience {
        let stream =
            media.is_some_and(|media| media.trim_start().to_ascii_lowercase().starts_with("text/event-stream"));
        if stream { Patience { body: self.body.min(self.events), ..self } } else { self }
    }
}

/// What a scan has waited for in vain.
#[derive(Debug, Default)]
pub(crate) struct Slow {
    /// Paths with the part that did not come.
    paths: Mutex<BTreeSet<(String, Part)>>,
    /// Milliseconds spent on bodies that did not end.
    lost: AtomicU64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Head,
    Body,
}

impl Slow {
    /// How long the response to this request is waited for.
    pub(crate) fn patience(&self, request: &Request, limits: &Limits) -> Patience {
        let mut patience = Patience::whole(limits);
        // A target that lets all its bodies drip has no more than the time of one of them.
        if self.lost.load(Ordering::Relaxed) >= limits.body.as_millis() as u64 {
            patience.body /= HASTE;
            patience.slow_after /= HASTE;
        }
        // A stream of events that is merely read is made to have no end, and its beginning tells what it is. What answers a prompt comes
        // in events as well, and ends.
        if request.method.is_safe() {
            patience.events = patience.body / 2;
        }
        // A document is worth its time: the rest of the scan depends on it.
        if request.large && request.shared == model::Shared::Never {
            patience.head *= DOCUMENT;
        }
        if !request.large && request.method.is_safe() {
            let path = place(request);
            let paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
            if paths.contains(&(path.clone(), Part::Body)) {
                patience.body = (limits.body / HASTE).min(MOMENT);
                patience.slow_after = patience.slow_after.min(limits.slow_after / HASTE);
            }
            if paths.contains(&(path, Part::Head)) {
                patience.head = limits.head / 4;
            }
        }
        patience
    }

    /// Remembers what did not come.
    pub(crate) fn learn(&self, exchange: &Exchange) {
        let part = match (exchange.response(), exchange.failure()) {
            (Some(response), _) if response.truncated == Some(Truncation::Time) => Part::Body,
            // A payload of ours may make the target wait; that says nothing about the path.
            (_, Some(Failure::TimedOut(Phase::Head))) if exchange.request.is_clean() => Part::Head,
            _ => return,
        };
        if part == Part::Body {
            self.lost.fetch_add(exchange.elapsed_us / 1_000, Ordering::Relaxed);
        }
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        if exchange.request.method.is_safe() && paths.len() < PATHS {
            paths.insert((place(&exchange.request), part));
        }
    }
}

/// What a request is about, whatever its query: its origin and path.
fn place(request: &Request) -> String {
    format!("{}{}", request.origin, request.path())
}

#[cfg(test)]
mod tests {
    use model::{Method, Origin, Outcome, Response, Scheme};

    use super::*;

    fn request(target: &str) -> Request {
        Request::get(&Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 }, target)
    }

    fn endless(target: &str, seconds: u64) -> Exchange {
        let mut response = Response::new(200, Vec::new(), b"data: 1".to_vec());
        response.truncated = Some(Truncation::Time);
        exchange(request(target), Outcome::Answered(response), seconds)
    }

    fn exchange(request: Request, outcome: Outcome, seconds: u64) -> Exchange {
        Exchange { serial: 0, request, outcome, elapsed_us: seconds * 1_000_000, hops: Vec::new() }
    }

    #[test]
    fn a_body_without_end_is_waited_for_once() {
        let (slow, limits) = (Slow::default(), Limits::default());
        let whole = Patience::whole(&limits);
        let whole = Patience { events: whole.body / 2, ..whole };
        assert_eq!(slow.patience(&request("/live"), &limits), whole);
        slow.learn(&endless("/live?of=a", 2));
        let known = slow.patience(&request("/live?of=b"), &limits);
        assert_eq!((known.body, known.head), (MOMENT, limits.head));
        assert_eq!(slow.patience(&request("/lives"), &limits), whole);
        let document = Request { large: true, ..request("/live") };
        assert_eq!(slow.patience(&document, &limits), whole);
        assert_eq!(slow.patience(&document.fresh(), &limits).head, limits.head * DOCUMENT, "asked for again");
    }

    #[test]
    fn a_target_whose_bodies_drip_gets_less_time() {
        let (slow, limits) = (Slow::default(), Limits::default());
        for at in 0..4 {
            assert_eq!(slow.patience(&request("/other"), &limits).body, limits.body);
            slow.learn(&endless(&format!("/{at}"), 2));
        }
        let hasty = slow.patience(&request("/other"), &limits);
        assert_eq!((hasty.body, hasty.head), (limits.body / HASTE, limits.head));
    }

    #[test]
    fn a_path_that_hangs_is_given_less_time_unless_our_payload_may_have_done_it() {
        let (slow, limits) = (Slow::default(), Limits::default());
        let hangs = |request: Request| exchange(request, Outcome::Failed(Failure::TimedOut(Phase::Head)), 5);
        slow.learn(&hangs(request("/a?q=sleep").altered("query", "q", "sleep")));
        assert_eq!(slow.patience(&request("/a"), &limits).head, limits.head);
        slow.learn(&hangs(request("/a")));
        assert_eq!(slow.patience(&request("/a?q=x"), &limits).head, limits.head / 4);
        assert_eq!(slow.patience(&request("/b"), &limits).head, limits.head);
    }

    #[test]
    fn a_stream_of_events_has_half_the_time_unless_it_answers_a_prompt() {
        let (slow, limits) = (Slow::default(), Limits::default());
        let (read, prompt) = (request("/live"), Request { method: Method::POST, ..request("/chat") });
        let body = |request, media| slow.patience(request, &limits).with_media(media).body;
        assert_eq!(body(&read, Some("Text/Event-Stream; charset=utf-8")), limits.body / 2);
        assert_eq!((body(&read, Some("text/html")), body(&read, None)), (limits.body, limits.body));
        assert_eq!(body(&prompt, Some("text/event-stream")), limits.body);
        slow.learn(&Exchange { request: prompt.clone(), ..endless("/chat", 2) });
        assert_eq!(body(&prompt, Some("text/event-stream")), limits.body, "the next prompt is answered otherwise");
    }
}
