use tokio::io::{AsyncRead, AsyncWrite};

/// Anything that bytes go through.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A connection, whatever is under it.
pub(crate) type Stream = Box<dyn Io>;
