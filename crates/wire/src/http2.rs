//! HTTP/2 through hyper: one connection for an origin, many requests at once.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use model::{Failure, Phase, Response, Truncation};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use crate::allowance::Allowance;
use crate::body::{self, Pieces};
use crate::frames::Metered;
use crate::http1::Attempt;
use crate::stream::Stream;
use crate::{Limits, decode};

/// A connection that carries many requests at once.
#[derive(Clone)]
pub(crate) struct Http2 {
    sender: SendRequest<Full<Bytes>>,
    streams: Arc<Semaphore>,
    doubt: Option<Arc<str>>,
    answered: Arc<AtomicBool>,
    _driver: Arc<Driver>,
}

/// The task that moves the connection's bytes. It ends with the last user of the connection.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Http2 {
    pub(crate) async fn start(stream: Stream, doubt: Option<Arc<str>>, limits: &Limits) -> Result<Http2, Failure> {
        let stream = Metered::new(stream, limits.control_frames);
        let (sender, connection) = Builder::new(TokioExecutor::new())
            .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
            // What the server may send ahead of a body that waits for memory.
            .initial_stream_window_size(512 << 10)
            .initial_connection_window_size(2 << 20)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|_| Failure::Closed(Phase::Send))?;
        let driver = Driver(tokio::spawn(async move {
            // How the connection ended shows in the exchanges that it carried.
            let _ = connection.await;
        }));
        Ok(Http2 {
            sender,
            streams: Arc::new(Semaphore::new(limits.streams)),
            doubt,
            answered: Arc::default(),
            _driver: Arc::new(driver),
        })
    }

    /// Why credentials may not be sent, if so.
    pub(crate) fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Whether it ever carried a response.
    pub(crate) fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    /// Sends a request and reads its response.
    pub(crate) async fn ask(
        &mut self,
        message: hyper::Request<Full<Bytes>>,
        limits: &Limits,
        allowance: Allowance<'_>,
    ) -> Attempt {
        let _stream = self.streams.acquire().await;
        let started = Instant::now();
        let sender = &mut self.sender;
        let sent = timeout(allowance.patience.head, async {
            sender.ready().await?;
            sender.send_request(message).await
        });
        let head = match sent.await {
            Err(_) => Err(Failure::TimedOut(Phase::Head)),
            Ok(Err(_)) => Err(Failure::Closed(Phase::Head)),
            Ok(Ok(head)) => Ok(head),
        };
        let (parts, mut incoming) = match head {
            Ok(head) => head.into_parts(),
            Err(failure) => return Attempt { result: Err(failure), started, nothing_came: false },
        };
        self.answered.store(true, Ordering::Relaxed);
        let headers = parts.headers.iter();
        let headers = headers
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().iter().map(|b| char::from(*b)).collect()));
        let mut response = Response::new(parts.status.as_u16(), headers.collect(), Vec::new());
        response.version = "HTTP/2";
        let allowance = allowance.with_media(response.header("content-type"));
        let codings = decode::codings(response.header_all("content-encoding"));
        let raw = body::read(&mut incoming, limits, allowance, &codings).await;
        let response = body::finish(response, raw, codings, limits, allowance).await;
        Attempt { result: Ok(response), started, nothing_came: false }
    }
}

impl Pieces for Incoming {
    async fn next(&mut self) -> Option<Result<Bytes, Truncation>> {
        Some(match self.frame().await? {
            Ok(frame) => Ok(frame.into_data().unwrap_or_default()),
            Err(_) => Err(Truncation::Ended),
        })
    }

    fn announced(&self) -> Option<usize> {
        self.size_hint().exact().map(|length| usize::try_from(length).unwrap_or(usize::MAX))
    }
}

impl fmt::Debug for Http2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http2").field("doubt", &self.doubt).finish_non_exhaustive()
    }
}
