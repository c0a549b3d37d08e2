//! The only door to a target: nothing else opens a socket to it.
//!
//! A request that may be sent is sent byte for byte as asked, at most once when an identical safe one was sent before, and becomes
//! an [`model::Exchange`] whatever happens: a time-out or a reset is an outcome, not an error.

mod again;
mod allowance;
mod body;
mod budget;
mod callback;
mod client;
mod consent;
mod credentials;
mod decode;
mod dial;
mod document;
mod error;
mod frames;
mod gate;
mod health;
mod http1;
mod http2;
mod in_flight;
mod lease;
pub mod ledger;
mod limits;
mod log;
mod mandate;
mod message;
mod pace;
mod permit;
mod pool;
mod proxy;
#[cfg(test)]
mod recorder;
mod redirect;
mod refusals;
mod resolve;
mod retry_after;
mod scope;
mod settings;
mod share;
mod slow;
mod stream;
pub mod tls;
mod transcript;
mod transport;
mod undo;

pub use budget::{Account, Budget};
pub use callback::{Call, Callback};
pub use client::{Listener, Wire};
pub use credentials::apply as apply_identity;
pub use error::WireError;
pub use lease::Lease;
pub use limits::Limits;
pub use mandate::Mandate;
pub use redirect::origin_of;
pub use scope::Scope;
pub use settings::Settings;
pub use transcript::Recorded;
