use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::StreamExt;
use futures::stream;
use model::{Depth, Exchange, NotTested, OrderKey, Request, Round, Target};
use wire::{Account, Budget, Lease, Wire};

/// A way to ask during discovery: one lease for all of it, exchanges numbered by who asks.
pub(crate) struct Asker<'a> {
    pub(crate) target: &'a Target,
    pub(crate) wire: &'a Wire,
    lease: Lease,
    step: AtomicU32,
}

impl Asker<'_> {
    /// One that may send what discovery may.
    pub(crate) fn new<'a>(target: &'a Target, wire: &'a Wire) -> Asker<'a> {
        Asker { target, wire, lease: Lease::reading(wire.budget(), requests(target.depth)), step: AtomicU32::new(0) }
    }

    /// One for what is looked at again, after everything else of discovery.
    pub(crate) fn later<'a>(target: &'a Target, wire: &'a Wire) -> Asker<'a> {
        Asker { step: AtomicU32::new(LATER_STEP), ..Asker::new(target, wire) }
    }

    /// One for guesses in a standard scan: they are paid by an account of their own, since what is not found cannot be tested and the
    /// rules need the rest.
    pub(super) fn searching(&self) -> Asker<'_> {
        let lease = Lease::reading(self.wire.budget(), Budget::GUESSES).paid_by(Account::Guesses);
        Asker { target: self.target, wire: self.wire, lease, step: AtomicU32::new(SEARCH_STEP) }
    }

    /// Sends a request; `None` when it may not be sent or there was no response.
    pub(crate) async fn ask(&self, request: Request) -> Option<Arc<Exchange>> {
        self.send(request).await.ok().filter(|e| e.response().is_some())
    }

    /// Sends a request whose body may be as large as a specification, or says why not.
    pub(crate) async fn ask_document(&self, request: Request) -> Result<Arc<Exchange>, NotTested> {
        self.send(Request { large: true, ..request }).await
    }

    async fn send(&self, request: Request) -> Result<Arc<Exchange>, NotTested> {
        let step = self.step.fetch_add(1, Ordering::Relaxed);
        let key = OrderKey { round: Round::Discover, check: 0, operation: 0, step };
        self.wire.send(request, &self.lease, key).await
    }

    /// `GET path` on the target, anonymous.
    pub(crate) async fn get(&self, path: &str) -> Option<Arc<Exchange>> {
        self.ask(Request::get(&self.target.origin, path)).await
    }

    /// Paths that nothing pointed to, in the order given. One goes ahead: a target that refuses guesses says so before more of them are
    /// under way.
    pub(crate) async fn guess(&self, paths: &[String]) -> Vec<(String, Arc<Exchange>)> {
        let (first, others) = paths.split_at(paths.len().min(1));
        let mut answers = self.get_all(first).await;
        answers.extend(self.get_all(others).await);
        answers
    }

    /// Several paths, a few at once, in the order given.
    pub(crate) async fn get_all(&self, paths: &[String]) -> Vec<(String, Arc<Exchange>)> {
        // Futures in a list, since a closure that borrows keeps the whole scan from being spawned (rust-lang/rust#102211).
        let asked: Vec<_> = paths.iter().map(|path| async move { (path.clone(), self.get(path).await) }).collect();
        let answers: Vec<_> = stream::iter(asked).buffered(PATHS_AT_ONCE).collect().await;
        answers.into_iter().filter_map(|(path, exchange)| exchange.map(|e| (path, e))).collect()
    }
}

/// Paths under way at once: what is under way when the target asks for a pause comes too early for it.
const PATHS_AT_ONCE: usize = 8;

/// The number of the first guess among the requests of discovery, behind all others.
const SEARCH_STEP: u32 = 10_000;

/// The number of the first request that looks again.
const LATER_STEP: u32 = 20_000;

/// Requests that discovery may send, guesses apart.
fn requests(depth: Depth) -> u32 {
    match depth {
        Depth::Quick => 14,
        Depth::Standard => 56,
        Depth::Deep => 200,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::sync::Mutex;
    use std::time::{Duration, Instant};

    use model::{Origin, Scheme};
    use wire::{Mandate, Settings};

    use super::*;

    /// A server that refuses the first request and asks for a pause of a second, with the times at which requests came.
    fn server() -> (Origin, Arc<Mutex<Vec<Instant>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let times: Arc<Mutex<Vec<Instant>>> = Arc::default();
        let noted = Arc::clone(&times);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let noted = Arc::clone(&noted);
                std::thread::spawn(move || {
                    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                    while lines.next().is_some() {
                        while lines.next().is_some_and(|line| !line.is_empty()) {}
                        let is_first = {
                            let mut noted = noted.lock().unwrap();
                            noted.push(Instant::now());
                            noted.len() == 1
                        };
                        let head = if is_first { "429 No\r\nRetry-After: 1" } else { "404 No" };
                        let _ = write!(stream, "HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n");
                    }
                });
            }
        });
        (Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port }, times)
    }

    #[tokio::test]
    async fn no_guess_comes_too_early_for_the_pause_that_the_first_was_asked_for() {
        let (origin, times) = server();
        let target = Target::of(origin.clone());
        let budget = Arc::new(Budget::new(99));
        let wire = Wire::new(origin, Mandate::default(), Settings::polite(true), budget, Arc::new(|_| {})).unwrap();
        let paths: Vec<String> = (0..12).map(|number| format!("/guess{number}")).collect();
        let answers = Asker::new(&target, &wire).guess(&paths).await;
        assert_eq!(answers.iter().map(|(path, _)| path).collect::<Vec<_>>(), paths.iter().collect::<Vec<_>>());
        let times = times.lock().unwrap();
        let soonest = times[1..].iter().map(|time| time.duration_since(times[0])).min();
        assert!(times.len() == 12 + 1 && soonest >= Some(Duration::from_secs(1)), "{soonest:?}");
    }
}
