//! TLS inspection: which protocol versions and cipher suites a server accepts, its certificate chain, and what is wrong with it.
//!
//! Two ways to look. [`inspect`] writes a `ClientHello` of its own for each question and reads only the server's first flight.
//! [`client_config`] gives an ordinary connection, for the HTTP client, that judges the chain and goes on regardless.

mod alert;
mod answer;
mod certificate;
mod hello;
mod inspect;
mod ledger;
mod probe;
mod roots;
mod suites;
mod verdict;
mod verifier;

pub use certificate::certificate_facts;
pub use inspect::{Limits, inspect};
pub use roots::{ClientCertificate, Roots, TlsSetupError};
pub use verdict::judge_chain;
pub use verifier::{ObservingVerifier, client_config};
