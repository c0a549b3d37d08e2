//! The client against real sockets: what goes out byte for byte, what may come back, and how it carries itself.

// Clippy tells tests by their attribute, and helpers of tests have none.
#![allow(clippy::unwrap_used)]

mod bytes;
mod faults;
mod server;
mod sharing;
