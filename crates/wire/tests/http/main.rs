//! The client against real sockets: what goes out byte for byte, what may come back, and how it carries itself.

// Clippy tells tests by their attribute, and helpers of tests have none.
#![allow(clippy::unwrap_used)]

// Shared with the other tests of TLS, which ask more of it.
#[allow(dead_code)]
#[path = "../tls/authority.rs"]
mod authority;
mod bytes;
mod counting;
mod faults;
mod manners;
mod proxies;
mod redirects;
mod secure;
mod server;
mod sharing;
