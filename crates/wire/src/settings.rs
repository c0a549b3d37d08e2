use std::net::IpAddr;

use crate::Limits;

/// Everything about how a scan reaches its target. Who asks and what may be changed there is the [`crate::Mandate`].
#[derive(Debug, Clone)]
pub struct Settings {
    /// Time and size limits.
    pub limits: Limits,
    /// Requests a second; `None` for no throttle.
    pub rate: Option<u32>,
    /// Requests that may go at once before the rate counts.
    pub burst: u32,
    /// Requests under way at once.
    pub concurrency: usize,
    /// `http://host:port` of a proxy for everything.
    pub proxy: Option<String>,
    /// Trust any certificate: report no fault of it, and send credentials to whoever has it. Without it the handshake does not
    /// fail either, but credentials are sent only where the chain is trusted or the host is this machine.
    pub insecure: bool,
    /// PEM certificates of further authorities to trust.
    pub cacert: Option<Vec<u8>>,
    /// PEM certificate chain and key to present.
    pub client_cert: Option<Vec<u8>>,
    /// Addresses to use instead of resolving: `(host, port, address)`.
    pub resolve: Vec<(String, u16, IpAddr)>,
    /// Further hosts in scope, besides the target's origin.
    pub allow_hosts: Vec<String>,
    /// Whether whoever listens is given a line for each exchange.
    pub log: bool,
}

impl Settings {
    /// Polite by default: loopback is not throttled, anything else gets a burst of 20, then 10 requests
    /// a second, at most 6 at once.
    pub fn polite(loopback: bool) -> Settings {
        Settings {
            limits: Limits::default(),
            rate: (!loopback).then_some(10),
            burst: 20,
            concurrency: if loopback { 16 } else { 6 },
            proxy: None,
            insecure: false,
            cacert: None,
            client_cert: None,
            resolve: Vec::new(),
            allow_hosts: Vec::new(),
            log: false,
        }
    }

    /// At most so many requests in any second, from the first on: the burst belongs to the default politeness.
    #[must_use]
    pub fn at_rate(self, rate: u32) -> Settings {
        Settings { rate: Some(rate), burst: 1, ..self }
    }
}
