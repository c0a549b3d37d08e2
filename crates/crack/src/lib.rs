//! Offline guessing of the secrets behind Flask's signed cookies and tokens (itsdangerous) and HMAC-signed JSON Web Tokens.
//!
//! [`Target::parse`] recognises a token, [`crack`] tries words against it, [`words`] holds the likely ones, and [`flask_session`] and
//! [`jwt_hs`] sign with what was found, so that it can be proved. Nothing here touches the network.

mod crack;
mod digest;
mod error;
mod forge;
mod payload;
mod signer;
mod target;
pub mod words;

pub use crack::{Found, crack};
pub use digest::Digest;
pub use error::ParseError;
pub use forge::{Algorithm, flask_session, jwt_hs, timed};
pub use payload::{Decoded, MAX_PAYLOAD};
pub use signer::{Derivation, Signer};
pub use target::{Kind, MAX_TOKEN, Target};
