use std::time::Duration;

/// What the client tolerates of a target. One struct, one test each.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Resolving the name.
    pub resolve: Duration,
    /// TCP connect, whatever the number of addresses.
    pub connect: Duration,
    /// TLS handshake.
    pub tls: Duration,
    /// From the request sent to the response head complete, interim responses included; sending may take as long again.
    pub head: Duration,
    /// The whole body.
    pub body: Duration,
    /// Bytes of response head.
    pub head_bytes: usize,
    /// Number of response headers.
    pub headers: usize,
    /// Interim (1xx) responses before the final one.
    pub interim: usize,
    /// Bytes of body, as it comes and after decoding.
    pub body_bytes: usize,
    /// Bytes of body of an API description that was asked for as one and begins like one; in all of them.
    pub document_bytes: usize,
    /// Bytes of bodies kept in a scan, packed. One body takes at most a quarter of what is left of them, or 64 KiB; when nothing is
    /// left, 4 KiB.
    pub kept_bytes: usize,
    /// Bytes of bodies in all their forms, packed, unpacked and read as JSON. What was not read for longest is given up first.
    pub hot_bytes: usize,
    /// Bytes of bodies that are being read at one time, as they come and decoded; 64 KiB of each are free.
    pub in_flight_bytes: usize,
    /// After [`Limits::slow_after`], the body must come at least this fast, in bytes a second.
    pub slowest: u64,
    /// When the minimum rate begins to count.
    pub slow_after: Duration,
    /// Decompressed bytes for each compressed byte.
    pub ratio: usize,
    /// Content codings on top of each other.
    pub codings: usize,
    /// The longest pause that a target can ask for with `Retry-After`.
    pub pause: Duration,
    /// Redirects followed.
    pub redirects: usize,
    /// Requests at once on one HTTP/2 connection.
    pub streams: usize,
    /// Control frames of HTTP/2 on one connection, besides eight for each response.
    pub control_frames: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            resolve: Duration::from_secs(2),
            connect: Duration::from_secs(3),
            tls: Duration::from_secs(4),
            head: Duration::from_secs(5),
            body: Duration::from_secs(8),
            head_bytes: 64 << 10,
            headers: 256,
            interim: 8,
            body_bytes: 2 << 20,
            document_bytes: 16 << 20,
            kept_bytes: 24 << 20,
            hot_bytes: 32 << 20,
            in_flight_bytes: 8 << 20,
            slowest: 256,
            slow_after: Duration::from_secs(2),
            ratio: 200,
            codings: 2,
            pause: Duration::from_secs(30),
            redirects: 5,
            streams: 40,
            control_frames: 1_000,
        }
    }
}

impl Limits {
    /// The limits with the user's time-out for a response's head and for its body; no step before them takes longer.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Limits {
        let (resolve, connect, tls) = (self.resolve.min(timeout), self.connect.min(timeout), self.tls.min(timeout));
        Limits { resolve, connect, tls, head: timeout, body: timeout, ..self }
    }
}
