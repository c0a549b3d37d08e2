//! The only door to a target: nothing else opens a socket to it.
//!
//! A request that may be sent is sent byte for byte as asked, at most once when an identical safe one was sent before, and becomes
//! an [`model::Exchange`] whatever happens: a time-out or a reset is an outcome, not an error.

mod body;
mod budget;
mod client;
mod connection;
mod credentials;
mod limits;
mod pace;
mod pool;
mod scope;
mod settings;
pub mod tls;
mod transcript;

pub use budget::{Budget, Lease};
pub use client::{Listener, Wire, WireError, origin_of};
pub use limits::Limits;
pub use scope::Scope;
pub use settings::Settings;
pub use transcript::Recorded;
