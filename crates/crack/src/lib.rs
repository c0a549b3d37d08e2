//! Offline guessing of the secrets behind signed cookies and tokens of Flask and Starlette (itsdangerous), Django, Express, Tornado and
//! Bottle, and HMAC-signed JSON Web Tokens.
//!
//! [`Target::parse`] recognises a token, [`crack`] tries words against it, [`words`] holds the likely ones, and [`flask_session`] and
//! [`jwt_hs`] sign with what was found, so that it can be proved. Nothing here touches the network.
//!
//! ```
//! let cookie = crack::flask_session(b"dev", r#"{"user_id":1}"#, 1_790_000_000);
//! let target = crack::Target::parse(&cookie)?;
//! let found = crack::crack(&[target], crack::words::embedded(), 2, &false.into(), &|_| ());
//! assert_eq!(found[0].as_ref().map(|found| &found.word[..]), Some(&b"dev"[..]));
//! # Ok::<(), crack::ParseError>(())
//! ```
//!
//! This is the one crate with `unsafe` code: vector instructions, each behind a value that exists only where the CPU has them.

#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod crack;
mod digest;
mod elsewhere;
mod error;
mod forge;
mod group;
mod kernel;
mod kind;
mod limits;
mod payload;
mod signer;
mod target;
pub mod words;

pub use crack::{Found, crack, crack_with};
pub use digest::Digest;
pub use error::ParseError;
pub use forge::{Algorithm, flask_session, jwt_hs, timed};
pub use kernel::{Kernel, kernels};
pub use kind::Kind;
pub use limits::{MAX_PAYLOAD, MAX_TOKEN};
pub use payload::Decoded;
pub use signer::{Derivation, Signer};
pub use target::Target;
