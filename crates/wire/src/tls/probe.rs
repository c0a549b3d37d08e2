use std::io;
use std::time::Duration;

use model::TlsFailure;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::answer::{Answer, Reader};

/// Sends a hello on a fresh connection and reads until the answer says enough, ends, breaks the rules or time is up. What was
/// understood by then is returned beside the failure. The connection is given up, never completed.
pub(super) async fn ask<S, F>(connecting: F, hello: &[u8], limit: Duration) -> (Answer, Option<TlsFailure>)
where
    F: Future<Output = io::Result<S>>,
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut reader = Reader::default();
    let outcome = timeout(limit, exchange(connecting, hello, &mut reader)).await.unwrap_or(Err(TlsFailure::TimedOut));
    (reader.answer, outcome.err())
}

async fn exchange<S, F>(connecting: F, hello: &[u8], reader: &mut Reader) -> Result<(), TlsFailure>
where
    F: Future<Output = io::Result<S>>,
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut stream = connecting.await.map_err(|error| TlsFailure::Unreachable(error.to_string()))?;
    // A server may refuse and close before it has read everything: what it said decides, not whether the write succeeded.
    let _ = stream.write_all(hello).await;
    let mut buffer = vec![0; 16 << 10];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return Err(TlsFailure::Closed),
            Ok(count) if reader.push(&buffer[..count])? => return Ok(()),
            Ok(_) => {}
        }
    }
}
