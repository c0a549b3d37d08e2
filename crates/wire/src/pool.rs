use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::{Failure, Origin};

use crate::http1::{Http1, Idle};
use crate::http2::Http2;

/// Connections kept for one origin while they are not in use.
const MOST_IDLE: usize = 16;

/// What is open, by origin.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    origins: Mutex<BTreeMap<Origin, Arc<Place>>>,
}

/// What is open to one origin.
#[derive(Debug, Default)]
pub(crate) struct Place {
    open: Mutex<Open>,
    /// Held by whoever finds out whether the origin speaks HTTP/2; the others wait for the answer.
    pub(crate) door: tokio::sync::Mutex<Option<Failure>>,
    /// How often somebody tried the door.
    pub(crate) tries: AtomicU64,
    /// Whether a request over HTTP/1.1 was answered.
    answered: AtomicBool,
}

#[derive(Debug, Default)]
struct Open {
    idle: Vec<Http1>,
    http2: Option<Http2>,
    only_http1: bool,
    /// A connection said something while nothing was asked of it: no response on one that is kept can be told from such.
    spoke: bool,
}

impl Pool {
    pub(crate) fn place(&self, origin: &Origin) -> Arc<Place> {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(origins.entry(origin.clone()).or_default())
    }

    /// Whether some origin sent what no request asked for.
    pub(crate) fn spoke(&self) -> bool {
        let origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        origins.values().any(|place| place.open(|open| open.spoke))
    }
}

impl Place {
    /// Whether a request over HTTP/1.1 was answered.
    pub(crate) fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    /// A request over HTTP/1.1 was answered.
    pub(crate) fn note_answer(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    fn open<T>(&self, act: impl FnOnce(&mut Open) -> T) -> T {
        act(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An idle connection that is still open and has said nothing, if there is one. Once one has said something, none is used again.
    pub(crate) fn take(&self) -> Option<Http1> {
        self.open(|open| {
            while let Some(mut connection) = open.idle.pop() {
                match connection.state() {
                    Idle::Quiet if !open.spoke => return Some(connection),
                    Idle::Spoke => open.spoke = true,
                    Idle::Quiet | Idle::Ended => {}
                }
            }
            None
        })
    }

    /// Keeps a connection for the next request, if it can carry one.
    pub(crate) fn give(&self, connection: Option<Http1>) {
        self.open(|open| open.idle.extend(connection.filter(|_| open.idle.len() < MOST_IDLE && !open.spoke)));
    }

    /// The HTTP/2 connection, if it is open.
    pub(crate) fn http2(&self) -> Option<Http2> {
        self.open(|open| {
            open.http2 = open.http2.take().filter(Http2::is_open);
            open.http2.clone()
        })
    }

    pub(crate) fn set_http2(&self, connection: Http2) {
        self.open(|open| open.http2 = Some(connection));
    }

    /// From now on HTTP/1.1 only: the origin does not speak HTTP/2, or not well.
    pub(crate) fn give_up_http2(&self) {
        self.open(|open| {
            open.only_http1 = true;
            open.http2 = None;
        });
    }

    pub(crate) fn is_only_http1(&self) -> bool {
        self.open(|open| open.only_http1)
    }

    pub(crate) fn tries(&self) -> u64 {
        self.tries.load(Ordering::Acquire)
    }
}
