use std::time::Duration;

/// What the client tolerates of a target. One struct, one test each.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Resolving the name.
    pub resolve: Duration,
    /// TCP connect.
    pub connect: Duration,
    /// TLS handshake.
    pub tls: Duration,
    /// From the request sent to the response head complete.
    pub head: Duration,
    /// The whole body.
    pub body: Duration,
    /// Bytes of response head.
    pub head_bytes: usize,
    /// Number of response headers.
    pub headers: usize,
    /// Bytes of body after decoding.
    pub body_bytes: usize,
    /// Bytes of body of a document that is known to be a specification.
    pub document_bytes: usize,
    /// After [`Limits::slow_after`], the body must come at least this fast, in bytes a second.
    pub slowest: u64,
    /// When the minimum rate begins to count.
    pub slow_after: Duration,
    /// Decompressed bytes for each compressed byte.
    pub ratio: usize,
    /// Redirects followed.
    pub redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            resolve: Duration::from_secs(2),
            connect: Duration::from_secs(3),
            tls: Duration::from_secs(4),
            head: Duration::from_secs(5),
            body: Duration::from_secs(8),
            head_bytes: 64 * 1024,
            headers: 256,
            body_bytes: 2 * 1024 * 1024,
            document_bytes: 96 * 1024 * 1024,
            slowest: 256,
            slow_after: Duration::from_secs(2),
            ratio: 200,
            redirects: 5,
        }
    }
}
