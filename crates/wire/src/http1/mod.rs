//! HTTP/1.1, our own: requests go out byte for byte, responses are read within limits, and a connection is used again only when
//! there can be no doubt about where its last response ended.

mod chunked;
mod framing;
mod head;
#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures::task::noop_waker_ref;
use model::{Failure, Origin, Phase, Response, Truncation};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::time::{Instant, timeout_at};

use self::chunked::{Chunked, Step};
use self::framing::Framing;
use self::head::{Head, malformed};
use crate::allowance::Allowance;
use crate::body::{self, Pieces};
use crate::message::Message;
use crate::proxy::Proxy;
use crate::stream::Stream;
use crate::{Limits, decode};

/// Read at once.
const PIECE: usize = 16 << 10;

/// An open connection for one request after the other.
pub(crate) struct Http1 {
    stream: Stream,
    buffer: BytesMut,
    proxy: Option<Proxy>,
    doubt: Option<Arc<str>>,
}

/// What a connection did while nothing was asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Idle {
    Quiet,
    Spoke,
    Ended,
}

/// What came of one request on one connection.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) result: Result<Response, Failure>,
    /// When the first byte was sent.
    pub(crate) started: Instant,
    /// Whether the connection ended without a byte of response.
    pub(crate) nothing_came: bool,
}

impl Http1 {
    /// `proxy`: requests name the origin, for it to pass them on; `doubt`: why credentials may not be sent.
    pub(crate) fn new(stream: Stream, proxy: Option<Proxy>, doubt: Option<Arc<str>>) -> Http1 {
        Http1 { stream, buffer: BytesMut::new(), proxy, doubt }
    }

    /// Why credentials may not be sent, if so.
    pub(crate) fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }

    /// What has come since the last response. What a server says before it was asked is no answer.
    pub(crate) fn state(&mut self) -> Idle {
        if !self.buffer.is_empty() {
            return Idle::Spoke;
        }
        let mut byte = [0];
        let mut read = ReadBuf::new(&mut byte);
        match Pin::new(&mut self.stream).poll_read(&mut Context::from_waker(noop_waker_ref()), &mut read) {
            Poll::Pending => Idle::Quiet,
            Poll::Ready(Ok(())) if !read.filled().is_empty() => Idle::Spoke,
            Poll::Ready(_) => Idle::Ended,
        }
    }

    /// Sends a request and reads its response; gives the connection back if it may be used again.
    pub(crate) async fn ask(
        mut self,
        message: &Message,
        limits: &Limits,
        allowance: Allowance<'_>,
    ) -> (Attempt, Option<Http1>) {
        let started = Instant::now();
        let sent = timeout_at(started + limits.head, self.send(message)).await;
        // A server may answer and close before it has read everything: what it said decides, not whether the write succeeded.
        let deadline = Instant::now() + allowance.patience.head;
        let patience = if sent.is_ok() { deadline } else { Instant::now() + allowance.patience.head / 4 };
        let head = self.response_head(patience, limits).await;
        let nothing_came = self.buffer.is_empty() && matches!(head, Err(Failure::Closed(_)));
        let (head, interim) = match head {
            Ok(head) => head,
            Err(failure) => {
                let result = Err(if sent.is_err() { Failure::TimedOut(Phase::Send) } else { failure });
                return (Attempt { result, started, nothing_came }, None);
            }
        };
        // No target asks for a proxy's credentials.
        if let Some(proxy) = self.proxy.as_ref().filter(|_| head.status == 407) {
            return (Attempt { result: Err(proxy.refused(407)), started, nothing_came }, None);
        }
        let (framing, certain) = match framing::of(&message.method, &head) {
            Ok(framing) => framing,
            Err(failure) => return (Attempt { result: Err(failure), started, nothing_came }, None),
        };
        let allowance = allowance.with_media(head.list("content-type").next());
        let mut pieces = Body { connection: &mut self, framing, chunked: Chunked::default() };
        let encodings = head.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
        let codings = decode::codings(encodings.map(|(_, value)| value.as_str()));
        let raw = body::read(&mut pieces, limits, allowance, &codings).await;
        let closes = head.list("connection").any(|option| option.eq_ignore_ascii_case("close"));
        let again = raw.cut.is_none()
            && certain
            && head.persistent
            && !closes
            && !interim
            && !message.odd
            && matches!(sent, Ok(Ok(())))
            && framing != Framing::UntilClose
            && self.buffer.is_empty();
        let mut response = Response::new(head.status, head.headers, Vec::new());
        response.version = if head.persistent { "HTTP/1.1" } else { "HTTP/1.0" };
        response.reason = head.reason;
        let response = body::finish(response, raw, codings, limits, allowance).await;
        (Attempt { result: Ok(response), started, nothing_came }, again.then_some(self))
    }

    async fn send(&mut self, message: &Message) -> std::io::Result<()> {
        let mut bytes = message.head(self.proxy.as_ref());
        bytes.extend_from_slice(&message.body);
        self.stream.write_all(&bytes).await?;
        self.stream.flush().await
    }

    /// Asks the proxy at the other end for a tunnel to the origin; the stream inside it.
    pub(crate) async fn tunnel(mut self, proxy: &Proxy, origin: &Origin, limits: &Limits) -> Result<Stream, Failure> {
        let deadline = Instant::now() + limits.connect;
        let closed = || proxy.failed("closed the connection");
        self.stream.write_all(proxy.connect_head(origin).as_bytes()).await.map_err(|_| closed())?;
        let (head, _) = self.response_head(deadline, limits).await.map_err(|failure| match failure {
            Failure::Closed(_) => closed(),
            Failure::TimedOut(_) => proxy.failed("opened no way to the target in time"),
            other => proxy.failed(&format!("is not an HTTP proxy: {other}")),
        })?;
        match head.status {
            200..300 if self.buffer.is_empty() => Ok(self.stream),
            200..300 => Err(proxy.failed("sent more than was requested")),
            status => Err(proxy.refused(status)),
        }
    }

    /// The final response head, and whether interim ones (RFC 9110, section 15.2) came before it.
    async fn response_head(&mut self, deadline: Instant, limits: &Limits) -> Result<(Head, bool), Failure> {
        let mut interim = 0;
        loop {
            let head = self.one_head(deadline, limits).await?;
            if !(100..200).contains(&head.status) || head.status == 101 {
                return Ok((head, interim > 0));
            }
            interim += 1;
            if interim > limits.interim {
                return Err(malformed(format!("more than {} interim responses", limits.interim)));
            }
        }
    }

    async fn one_head(&mut self, deadline: Instant, limits: &Limits) -> Result<Head, Failure> {
        let mut looked = 0;
        loop {
            let blank = self.buffer.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            let _ = self.buffer.split_to(if looked == 0 { blank } else { 0 });
            head::check_start(&self.buffer)?;
            let end = head::end(&self.buffer, looked);
            if end.unwrap_or(self.buffer.len()) > limits.head_bytes {
                return Err(malformed(format!("its head is larger than {} bytes", limits.head_bytes)));
            }
            if let Some(end) = end {
                return head::parse(&self.buffer.split_to(end), limits);
            }
            looked = self.buffer.len().saturating_sub(3);
            self.buffer.reserve(PIECE);
            match timeout_at(deadline, self.stream.read_buf(&mut self.buffer)).await {
                Err(_) => return Err(Failure::TimedOut(Phase::Head)),
                Ok(Ok(0) | Err(_)) => return Err(Failure::Closed(Phase::Head)),
                Ok(Ok(_)) if Instant::now() >= deadline => return Err(Failure::TimedOut(Phase::Head)),
                Ok(Ok(_)) => {}
            }
        }
    }
}

/// The body of the response that is being read.
struct Body<'a> {
    connection: &'a mut Http1,
    framing: Framing,
    chunked: Chunked,
}

impl Body<'_> {
    /// More bytes into the buffer: whether some came, or how the connection ended.
    async fn fill(&mut self) -> std::io::Result<bool> {
        self.connection.buffer.reserve(PIECE);
        self.connection.stream.read_buf(&mut self.connection.buffer).await.map(|count| count > 0)
    }
}

impl Pieces for Body<'_> {
    async fn next(&mut self) -> Option<Result<Bytes, Truncation>> {
        loop {
            let buffer = &mut self.connection.buffer;
            match self.framing {
                Framing::Empty | Framing::Length(0) => return None,
                Framing::Length(left) if !buffer.is_empty() => {
                    let take = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
                    self.framing = Framing::Length(left - take as u64);
                    return Some(Ok(buffer.split_to(take).freeze()));
                }
                Framing::UntilClose if !buffer.is_empty() => return Some(Ok(buffer.split().freeze())),
                Framing::Chunked => match self.chunked.step(buffer) {
                    Ok(Step::Data(bytes)) => return Some(Ok(bytes)),
                    Ok(Step::Done) => return None,
                    Err(fault) => return Some(Err(fault)),
                    Ok(Step::Starved) => {}
                },
                Framing::Length(_) | Framing::UntilClose => {}
            }
            match self.fill().await {
                Ok(true) => {}
                // Many servers end TLS without saying so, which only the announced length tells from a cut.
                Ok(false) | Err(_) if self.chunked.is_whole() => return None,
                Ok(false) if self.framing == Framing::UntilClose => return None,
                Err(error)
                    if self.framing == Framing::UntilClose && error.kind() == std::io::ErrorKind::UnexpectedEof =>
                {
                    return None;
                }
                Ok(false) | Err(_) => return Some(Err(Truncation::Ended)),
            }
        }
    }

    fn announced(&self) -> Option<usize> {
        match self.framing {
            Framing::Empty => Some(0),
            Framing::Length(left) => Some(usize::try_from(left).unwrap_or(usize::MAX)),
            Framing::Chunked | Framing::UntilClose => None,
        }
    }
}

impl std::fmt::Debug for Http1 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http1").field("doubt", &self.doubt).finish_non_exhaustive()
    }
}
